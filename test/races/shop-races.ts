import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { closeEarly, fulfilSession, refundSession } from '../../src/domain/group-buying/index.ts'
import { type Actor, runChecks } from '../../src/domain/kernel/index.ts'
import { balanceIdr, factoryAccount } from '../../src/domain/ledger/index.ts'
import { acceptReturn, requestReturn } from '../../src/domain/order/index.ts'
import { approveSettlement, runSettlements } from '../../src/domain/settlement/index.ts'
import { admin, confirmed, openTestLaku, someone, system, type TestLaku } from '../laku.ts'
import { codeOf, Market } from '../market.ts'
import { customer, refusal, Storefront } from '../storefront.ts'
import type { Races } from './run-races.ts'

export interface Arena {
  laku: TestLaku
  market: Market
}

/**
 * Opens a shop with the real choreography, but without its jobs, because the races themselves run that work.
 */
export async function openArena(): Promise<Arena> {
  const policy = { settlementAfterDays: 0, settlementMinimumIdr: 1 }
  const laku = await openTestLaku({ sandbox: true, jobs: [], policy })
  const market = await Market.open(laku)
  await market.addStock(100_000)
  return { laku, market }
}

const staff = { ...admin, reason: 'a race', factor: confirmed }
const finance: Actor = someone({ name: 'sinta', role: 'finance', reason: 'a race' })
const within = (ms: number) => wait(Math.random() * ms)
// The longest delay (ms) between the starts of rivals. A rival of an act with several transactions starts
// later (`within`).
const JITTER_MS = 4

/** Starts all acts at almost the same time. The first one differs from round to round. */
async function atOnce<T>(...acts: (() => Promise<T>)[]): Promise<T[]> {
  return await Promise.all(acts.map((act) => within(JITTER_MS).then(act)))
}

/** Every buyer wants the last unit: one gets it. */
export async function lastUnit({ market }: Arena): Promise<string> {
  const [first, ...buyers] = await market.buyers(7)
  const { id } = await market.session({ moq: 3, capacity: 3 })
  await market.joinAndPay([first!], id, 2)
  const outcomes = await atOnce(...buyers.map((buyer) => () => market.joinAll([market.joinOf(buyer, id)])))
  const codes = outcomes.map(([outcome]) => codeOf(outcome))
  expect(codes.toSorted()).toEqual([...Array(5).fill('group_buying.session_full'), 'ok'])
  expect(await market.see(id)).toMatchObject({ heldUnits: 1, paidUnits: 2 })
  return `buyer ${codes.indexOf('ok') + 1}`
}

/**
 * Buyers join while the session closes, by its MOQ or by staff. A buyer who came too late holds nothing, and
 * no buyer is left in between.
 */
async function joinAgainstClose({ laku, market }: Arena, round: number): Promise<string> {
  const [first, ...buyers] = await market.buyers(5)
  const byStaff = round % 2 === 0
  const { id } = await market.session({ moq: 1, closePolicy: byStaff ? 'at_deadline' : 'at_moq' })
  const { payment } = await market.join(first!, id)
  if (byStaff) await market.pay(payment.id)
  const close = () =>
    byStaff
      ? refusal(laku.as(staff, (work) => closeEarly(work, { sessionId: id })))
      : market.pay(payment.id).then(String)
  const [, ...codes] = await atOnce(close, ...buyers.map((buyer) => () => refusal(market.join(buyer, id))))
  for (const code of codes) expect(['ok', 'group_buying.session_not_open']).toContain(code)
  expect(await market.see(id)).toMatchObject({ status: 'moq_reached', heldUnits: 0, paidUnits: 1 })
  return codes.includes('ok') ? 'a join' : 'the close'
}

/**
 * The money comes in at the moment when the hold ends: the place is paid, or all of the money is refunded.
 */
