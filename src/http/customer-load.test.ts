import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ServerLoad } from './customer-load.ts'

const server = createServer()
const load = new ServerLoad(server)
const open: ServerResponse[] = []
beforeAll(async () => {
  server.on('request', (_, response) => open.push(response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close())

async function send() {
  const { port } = server.address() as AddressInfo
  const sent = request({ port, agent: false }).end()
  sent.on('error', () => {})
  await once(server, 'request')
  return sent
}
/** Whether the server is idle, or becomes so at once. */
const isIdle = () => Promise.race([load.idle(60_000).then(() => true), sleep(50).then(() => false)])

it('counts a request until it is answered or its caller is gone', async () => {
  expect(await isIdle()).toBe(true)
  await send()
  const gone = await send()
  expect(load).toMatchObject({ received: 2, inFlight: 2 })
  open[0]?.end()
  await expect.poll(() => load.inFlight).toBe(1)
  expect(await isIdle()).toBe(false)
  const idle = load.idle(60_000)
  gone.destroy()
  await idle
  expect(load).toMatchObject({ received: 2, inFlight: 0 })
})

it('waits no longer than it was told', async () => {
  await send()
  await load.idle(1)
  expect(load.inFlight).toBe(1)
  open.at(-1)?.end()
})
