import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { type Buyer, groupChoreography, Market } from '../../../../test/market.ts'
import { staff } from '../../../../test/staff.ts'
import { updateFactory } from '../../factory/index.ts'
import { type Actor, secondsAfter, type Work } from '../../kernel/index.ts'
import { balanceIdr, escrow, factoryAccount } from '../../ledger/index.ts'
import {
  closeEarly,
  extendSession,
  fulfilSession,
  leaveSession,
  openSession,
  sweepSessions,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
})
afterEach(async () => {
  await market.expectAllTrue()
})
afterAll(async () => {
  await laku.close()
})

const support = staff('support')
const asAdmin = <T>(use: (work: Work) => Promise<T>) => laku.as(admin, use)
const later = (seconds: number) => secondsAfter(laku.clock.now(), seconds)
const balance = (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key))
const auditOf = (id: string) =>
  laku.db
    .selectFrom('auditLog')
    .select(['command', 'reason'])
    .where('subjectId', '=', id)
    .orderBy('id')
    .execute()

describe('extending', () => {
  it('gives a forming session more time, a bounded number of times, with an audit row each', async () => {
    const { id, endsAt } = await market.session({ endsInS: 600 })
    for (let i = 1; i <= 3; i++) {
      const extended = await asAdmin((work) => extendSession(work, { sessionId: id, endsAt: later(600 + i) }))
      expect(extended.endsAt > endsAt).toBe(true)
    }
    const fourth = asAdmin((work) => extendSession(work, { sessionId: id, endsAt: later(900) }))
    await expect(fourth).rejects.toMatchObject({ code: 'group_buying.extensions_used' })
    expect((await market.see(id)).endsAt).toEqual(later(603))
    const audit = await auditOf(id)
    expect(audit.filter((row) => row.command === 'sessions extend')).toHaveLength(3)
    expect(audit.at(-1)?.reason).toBe('a test')
  })

  it('only goes forward, only while it forms, and only by who may', async () => {
    const { id } = await market.session({ endsInS: 600 })
    const extend = (actor: Actor, seconds: number) =>
      laku.as(actor, (work) => extendSession(work, { sessionId: id, endsAt: later(seconds) }))
    await expect(extend(admin, 600)).rejects.toMatchObject({ code: 'group_buying.invalid_period' })
    await expect(extend(support, 700)).rejects.toMatchObject({ code: 'kernel.forbidden' })
    laku.clock.shift(601)
    // The session's time is over, although no sweep has ended it yet, so it cannot be extended.
    await expect(extend(admin, 700)).rejects.toMatchObject({ code: 'group_buying.session_not_forming' })
    await laku.system(sweepSessions)
    expect((await market.see(id)).status).toBe('refunded')
  })
})

describe('closing early', () => {
  it('is refused below the MOQ, and above it closes at the tier that was reached', async () => {
    await market.addStock(20)
    const [a, b, c] = await market.buyers(3)
    const tiers = [
      { minUnits: 1, unitPriceIdr: 50_000 },
      { minUnits: 4, unitPriceIdr: 45_000 },
      { minUnits: 10, unitPriceIdr: 30_000 },
    ]
    const { id } = await market.session({ moq: 4, closePolicy: 'at_deadline', tiers })
    await market.joinAndPay([a!], id, 3)
    const early = asAdmin((work) => closeEarly(work, { sessionId: id }))
    await expect(early).rejects.toMatchObject({ code: 'group_buying.below_moq' })
    await market.joinAndPay([b!], id, 4)
    const waiting = await market.join(c!, id)
    const closed = await asAdmin((work) => closeEarly(work, { sessionId: id }))
    expect(closed).toMatchObject({ status: 'moq_reached', heldUnits: 0, finalUnitPriceIdr: 45_000 })
    expect(await market.statusOf(waiting.participation.id)).toBe('expired')
    const again = asAdmin((work) => closeEarly(work, { sessionId: id }))
    await expect(again).rejects.toMatchObject({ code: 'group_buying.session_not_forming' })
    expect((await auditOf(id)).map((row) => row.command)).toEqual(['sessions create', 'sessions close'])
  })
})

describe('three tiers, closing between the second and the third', () => {
  it('rebates everybody into the wallet, pays the factory the final price less commission, empties the escrow', async () => {
    await market.addStock(50)
    const buyers = await market.buyers(3)
    const tiers = [
      { minUnits: 2, unitPriceIdr: 60_000 },
      { minUnits: 5, unitPriceIdr: 52_000 },
      { minUnits: 20, unitPriceIdr: 40_000 },
    ]
    const before = await balance(factoryAccount(market.factoryId))
    const { id } = await market.session({ moq: 2, closePolicy: 'at_deadline', tiers, endsInS: 3600 })
    for (const [i, buyer] of buyers.entries()) await market.joinAndPay([buyer], id, i + 2)
    // The escrow has 9 units at 60,000 and three shipping fees of 10,000.
    expect(await balance(escrow(id))).toBe(9 * 60_000 + 3 * 10_000)
    laku.clock.shift(3601)
    await laku.system(sweepSessions)
    expect(await market.see(id)).toMatchObject({ status: 'moq_reached', finalUnitPriceIdr: 52_000 })
    expect(await fulfilSession({ unitOfWork: laku.unitOfWork, actor: admin }, id)).toBe(3)
    expect(await Promise.all(buyers.map((buyer) => market.walletOf(buyer)))).toEqual([16_000, 24_000, 32_000])
    expect((await balance(factoryAccount(market.factoryId))) - before).toBe(9 * 52_000 * 0.95)
    expect(await balance(escrow(id))).toBe(0)
    expect((await market.see(id)).status).toBe('success')
    // A second run pays no second rebate.
    expect(await fulfilSession({ unitOfWork: laku.unitOfWork, actor: admin }, id)).toBe(0)
    expect(await market.walletOf(buyers[0]!)).toBe(16_000)
  })
})

