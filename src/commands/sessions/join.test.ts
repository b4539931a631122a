import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { giveGoodwill } from '../../../test/goodwill.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { groupChoreography } from '../../../test/market.ts'
import { staff } from '../../../test/staff.ts'
import { Storefront } from '../../../test/storefront.ts'
import type { Actor } from '../../domain/kernel/index.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: groupChoreography, jobs: [] })
  shop = await Storefront.open(laku)
})
afterAll(async () => {
  await shop.market.expectAllTrue()
  await laku.close()
})

const support = staff('support')

interface Joined {
  participation: { id: string; status: string; units: number; shipping_idr: number }
  payment: { invoice_url: string; wallet_idr: number; status: string }
}

async function words(): Promise<{ sessionId: string; buyerId: string; words: string[] }> {
  const { market } = shop
  const [buyer] = await market.buyers(1)
  const { id, code } = await market.session({ moq: 10 })
  const items = [`${market.sku}=2`, `${market.otherVariantId}=1`]
  const line = ['sessions', 'join', code, '--user', buyer!.id, '--item', ...items]
  return { sessionId: id, buyerId: buyer!.id, words: [...line, '--reason', 'asked on the phone'] }
}

const quotes = async () => {
  const { count } = await laku.db
    .selectFrom('shippingRates')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

const given = (userId: string, amountIdr: number) =>
  laku.system((work) => giveGoodwill(work, userId, amountIdr))

it.each(['1=-0', '1=-0%', '1=-00%'])(
  'issue 11, case 13: sessions create refuses the tier %s, for nothing is off, as the route does',
  async (tier) => {
    const terms = ['--product', shop.market.productId, '--moq', '5', '--ends', '+3d', '--tier', tier]
    const { exitCode, stdout } = await runLaku(laku, ['sessions', 'create', ...terms, '--dry-run', '--json'])
    expect([exitCode, stdout]).toEqual([2, expect.stringContaining('units=price')])
  },
)

describe('laku sessions join', () => {
  it('dry asks nobody, takes the fee of the zone table, says so, and leaves nothing behind', async () => {
    const { sessionId, words: line } = await words()
    const { exitCode, stdout, stderr } = await runLaku(laku, [...line, '--dry-run', '--json'])
    expect(exitCode).toBe(0)
    expect(stderr).toContain('zone table')
    const { dry_run, result, audit } = JSON.parse(stdout)
    expect([dry_run, result.participation.status, audit[0].command]).toEqual([true, 'held', 'sessions join'])
    expect(result.participation.shipping_idr).toBe(laku.policy.zoneFees.sameIslandIdr)
    expect(await shop.market.see(sessionId)).toMatchObject({ heldUnits: 0 })
    expect(await quotes()).toBe(0)
  })

  it('holds a place at the fee that the courier was asked for, and says who did it and why', async () => {
    const { sessionId, buyerId, words: line } = await words()
    const { participation, payment } = await askLaku<Joined>(laku, line, support)
    expect(participation).toMatchObject({ status: 'held', units: 3 })
    expect(payment.invoice_url).toMatch(/\/pay\/PAY-/)
    expect(await quotes()).toBeGreaterThan(0)
    expect(await shop.market.see(sessionId)).toMatchObject({ heldUnits: 3 })
    const audit = await laku.db
      .selectFrom('auditLog')
      .select(['command', 'actorName', 'reason'])
      .where('subjectId', '=', participation.id)
      .execute()
    expect(audit).toEqual([{ command: 'sessions join', actorName: 'support', reason: 'asked on the phone' }])
    const event = await laku.db
      .selectFrom('events')
      .select(['actor', 'payload'])
      .where('aggregateId', '=', participation.id)
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ actor: 'staff:support', payload: { userId: buyerId } })
    const twice = await runLaku(laku, line, support)
    expect([twice.exitCode, twice.stderr]).toEqual([
      5,
      expect.stringContaining('already have a place in this session'),
    ])
  })

  it('takes the fee of the zone table where the courier does not answer', async () => {
    await laku.db.deleteFrom('shippingRates').execute()
    await shop.fault({ provider: 'biteship', kind: 'error' })
    const { words: line } = await words()
    const { participation } = await askLaku<Joined>(laku, line, support)
    expect(participation.shipping_idr).toBe(laku.policy.zoneFees.sameIslandIdr)
    await shop.fault()
  })

  it('is for support and needs a reason, a known buyer and a known article', async () => {
    const { words: line } = await words()
    const code = async (actor: Actor, ...changed: string[]) => (await runLaku(laku, changed, actor)).exitCode
    expect(await code({ ...support, role: 'warehouse' }, ...line)).toBe(4)
    expect(await code(support, ...line.slice(0, -2))).toBe(2)
    expect(await code(support, ...line.with(4, '+628999999999'))).toBe(3)
    expect(await code(support, ...line.with(6, 'NO-SUCH=1'))).toBe(3)
  })

  it('issue 11, case 17: lets 5,000 of the wallet pay a part, or all of it, and refuses both at once', async () => {
    const { buyerId, words: line } = await words()
    await given(buyerId, 5_000)
    const { stdout } = await runLaku(laku, [...line, '--wallet-part', '--dry-run'])
    expect(stdout).toMatch(/payment-hold:\S+ +-Rp 5\.000/)
    const both = await runLaku(laku, [...line, '--wallet', '--wallet-part', '5000'])
    expect(both.exitCode).toBe(2)
    expect((await runLaku(laku, [...line, '--wallet-part', '6000', '--json'])).exitCode).toBe(5)
    const { payment } = await askLaku<Joined>(laku, [...line, '--wallet-part', '4000'], support)
    expect(payment).toMatchObject({ wallet_idr: 4_000, status: 'pending' })
    const another = await words()
    await given(another.buyerId, 1_000_000)
    const { participation } = await askLaku<Joined>(laku, [...another.words, '--wallet'], support)
    expect(participation.status).toBe('paid')
  })
})
