import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { answerOrders } from './child.ts'
import { type Buyer, buy, type Met } from './honest.ts'

/** The shop of the buyers, and the time at which each buyer comes (ms from now). */
export interface BuyersOrders {
  serverUrl: string
  sandboxUrl: string
  sessionId: string
  variantId: string
  buyers: readonly (Buyer & { afterMs: number })[]
}

const ca = readFileSync(new URL('../tls/ca.pem', import.meta.url), 'utf8')

/**
 * Runs the browsers of the honest buyers in a process of its own, so that the test's own work does not delay
 * them.
 */
answerOrders<BuyersOrders, Met[]>(async ({ serverUrl, sandboxUrl, sessionId, variantId, buyers }) => {
  const server = new Pool(serverUrl, { connections: 64, pipelining: 1 })
  const sandbox = new Pool(sandboxUrl, { connections: 32, pipelining: 1, connect: { ca } })
  const shop = { server, sandbox, sessionId, variantId }
  const met = await Promise.all(
    buyers.map(async (buyer) => {
      await sleep(buyer.afterMs)
      return await buy(shop, buyer)
    }),
  )
  await Promise.all([server.destroy(), sandbox.destroy()])
  return met
})
