import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { outsideRequests, withRequestId } from './request-id.ts'

function recorder(level = 'info') {
  const lines: string[] = []
  const logger = createLogger({ logLevel: level, name: 'serve' }, { write: (line) => lines.push(line) })
  return { lines, logger, last: () => JSON.parse(lines.at(-1) ?? '') }
}

const person = {
  phone: '+628111222333',
  email: 'budi@example.com',
  name: 'Budi Santoso',
  recipient_name: 'Siti Aminah',
  street: 'Jl. Melati 7',
  code: '493021',
  accessToken: 'eyJhbGciOi',
  refresh_token: 'r3fr3sh',
  account_number: '1234567890',
}
const traces = /628111222333|budi@|Budi|Siti|Melati|493021|eyJhbGci|r3fr3sh|1234567890|s3cret/

test('personal data leaves no trace, at any depth, in lines and in bindings', () => {
  const { lines, logger } = recorder()
  logger.info(person, 'flat')
  logger.info({ user: person, order: { items: [{ sku: 'A1', address: person }] } }, 'deep')
  logger.info({ a: { b: { c: { d: { e: { f: person } } } } } }, 'deeper')
  logger.info({ req: { headers: { authorization: 'Bearer s3cret', cookie: 'sid=s3cret' } } }, 'headers')
  logger.child({ user: person }).child({ phone: person.phone }).info('bound')
  expect(lines).toHaveLength(5)
  expect(lines.join()).not.toMatch(traces)
  expect(lines[1]).toContain('"sku":"A1"')
})

test('an error keeps its type, code, message and stack, and nothing of the row that failed', () => {
  const { lines, logger, last } = recorder()
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (phone)=(+628111222333)',
  })
  logger.error(new Error('could not register', { cause }))
  expect(last()).toMatchObject({ level: 'error', msg: 'could not register', err: { type: 'Error' } })
  expect(last().err).toMatchObject({
    stack: expect.any(String),
    cause: { code: '23505', message: 'duplicate key' },
  })
  expect(lines.join()).not.toMatch(traces)
})

test('lines of a request carry its id, across awaits, and those below the level are not written', async () => {
  const { lines, logger, last } = recorder('warn')
  await withRequestId('req-1', async () => {
    await Promise.resolve()
    logger.info('quiet')
    logger.warn({ session: 'GBS-1' }, 'loud')
    logger.child({ request_id: 'req-1' }).warn('of the request itself')
    outsideRequests(() => logger.warn('of many'))
  })
  expect(lines.map((line) => line.match(/"request_id"/g)?.length ?? 0)).toEqual([1, 1, 0])
  lines.length = 1
  expect(lines).toHaveLength(1)
  expect(last()).toMatchObject({ request_id: 'req-1', session: 'GBS-1', process: 'serve', level: 'warn' })
  logger.warn('outside')
  expect(last()).not.toHaveProperty('request_id')
})
