import { globSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { groupChoreography, Market } from '../../../test/market.ts'
import { openSettlementFixture, type SettlementFixture } from '../../../test/settlements.ts'
import { newId } from '../kernel/index.ts'
import { balances, balancesAt, familyTotals } from '../ledger/index.ts'
import { momentInWords } from '../ledger/words.ts'
import type { Explanation } from './explain.ts'
import { explain } from './explain.ts'

const page = { limit: 100 }
const told = (explanation: Explanation) => explanation.postings.map((posting) => posting.kind)

describe('explaining a group purchase', () => {
  let laku: TestLaku
  let market: Market
  const ask = (thing: string, more = page) => laku.system((work) => explain(work.tx, thing, more))
  beforeAll(async () => {
    laku = await openTestLaku({ choreography: groupChoreography })
    market = await Market.open(laku)
  })
  afterAll(() => laku.close())

  it('tells a session, its payments and its refunds in order, with running sums that end where the book is', async () => {
    const session = await market.session({ moq: 10 })
    const buyers = await market.buyers(2)
    const answers = await market.joinAndPay(buyers, session.id)
    const first = answers[0]!
    const paidIdr = first.payment.amountIdr
    const { code } = await market.see(session.id)
    const before = await ask(code)
    expect(before).toMatchObject({ what: 'session', id: session.id, code })
    expect(before.facts.join(' ')).toContain('2 payments of together Rp 120.000 are paid.'.replace(' ', ' '))
    const escrowed = before.postings.map((posting) =>
      posting.entries.find((e) => e.account.startsWith('escrow:')),
    )
    expect(escrowed.map((entryDescription) => entryDescription?.runningIdr)).toEqual([paidIdr, 2 * paidIdr])
    expect(escrowed[0]?.inWords).toBe('escrow of the session')
    await market.leave(buyers[0]!, session.id)
    const payment = await ask(first.payment.code)
    expect(told(payment)).toEqual(['payment.confirmed', 'refund.decided'])
    expect(payment.postings[1]!.entries).toMatchObject([
      { account: `escrow:${session.id}`, amountIdr: paidIdr, changeIdr: -paidIdr, runningIdr: 0 },
      { account: `wallet:${buyers[0]!.id}`, changeIdr: paidIdr, runningIdr: paidIdr },
    ])
    expect(payment.sums).toMatchObject([
      { account: `escrow:${session.id}`, balanceIdr: 0 },
      { account: 'gateway', balanceIdr: paidIdr },
      { account: `wallet:${buyers[0]!.id}`, balanceIdr: paidIdr },
    ])
    expect((await ask(session.id)).sums).toContainEqual(
      expect.objectContaining({ account: `escrow:${session.id}`, balanceIdr: paidIdr }),
    )
  })

  it('goes on by pages, the sums carried over', async () => {
    const session = await market.session({ moq: 10 })
    await market.joinAndPay(await market.buyers(3), session.id)
    const whole = await ask(session.id)
    const pages: Explanation['postings'] = []
    let cursor: string | undefined
    do {
      const part = await ask(session.id, { limit: 1, ...(cursor && { cursor }) })
      expect(part.sums).toEqual(whole.sums)
      pages.push(...part.postings)
      cursor = part.nextCursor ?? undefined
    } while (cursor)
    expect(pages).toEqual(whole.postings)
  })

  it('tells an amount, as it is written, and an account', async () => {
    await sql`update product_variants set price_idr = 1300000 where product_id = ${market.productId}`.execute(
      laku.db,
    )
    const session = await market.session({ moq: 10, tiers: [{ minUnits: 1, unitPriceIdr: 1_234_000 }] })
    const [answer] = await market.joinAndPay(await market.buyers(1), session.id)
    const amount = await ask('Rp 1.244.000')
    expect(amount).toMatchObject({ what: 'amount', code: expect.stringMatching(/^Rp.1\.244\.000$/) })
    expect(amount.facts).toEqual([expect.stringContaining(`laku ledger explain ${answer!.payment.code}`)])
    expect(told(amount)).toEqual(['payment.confirmed'])
    const account = await ask(`escrow:${session.id}`)
    expect(account.postings[0]!.entries).toMatchObject([{ runningIdr: 1_244_000 }])
    await expect(ask('Rp 7')).rejects.toMatchObject({ code: 'kernel.nothing_to_explain' })
    await expect(ask(newId())).rejects.toMatchObject({ code: 'kernel.nothing_to_explain' })
  })

  it('says what was held at an instant, whatever came later', async () => {
    const instant = laku.clock.now()
    const now = () =>
      laku.system(async ({ tx }) => {
        const families = (await familyTotals(tx)).map((familyTotal) => [
          `${familyTotal.family}:*`,
          familyTotal.balanceIdr,
        ])
        const singles = (await balances(tx)).map((balance) => [balance.account, balance.balanceIdr])
        // An account that was opened and never used has a balance but no postings.
        return Object.fromEntries([...singles, ...families].filter(([, balanceIdr]) => balanceIdr !== 0))
      })
    const then = async (time: Date, ...named: string[]) => {
      const rows = await laku.system(({ tx }) => balancesAt(tx, time, named))
      const used = rows.filter((row) => row.balanceIdr !== 0)
      return Object.fromEntries(used.map((item) => [item.account, item.balanceIdr]))
    }
    const held = await now()
    laku.clock.shift(3_600)
    const session = await market.session({ moq: 10 })
    await market.joinAndPay(await market.buyers(1), session.id)
    expect(await then(instant)).toEqual(held)
    expect(await then(laku.clock.now())).toEqual(await now())
    expect(await then(laku.clock.now(), `escrow:${session.id}`)).toEqual({ [`escrow:${session.id}`]: 60_000 })
    expect(await then(instant, `escrow:${session.id}`)).toEqual({})
    expect(Object.keys(await then(laku.clock.now(), 'escrow:*'))).toContain(`escrow:${session.id}`)
    const asked = await askLaku<{ data: { account: string; balance_idr: number }[] }>(laku, [
      ...['ledger', 'as-of', '-1m', '--account', 'gateway'],
    ])
    expect(asked.data).toEqual([
      { account: 'gateway', kind: 'asset', accounts: 1, balance_idr: held.gateway },
    ])
  })

  it('is told to people by the command', async () => {
    const session = await market.session({ moq: 10 })
    const [answer] = await market.joinAndPay(await market.buyers(1), session.id)
    const { stdout } = await runLaku(laku, ['ledger', 'explain', answer!.payment.code])
    expect(stdout).toContain('A payment arrived; its money is kept for its order or session')
    expect(stdout).toMatch(/escrow of the session +escrow:\S+ +Rp.60\.000 +Rp.60\.000/)
    const json = await askLaku<{ postings: unknown[] }>(laku, ['ledger', 'explain', answer!.payment.id])
    expect(json.postings).toHaveLength(1)
  })
})

describe('explaining a settlement', () => {
  let f: SettlementFixture
  const ask = (thing: string) => f.laku.system((work) => explain(work.tx, thing, page))
  beforeAll(async () => {
    f = await openSettlementFixture()
  })
  afterAll(() => f.laku.close())

  it('tells the lines it is made of and the payout, down to nothing owed; and of an order line where it was settled', async () => {
    const factoryId = await f.factory('1234567890')
    const sold = await f.sell(factoryId, 100_000)
    await f.sell(factoryId, 200_000)
    const code = await f.settled(factoryId)
    const before = await ask(code)
    expect(before.facts[1]).toMatch(/2 lines: goods Rp.300\.000 - commission Rp.15\.000 .* = Rp.285\.000/)
    expect(before.postings.map((posting) => posting.entries.map((e) => e.runningIdr))).toEqual([
      [95_000],
      [285_000],
    ])
    await f.approve(code)
    await f.pay(code)
    await f.submit(code)
    const after = await ask(code)
    expect(told(after)).toEqual(['order.earned', 'order.earned', 'settlement.submitted'])
    expect(after.sums).toContainEqual(
      expect.objectContaining({ account: `factory:${factoryId}`, balanceIdr: 0 }),
    )
    const { code: order } = await f.laku.db
      .selectFrom('orders')
      .select('code')
      .where('id', '=', sold.orderId)
      .executeTakeFirstOrThrow()
    for (const name of [sold.orderItemId, `${order}/SKU`]) {
      const line = await ask(name)
      expect(line).toMatchObject({ what: 'order line', id: sold.orderItemId })
      expect(line.facts[1]).toMatch(new RegExp(`sale of Rp.95\\.000 for the factory is in ${code}`))
      expect(line.sums.map((item) => item.balanceIdr)).toEqual([5_000, 95_000])
    }
  })
})

it('has words for every kind of transaction that is posted', () => {
  const kinds = globSync('src/domain/**/*.ts')
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => /\bpost\(|\bPosting\b/.test(text))
    .flatMap((text) => [...text.matchAll(/kind: '([a-z_]+\.[a-z_]+)'/g)].map((match) => match[1] as string))
  expect(kinds.length).toBeGreaterThan(10)
  expect(kinds.filter((kind) => momentInWords(kind) === kind)).toEqual([])
})