describe('the price and the commission of a session', () => {
  it('are of what was paid, whoever holds a place at the end, and of the day on which it was made', async () => {
    await market.addStock(50)
    const [ana, budi, cici] = (await market.buyers(3)) as [Buyer, Buyer, Buyer]
    const tiers = [
      { minUnits: 1, unitPriceIdr: 50_000 },
      { minUnits: 3, unitPriceIdr: 40_000 },
    ]
    const setRate = (commissionBps: number) =>
      asAdmin((work) => updateFactory(work, { factoryId: market.factoryId, commissionBps }))
    await setRate(700)
    const { id } = await market.session({ moq: 2, closePolicy: 'at_deadline', tiers, endsInS: 600 })
    await setRate(500)
    await market.joinAndPay([ana, budi], id)
    await market.join(cici, id, 3)
    const before = [await balance(factoryAccount(market.factoryId)), await balance('commission')] as const
    laku.clock.shift(600)
    await laku.system(sweepSessions)
    expect(await market.see(id)).toMatchObject({
      status: 'moq_reached',
      finalUnitPriceIdr: 50_000,
      heldUnits: 0,
    })
    await fulfilSession({ unitOfWork: laku.unitOfWork, actor: admin }, id)
    expect(await balance(factoryAccount(market.factoryId))).toBe(before[0] + 93_000)
    expect(await balance('commission')).toBe(before[1] + 7_000)
  })
})

describe('opening a draft', () => {
  it('takes joins from now on, once', async () => {
    const { id } = await market.session({ status: 'draft' })
    const [a] = await market.buyers(1)
    await expect(market.join(a!, id)).rejects.toMatchObject({ code: 'group_buying.session_not_found' })
    const opened = await asAdmin((work) => openSession(work, { sessionId: id }))
    expect(opened).toMatchObject({ status: 'forming', startsAt: laku.clock.now() })
    await market.join(a!, id)
    const again = asAdmin((work) => openSession(work, { sessionId: id }))
    await expect(again).rejects.toMatchObject({ code: 'kernel.illegal_transition' })
  })

  it('is refused once its end is past', async () => {
    const { id } = await market.session({ status: 'draft', endsInS: 60 })
    laku.clock.shift(61)
    const late = asAdmin((work) => openSession(work, { sessionId: id }))
    await expect(late).rejects.toMatchObject({ code: 'group_buying.invalid_period' })
  })

  it('at its time needs its product on sale; else a person is told, once, and opens it by hand', async () => {
    const { id, code } = await market.session({ startsAt: later(60) })
    const put = (status: string) =>
      laku.db.updateTable('products').set({ status }).where('id', '=', market.productId).execute()
    await put('inactive')
    laku.clock.shift(61)
    expect(await laku.system(sweepSessions)).toBe(1)
    expect(await laku.system(sweepSessions)).toBe(0)
    expect(await market.see(id)).toMatchObject({ status: 'draft', startsAt: null })
    const told = await laku.db
      .selectFrom('attention')
      .select(['kind', 'command', 'times'])
      .where('subjectId', '=', id)
      .execute()
    expect(told).toEqual([{ kind: 'session_not_opened', command: `laku sessions open ${code}`, times: 1 }])
    const byHand = () => asAdmin((work) => openSession(work, { sessionId: id }))
    await expect(byHand()).rejects.toMatchObject({ code: 'group_buying.product_not_active' })
    await put('active')
    expect(await byHand()).toMatchObject({ status: 'forming' })
  })
})

describe('the units of a session', () => {
  it('are whole and above 0, and the capacity holds the MOQ', async () => {
    for (const terms of [{ moq: 0 }, { moq: 1.5 }, { moq: 5, capacity: 4 }, { moq: 1, perUserLimit: 0 }])
      await expect(market.session(terms)).rejects.toMatchObject({ code: 'group_buying.invalid_terms' })
    const free = market.session({ tiers: [{ minUnits: 0, unitPriceIdr: 1 }] })
    await expect(free).rejects.toMatchObject({ code: 'group_buying.invalid_tiers' })
  })
})

describe('leaving by support', () => {
  it('refunds the buyer whom they name, and says who did it', async () => {
    const [a] = await market.buyers(1)
    const { id } = await market.session({ moq: 5 })
    const [joined] = await market.joinAndPay([a!], id, 2)
    const stranger = laku.as({ kind: 'customer', id: a!.id }, (work) =>
      leaveSession(work, { sessionId: id, userId: a!.id }),
    )
    await expect(stranger).rejects.toMatchObject({ code: 'kernel.forbidden' })
    const left = await laku.as(support, (work) => leaveSession(work, { sessionId: id, userId: a!.id }))
    expect(left.refundIdr).toBe(110_000)
    expect(await market.walletOf(a!)).toBe(110_000)
    expect((await auditOf(joined!.participation.id)).map((row) => row.command)).toEqual(['sessions leave'])
  })
})
