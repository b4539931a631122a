import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { afterAll, expect, it } from 'vitest'
import { createLogger } from '../runtime/logger.ts'
import { Batcher } from './batcher.ts'
import { carryRequestIds } from './request-ids.ts'

const lines: { msg: string; request_id?: string }[] = []
const logger = createLogger({ logLevel: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) })
let next = 0
const app = Fastify({
  loggerInstance: logger as FastifyBaseLogger,
  genReqId: () => `req-${++next}`,
  logController: new LogController({ disableRequestLogging: true }),
})
carryRequestIds(app)
const batcher = new Batcher<number, number>({
  run: async (batch) => {
    logger.info('a batch of many')
    return batch
  },
  maxBatch: 2,
  waitMs: 1,
})
app.post('/', async (request) => {
  await new Promise((resolve) => setImmediate(resolve))
  logger.info('deep')
  await batcher.add(1)
  logger.info('after the batch')
  return { id: request.id }
})
afterAll(() => app.close())

it('every line of a request carries its id, also one that is logged deep below; a batch of many has none', async () => {
  const url = await app.listen({ port: 0 })
  // The body arrives in pieces, so that the socket calls its reader, and not the request.
  async function* body() {
    yield Buffer.from('{"text":')
    await new Promise((resolve) => setTimeout(resolve, 10))
    yield Buffer.from('"more"}')
  }
  const headers = { 'content-type': 'application/json' }
  const send = () =>
    fetch(url, { method: 'POST', body: ReadableStream.from(body()), headers, duplex: 'half' } as RequestInit)
  const ids = await Promise.all(
    [send(), send()].map(async (sent) => ((await (await sent).json()) as { id: string }).id),
  )
  expect(ids.toSorted()).toEqual(['req-1', 'req-2'])
  const idsOf = (msg: string) => lines.filter((line) => line.msg === msg).map((line) => line.request_id)
  expect(idsOf('deep').toSorted()).toEqual(['req-1', 'req-2'])
  expect(idsOf('after the batch').toSorted()).toEqual(['req-1', 'req-2'])
  expect(new Set(idsOf('a batch of many'))).toEqual(new Set([undefined]))
})
