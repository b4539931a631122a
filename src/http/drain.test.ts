import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fp from 'fastify-plugin'
import { expect, it } from 'vitest'
import { openTestLaku } from '../../test/laku.ts'
import { buildServer } from './server.ts'

const slow = fp(async (app) => {
  app.get('/slow', { config: { access: 'open' } }, async () => {
    await sleep(300)
    return { ok: true }
  })
})

it('a server that closes answers what is under way, takes nothing new, and waits for no idle connection', async () => {
  const laku = await openTestLaku()
  const app = await buildServer(laku, slow)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  // Each of these requests leaves an open connection behind.
  await Promise.all([1, 2, 3].map(async () => (await fetch(`${url}/healthz`)).text()))
  const underWay = [1, 2, 3].map(() => fetch(`${url}/slow`))
  await sleep(100)
  const startedMs = performance.now()
  const closed = app.close()
  const answers = await Promise.all(underWay)
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
  await Promise.all(answers.map((answer) => answer.text()))
  await closed
  expect(performance.now() - startedMs).toBeLessThan(3_000)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  await laku.close()
})
