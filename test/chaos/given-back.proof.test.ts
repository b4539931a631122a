import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openInvoice } from '../../src/domain/payment/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { eventually } from '../failures/working-shop.ts'
import { openTestLaku, system, type TestLaku } from '../laku.ts'
import { MUCH_IDR } from '../payouts.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { Storefront } from '../storefront.ts'

let laku: TestLaku
let shop: Storefront
let closeServer: () => Promise<unknown>
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, floatIdr: MUCH_IDR })
  shop = await Storefront.open(laku)
  await shop.market.addStock(10)
  const app = await buildServer(laku)
  await app.listen({ port: 0, host: '127.0.0.1' })
  laku.sandbox.setLakuUrl(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  closeServer = () => app.close()
})
afterAll(async () => {
  RunningLaku.killAll()
  await closeServer()
  await shop.expectAllTrue()
  await laku.close()
})

const jobs = async () => {
  const { rows } = await laku.pool.query(`select state::text from pgboss.job where name = 'webhooks.xendit'`)
  return rows.map((row) => row.state as string)
}

/** Two attempts of ten seconds each take longer than a worker waits for its jobs when it ends. */
it('a job that does not end in time is given back by a worker that gets SIGTERM, and done by the next', async () => {
  const [ana] = await shop.market.buyers(1)
  const { payment } = await shop.order(ana!)
  const { unitOfWork, providers } = laku
  const opened = await openInvoice(
    { unitOfWork, actor: system, gateway: providers.gateway, publicUrl: 'http://laku.test' },
    payment.code,
  )
  if (opened.state !== 'redirect') throw new Error(opened.state)
  await shop.fault({ provider: 'xendit', operation: 'getInvoice', kind: 'timeout' })
  const worker = await RunningLaku.worker(environmentOf(laku))
  await fetch(opened.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'QRIS' }),
  })
  await eventually(jobs, (states) => expect(states).toEqual(['active']))
  const began = performance.now()
  expect(await worker.end('SIGTERM')).toBe(0)
  const tookMs = performance.now() - began
  expect(tookMs).toBeLessThan(20_000)
  expect(await jobs()).toEqual(['retry'])
  console.log(`the worker ended after ${(tookMs / 1000).toFixed(1)} s and gave its job back`)

  await shop.fault()
  await RunningLaku.worker(environmentOf(laku))
  await eventually(
    () => laku.db.selectFrom('payments').select('status').where('id', '=', payment.id).execute(),
    (rows) => expect(rows).toEqual([{ status: 'paid' }]),
  )
  await eventually(jobs, (states) => expect(states).toEqual(['completed']))
})
