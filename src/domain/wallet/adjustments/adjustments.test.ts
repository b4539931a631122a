import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { someone } from '../../../../test/laku.ts'
import { hire, oneAdministratorAndTwo, staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance, openWalletFixture, type WalletFixture } from '../../../../test/wallets.ts'
import type { Actor } from '../../kernel/index.ts'
import { adjustWallet, decideAdjustment, listAdjustments, type WalletAdjustment } from '../index.ts'

describe('what staff give to wallets and take from them', () => {
  let f: WalletFixture
  let userId: string
  beforeAll(async () => {
    f = await openWalletFixture()
    userId = await f.user()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const support = staff('support')
  const adjust = (actor: Actor, changeIdr: number, kind: WalletAdjustment['kind'] = 'goodwill') =>
    f.laku.as(actor, (work) => adjustWallet(work, { userId, changeIdr, kind, reason: 'a test' }))
  const decide = (actor: Actor, id: string, decision: 'posted' | 'rejected', seen?: boolean) =>
    f.laku.as(actor, (work) => decideAdjustment(work, { id, decision, seen }))

  it('is there at once up to the limit: goodwill out of subsidy, a correction out of adjustments', async () => {
    expect((await adjust(support, 50_000)).status).toBe('posted')
    await adjust(finance(), 10_000, 'correction')
    await adjust(finance(), -20_000, 'correction')
    expect(await f.wallet(userId)).toBe(40_000)
    expect(await f.balance('subsidy')).toBe(50_000)
    expect(await f.balance('adjustments')).toBe(-10_000)
  })

  it('needs another person above it', async () => {
    const before = await f.wallet(userId)
    const [ana, budi] = [finance('ana2'), finance('budi')]
    const { id, status } = await adjust(ana, 2_000_000)
    expect(status).toBe('requested')
    expect(await f.wallet(userId)).toBe(before)
    expect(await refusal(decide(ana, id, 'posted'))).toBe('wallet.same_person')
    expect(await refusal(decide(support, id, 'posted'))).toBe('kernel.forbidden')
    const both = await Promise.allSettled([decide(budi, id, 'posted'), decide(finance('cici'), id, 'posted')])
    expect(both.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
    expect(await f.wallet(userId)).toBe(before + 2_000_000)
    expect(await refusal(decide(budi, id, 'rejected'))).toBe('kernel.illegal_transition')
  })

  it('asked for before its user or who asked was suspended, it waits until the approver has seen that', async () => {
    const [ana, cici] = [await hire(f.laku, 'finance'), finance('cici')]
    const mine = await f.user()
    const set = (table: 'users' | 'staff', id: string, status: string) =>
      query(f.laku.ownerUrl, `update ${table} set status = '${status}' where id = '${id}'`)
    const given = { userId: mine, changeIdr: 2_000_000, kind: 'goodwill', reason: 'a test' } as const
    const asked = async () => (await f.laku.as(ana, (work) => adjustWallet(work, given))).id
    const [one, two, three] = [await asked(), await asked(), await asked()]
    await set('users', mine, 'suspended')
    const refused = await decide(cici, one, 'posted').catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'kernel.changed_since_asked',
      details: { changes: ['user_suspended'] },
    })
    expect((await decide(cici, one, 'posted', true)).status).toBe('posted')
    await set('users', mine, 'active')
    await set('staff', ana.id, 'suspended')
    expect(await refusal(decide(cici, two, 'posted'))).toBe('kernel.changed_since_asked')
    expect((await decide(cici, two, 'posted', true)).status).toBe('posted')
    await set('staff', ana.id, 'active')
    // The word that something was seen belongs to something.
    expect(await refusal(decide(cici, three, 'posted', true))).toBe('kernel.option_not_taken')
    await query(
      f.laku.ownerUrl,
      `update users set status = 'deleted', deleted_at = now() where id = '${mine}'`,
    )
    expect(await refusal(decide(cici, three, 'posted', true))).toBe('wallet.user_not_found')
    await decide(cici, three, 'rejected')
    expect(await f.wallet(mine)).toBe(4_000_000)
  })

  it('is given to nobody who was erased, while what came in later is still taken out', async () => {
    const gone = await f.user()
    await f.fill(gone, 7_000)
    const set = { status: 'deleted', deletedAt: f.laku.clock.now() }
    await f.laku.db.updateTable('users').set(set).where('id', '=', gone).execute()
    const change = (changeIdr: number, kind: WalletAdjustment['kind']) =>
      f.laku.as(finance('dewi'), (work) =>
        adjustWallet(work, { userId: gone, changeIdr, kind, reason: 'a test' }),
      )
    expect(await refusal(change(5_000, 'goodwill'))).toBe('wallet.user_not_found')
    expect(await f.wallet(gone)).toBe(7_000)
    await change(-7_000, 'correction')
    expect(await f.wallet(gone)).toBe(0)
  })

  it('is not cut into pieces to go round the other person', async () => {
    const [other, clerk] = [await f.user(), someone({ name: 'clerk', role: 'support', reason: 'a test' })]
    const give = async (actor: Actor) => {
      const gift = { userId: other, changeIdr: 600_000, kind: 'goodwill', reason: 'a test' } as const
      return (await f.laku.as(actor, (work) => adjustWallet(work, gift))).status
    }
    const both = await Promise.all([give(clerk), give(clerk)])
    expect(both.toSorted()).toEqual(['posted', 'requested'])
    expect(await give(finance('fia'))).toBe('posted')
    f.laku.clock.shift(25 * 3600)
    expect(await give(clerk)).toBe('posted')
  })

  it('may be rejected, and then is never there', async () => {
    const before = await f.wallet(userId)
    const { id } = await adjust(finance(), 5_000_000)
    expect((await decide(finance('dedi'), id, 'rejected')).status).toBe('rejected')
    expect(await f.wallet(userId)).toBe(before)
    const listed = await f.laku.system((work) =>
      listAdjustments(work, { status: 'requested', userId, limit: 10 }),
    )
    expect(listed.data).toEqual([])
  })

  it('is refused to the wrong role, below zero, and for nobody', async () => {
    expect(await refusal(adjust(support, 1_000, 'correction'))).toBe('kernel.forbidden')
    expect(await refusal(adjust(support, -1_000))).toBe('wallet.goodwill_gives')
    expect(await refusal(adjust(finance(), -900_000_000, 'correction'))).toBe('ok')
    const all = await f.laku.system((work) =>
      listAdjustments(work, { status: 'requested', userId, limit: 10 }),
    )
    const id = all.data[0]?.id as string
    expect(await refusal(decide(finance('eko'), id, 'posted'))).toBe('wallet.insufficient_balance')
    expect(
      await refusal(
        adjust(finance(), -999_999, 'correction')
          .then(() => adjust(finance(), -999_999, 'correction'))
          .then(() => adjust(finance(), -999_999, 'correction')),
      ),
    ).toBe('wallet.insufficient_balance')
  })

  it('needs a second person: not who let the first in', async () => {
    const { boss, first, second } = await oneAdministratorAndTwo(f.laku)
    const { id } = await adjust(first, 2_000_000)
    expect(await refusal(decide(boss, id, 'posted'))).toBe('kernel.approver_not_independent')
    expect((await decide(second, id, 'posted')).status).toBe('posted')
    const again = await adjust(first, 2_000_000)
    expect((await decide(boss, again.id, 'rejected')).status).toBe('rejected')
  })
})