async function paymentAgainstExpiry({ market }: Arena): Promise<string> {
  const [buyer] = await market.buyers(1)
  const { id } = await market.session()
  const { participation, payment } = await market.join(buyer!, id)
  await atOnce<unknown>(
    () => market.pay(payment.id),
    () => market.expire(payment.id),
  )
  const status = await market.statusOf(participation.id)
  const paid = status === 'paid'
  expect([status, await market.walletOf(buyer!)]).toEqual(paid ? ['paid', 0] : ['expired', 60_000])
  expect(await market.see(id)).toMatchObject({ heldUnits: 0, paidUnits: paid ? 1 : 0 })
  return paid ? 'the payment' : 'the expiry'
}

/**
 * Staff refund a closed session while it is fulfilled: every buyer has an order or all of their money, and
 * none has both.
 */
async function refundAgainstRelease({ laku, market }: Arena): Promise<string> {
  const buyers = await market.buyers(3)
  const { id } = await market.session({ moq: 3 })
  await market.joinAndPay(buyers, id)
  const [refunded, fulfilled] = await atOnce(
    () => within(40).then(() => refusal(laku.as(staff, (work) => refundSession(work, { sessionId: id })))),
    () => refusal(fulfilSession({ unitOfWork: laku.unitOfWork, actor: system }, id)),
  )
  const { status } = await market.see(id)
  const back = await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))
  const orders = await laku.db.selectFrom('orders').select('id').where('sessionId', '=', id).execute()
  if (status === 'success') {
    expect([refunded, fulfilled]).toEqual(['group_buying.not_refundable', 'ok'])
    expect([orders.length, ...back]).toEqual([3, 0, 0, 0])
    return 'the release'
  }
  expect([status, refunded, fulfilled]).toEqual(['refunded', 'ok', 'group_buying.not_fulfillable'])
  expect([orders.length, ...back]).toEqual([0, 60_000, 60_000, 60_000])
  return 'the refund'
}

/**
 * Goods are returned while their sale is settled: sale and refund are settled once each, and no outdated plan
 * is approved.
 */
async function returnAgainstSettlement({ laku }: Arena): Promise<string> {
  const shop = await Storefront.open(laku)
  const { market } = shop
  await market.addStock(2)
  const [buyer] = await market.buyers(1)
  const { order } = await shop.deliveredOrder(buyer!, 2)
  laku.clock.shift(2 * 86_400)
  const { factoryId } = market
  const settle = () => runSettlements({ unitOfWork: laku.unitOfWork, actor: finance }, { factoryId })
  const [, approved] = await atOnce(
    async () => {
      await within(60)
      const { id } = await laku.as(customer(buyer!), (work) =>
        requestReturn(work, { order: order.id, reason: 'changed_mind' }),
      )
      await laku.as(staff, (work) => acceptReturn(work, { return: id }))
      return 'ok'
    },
    async () => {
      const code = (await settle())
        .flatMap((factoryOutcome) => factoryOutcome.settlements)
        .find((item) => item.code)?.code
      if (!code) return 'nothing due'
      return await refusal(laku.as(finance, (work) => approveSettlement(work, { settlement: code })))
    },
  )
  expect(['ok', 'settlement.plan_changed', 'nothing due']).toContain(approved)
  laku.clock.shift(86_400)
  for (const { error } of await settle()) expect(error).toBeUndefined()
  // Everything was returned, so the money of the sale is taken back, from the present settlement or from a
  // later one.
  expect(await laku.system((work) => balanceIdr(work.tx, factoryAccount(factoryId)))).toBe(0)
  const lines = await laku.db
    .selectFrom('settlementItems')
    .select(['kind', 'netIdr'])
    .where('factoryId', '=', factoryId)
    .orderBy('kind')
    .execute()
  expect(lines).toEqual([
    { kind: 'refund', netIdr: -114_000 },
    { kind: 'sale', netIdr: 114_000 },
  ])
  return approved === 'ok' ? 'the settlement' : 'the return'
}

export const shopRaces: Races<Arena> = {
  open: openArena,
  races: {
    'last unit': lastUnit,
    'join against close': joinAgainstClose,
    'payment against expiry': paymentAgainstExpiry,
    'refund against release': refundAgainstRelease,
    'return against settlement': returnAgainstSettlement,
  },
  broken: async ({ laku }) => {
    const checks = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
    return checks.filter((check) => !check.ok)
  },
}
