import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, joinSettings } from '../../../../test/market.ts'
import { customer, refusal, Storefront } from '../../../../test/storefront.ts'
import { createAddress } from '../../address/index.ts'
import { joinSessions } from '../../group-buying/index.ts'
import { newId, type Work } from '../../kernel/index.ts'
import { subscribePush } from '../../notification/index.ts'
import { createOrder } from '../../order/index.ts'
import { erasePerson } from './privacy.ts'

const ROUNDS = 10

let laku: TestLaku
let shop: Storefront
let sessionId: string
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(200)
  sessionId = (await shop.market.session({ moq: 500 })).id
  // The courier's price is cached from here on, so no later order asks for it.
  const [first] = await shop.market.buyers(1)
  await shop.order(first!)
})
afterAll(() => laku.close())

/**
 * Acts by which a buyer leaves personal data. Each runs in a transaction that stays open until the test ends
 * it.
 */
const acts: Record<string, (work: Work, buyer: Buyer) => Promise<unknown>> = {
  'a join': async (work, buyer) => {
    const [outcome] = await joinSessions(work, [shop.market.joinOf(buyer, sessionId)], joinSettings)
    if (!outcome?.ok) throw outcome?.error
  },
  'an order': (work, { addressId }) =>
    createOrder(
      work,
      { items: [{ variantId: shop.market.variantId, quantity: 1 }], addressId },
      shop.settings,
    ),
  'a new address': (work) =>
    createAddress(work, {
      ...{ label: 'kantor', recipientName: 'Budi', phone: '081200000001', street: 'Jl. Mawar 1' },
      ...{ district: 'Coblong', city: 'Bandung', province: 'Jawa Barat', postalCode: '40132' },
    }),
  'a browser': (work) =>
    subscribePush(work, { endpoint: `https://fcm.googleapis.com/${newId()}`, p256dh: 'p', auth: 'a' }),
}

/**
 * Starts `first`, starts `second` while the transaction of `first` is open, lets both end, and returns how
 * they ended.
 */
async function overtake(
  first: (hold: () => Promise<void>) => Promise<unknown>,
  second: () => Promise<unknown>,
) {
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const one = refusal(
    first(async () => {
      reached.resolve()
      await go.promise
    }),
  )
  await Promise.race([reached.promise, one])
  const other = refusal(second())
  // The other act gets time to continue as far as it can: it waits for the lock or passes it.
  await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 60))])
  go.resolve()
  return [await one, await other] as const
}

/** Counts the names, numbers and streets of a person that are left. */
async function leftOf({ id }: Buyer): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from addresses where user_id = ${id})
      + (select count(*) from group_participants where user_id = ${id} and address ->> 'street' <> '')
      + (select count(*) from orders where user_id = ${id} and address ->> 'street' <> '')
      + (select count(*) from push_subscriptions where user_id = ${id}) as n`.execute(laku.db)
  return Number(rows[0]?.n)
}

const isErased = async ({ id }: Buyer) =>
  (await laku.db.selectFrom('users').select('status').where('id', '=', id).executeTakeFirstOrThrow())
    .status === 'deleted'

describe.each(Object.entries(acts))('an erasure and %s of the same person', (_name, act) => {
  const doIt = (buyer: Buyer) => (hold: () => Promise<void>) =>
    laku.as(customer(buyer), async (work) => {
      await act(work, buyer)
      await hold()
    })
  const eraseIt = (buyer: Buyer) => (hold: () => Promise<void>) =>
    laku.as(customer(buyer), async (work) => {
      await erasePerson(work)
      await hold()
    })

  it('leave nothing of somebody who is erased, whichever comes first', async () => {
    for (const buyer of await shop.market.buyers(ROUNDS / 2)) {
      await overtake(doIt(buyer), () => eraseIt(buyer)(async () => undefined))
      if (await isErased(buyer)) expect(await leftOf(buyer)).toBe(0)
    }
    for (const buyer of await shop.market.buyers(ROUNDS / 2)) {
      const [erased, acted] = await overtake(eraseIt(buyer), () => doIt(buyer)(async () => undefined))
      expect([erased, await leftOf(buyer)]).toEqual(['ok', 0])
      expect(acted).not.toBe('ok')
    }
  })
})
