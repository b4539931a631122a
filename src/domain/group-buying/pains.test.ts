import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { groupChoreography, Market } from '../../../test/market.ts'
import { refusal } from '../../../test/storefront.ts'
import { balanceIdr, escrow } from '../ledger/index.ts'
import { createRefund } from '../payment/index.ts'
import { createOrdersOf, fulfilSession, sweepSessions } from './index.ts'

// Problems that users of other shops suffer from, each by its name. docs/pains.md lists all of them, with the
// test of each.

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
  await market.addStock(1_000)
})
afterAll(async () => {
  await market.expectAllTrue()
  await laku.close()
})

const fulfil = (id: string) => refusal(fulfilSession({ unitOfWork: laku.unitOfWork, actor: system }, id))
const ordersOf = async (sessionId: string) =>
  (await laku.db.selectFrom('orders').select('id').where('sessionId', '=', sessionId).execute()).length

describe('an expired group shipped (litemall #159)', () => {
  it('is not: it is refunded, and no door makes orders of it', async () => {
    const buyers = await market.buyers(2)
    const { id } = await market.session({ moq: 3 })
    await market.joinAndPay(buyers, id)
    laku.clock.shift(24 * 3600)
    // The session's time is over, and no sweep has ended it yet.
    expect(await fulfil(id)).toBe('group_buying.not_fulfillable')
    await laku.system(sweepSessions)
    const byHand = () => laku.as(admin, (work) => createOrdersOf(work, { sessionId: id }))
    expect([await fulfil(id), await refusal(byHand())]).toEqual(Array(2).fill('group_buying.not_fulfillable'))
    expect([(await market.see(id)).status, await ordersOf(id)]).toEqual(['refunded', 0])
    expect(await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))).toEqual([60_000, 60_000])
  })
})

describe('a full group never claimed (litemall #283)', () => {
  it('is found by the sweep when its job was lost, and closes whichever of the last payments comes first', async () => {
    const buyers = await market.buyers(3)
    const { id } = await market.session({ moq: 3 })
    const places = await Promise.all(buyers.map((buyer) => market.join(buyer, id)))
    await Promise.all(places.map(({ payment }) => market.pay(payment.id)))
    expect((await market.see(id)).status).toBe('moq_reached')
    laku.clock.shift(601)
    await laku.system(sweepSessions)
    expect(await market.eventsOf(id)).toContain('session.fulfilment_due')
    expect([await fulfil(id), await ordersOf(id)]).toEqual(['ok', 3])
  })
})

describe('one member refunded while the group stands (CRMEB #27)', () => {
  it('does not count any more, and once the group has what it needs none is refunded alone', async () => {
    const [a, b, c] = await market.buyers(3)
    const { id } = await market.session({ moq: 2 })
    const [first] = await market.joinAndPay([a!], id)
    const alone = () =>
      laku.as(admin, (work) =>
        createRefund(work, {
          payment: first!.payment.id,
          amountIdr: 60_000,
          note: 'asked',
          borneBy: 'company',
        }),
      )
    expect(await refusal(alone())).toBe('payment.in_escrow')
    await market.leave(a!, id)
    expect(await market.walletOf(a!)).toBe(60_000)
    await market.joinAndPay([b!], id)
    expect(await market.see(id)).toMatchObject({ status: 'forming', paidUnits: 1, participants: 1 })
    await market.joinAndPay([c!], id)
    expect(await market.see(id)).toMatchObject({ status: 'moq_reached', paidUnits: 2, participants: 2 })
    expect(await refusal(market.leave(b!, id))).toBe('group_buying.leave_refused')
    expect([await fulfil(id), await ordersOf(id)]).toEqual(['ok', 2])
  })
})

describe('MOQ counting unpaid or invented people', () => {
  it('counts paid units alone: any number of unpaid joins closes nothing', async () => {
    const buyers = await market.buyers(5)
    const { id } = await market.session({ moq: 3 })
    const places = await Promise.all(buyers.map((buyer) => market.join(buyer, id, 2)))
    await laku.system(sweepSessions)
    expect(await market.see(id)).toMatchObject({ status: 'forming', heldUnits: 10, paidUnits: 0 })
    await market.pay(places[0]!.payment.id)
    expect(await market.see(id)).toMatchObject({ status: 'forming', paidUnits: 2, participants: 1 })
    await market.expire(places[1]!.payment.id)
    await market.pay(places[2]!.payment.id)
    expect(await market.see(id)).toMatchObject({ status: 'moq_reached', paidUnits: 4, participants: 2 })
  })
})

describe('a tier rebate on top of a full release', () => {
  it('makes no money: release, commission, fee and rebate are together what was paid, to the rupiah', async () => {
    const buyers = await market.buyers(3)
    const tiers = [
      { minUnits: 1, unitPriceIdr: 50_000 },
      { minUnits: 3, unitPriceIdr: 33_333 },
    ]
    const { id } = await market.session({ moq: 3, tiers })
    await market.joinAndPay(buyers, id)
    expect(await fulfil(id)).toBe('ok')
    expect(await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))).toEqual(Array(3).fill(16_667))
    const released = await laku.db
      .selectFrom('ledgerEntries as e')
      .innerJoin('ledgerAccounts as a', 'a.id', 'e.accountId')
      .innerJoin('ledgerTransactions as t', 't.id', 'e.transactionId')
      .select(['a.key', ({ fn }) => fn.sum<number>('e.amountIdr').as('idr')])
      .where('t.kind', '=', 'escrow.released')
      .where('e.sessionId', '=', id)
      .groupBy('a.key')
      .execute()
    const sums = new Map(released.map(({ key, idr }) => [key.split(':')[0], Number(idr)]))
    // The commission is 5 % of each 33,333, rounded down, three times.
    expect(sums.get('factory')).toBe(-3 * (33_333 - 1_666))
    expect([sums.get('escrow'), sums.get('commission'), sums.get('shipping')]).toEqual([
      180_000, -4_998, -30_000,
    ])
    expect(await laku.system((work) => balanceIdr(work.tx, escrow(id)))).toBe(0)
  })
})
