import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPaymentFixture, type PaymentFixture } from '../../../../test/payments.ts'
import { oneAdministratorAndTwo, staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance } from '../../../../test/wallets.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { runChecks } from '../../kernel/index.ts'
import { factoryAccount, suspenseAccount } from '../../ledger/index.ts'
import { allowOverLimit } from '../../ops/index.ts'
import {
  type AskedDisposal,
  listSuspense,
  type NewSuspense,
  putIntoSuspense,
  showSuspense,
  splitSuspense,
  suspenseChecks,
} from '../../suspense/index.ts'
import { confirmPayments, decideSuspense, disposeSuspense, putPosting, undoSuspense } from '../index.ts'

describe('money in suspense', () => {
  let f: PaymentFixture
  beforeAll(async () => {
    f = await openPaymentFixture({ policy: { aloneDayIdr: 1_000_000, aloneWeekIdr: 3_000_000 } })
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    const results = await f.laku.system((work) => runChecks(suspenseChecks, work.tx, f.laku.vault))
    expect(results.filter((checkResult) => !checkResult.ok)).toEqual([])
    await f.laku.close()
  })

  let count = 0
  const put = async (amountIdr: number, more: Partial<NewSuspense> = {}) => {
    const code = more.code ?? `disb-${++count}`
    const money: NewSuspense = {
      key: `${code}:${++count}`,
      code,
      kind: 'payout',
      amountIdr,
      why: 'a test',
      ...more,
    }
    return { code, id: await f.laku.system((work) => putIntoSuspense(work, money)), money }
  }
  const dispose = (code: string, asked: AskedDisposal, actor = finance()) =>
    f.laku.as(actor, (work) => disposeSuspense(work, code, asked))
  const lies = (code: string) => f.balance(suspenseAccount(code))
  const paidOne = async (invoiceId: string) => {
    const payment = await f.payment()
    const paid = { paymentId: payment.id, paidAmountIdr: 110_000, channel: 'CREDIT_CARD', invoiceId }
    await f.laku.system((work) => confirmPayments(work, [{ ...paid, paidAt: work.now }]))
    return payment
  }

  it('is booked once under its code, with one item of attention, and comes to nothing where the opposite is heard', async () => {
    const before = await f.balance('gateway')
    const { code, id, money } = await put(95_000)
    expect(await f.laku.system((work) => putIntoSuspense(work, money))).toBeUndefined()
    expect(await lies(code)).toBe(95_000)
    expect(await f.balance('gateway')).toBe(before - 95_000)
    expect((await f.attention()).filter((text) => text === `money_in_suspense ${id}`)).toHaveLength(1)
    expect((await put(-95_000, { code })).id).toBeUndefined()
    expect(await lies(code)).toBe(0)
    expect(await f.balance('gateway')).toBe(before)
    const { data } = await f.laku.system(({ tx }) => listSuspense(tx, { code, all: true, limit: 9 }))
    expect(data.map((suspenseItem) => suspenseItem.status)).toEqual(['cleared', 'cleared'])
    const open = f.laku.db
      .selectFrom('attention')
      .select('id')
      .where('subjectId', '=', id as string)
    expect(await open.where('resolvedAt', 'is', null).execute()).toEqual([])
  })

  it('in several pieces comes to nothing where the next piece is the opposite of all of them', async () => {
    const { code } = await put(134_900)
    await put(1_000, { code })
    await put(7_000, { code, account: 'bank', kind: 'bank' })
    expect((await put(-135_900, { code })).id).toBeUndefined()
    const { data } = await f.laku.system(({ tx }) => listSuspense(tx, { code, all: true, limit: 9 }))
    expect(data.map(({ amountIdr, status }) => `${amountIdr} ${status}`)).toEqual([
      '-135900 cleared',
      '7000 open',
      '1000 cleared',
      '134900 cleared',
    ])
    expect(await lies(code)).toBe(7_000)
    await dispose(code, { to: 'collected', reference: 'PIECES 7000' })
  })

  it('of our ledger alone clears the line that lies there already', async () => {
    const payment = await paidOne('inv-put')
    await put(-110_000, { code: payment.code, kind: 'payment' })
    const before = await f.balance('gateway')
    const key = `payment:${payment.id}:confirmed`
    const item = await f.laku.as(finance(), (work) => putPosting(work, key))
    expect(item).toMatchObject({ status: 'cleared', amountIdr: 110_000 })
    expect([await f.balance('gateway'), await lies(payment.code)]).toEqual([before - 110_000, 0])
    expect(await refusal(f.laku.as(finance(), (work) => putPosting(work, key)))).toBe('suspense.known')
  })

  it('is set against the next settlement of its factory, and of no other', async () => {
    const { code } = await put(95_000, { factoryId: f.factoryId })
    const other = '01990000-0000-7000-8000-000000000001'
    expect(await refusal(dispose(code, { to: 'offset', factoryId: other }))).toBe('suspense.not_of_that')
    expect(await refusal(dispose((await put(1)).code, { to: 'offset' }))).toBe('suspense.no_factory')
    expect(await dispose(code, { to: 'offset' })).toMatchObject({ status: 'offset' })
    expect(await f.balance(factoryAccount(f.factoryId))).toBe(-95_000)
    expect(await lies(code)).toBe(0)
    expect(await refusal(dispose(code, { to: 'offset' }))).toBe('kernel.illegal_transition')
    expect(await f.laku.system(({ tx }) => showSuspense(tx, code))).toMatchObject({ note: 'a test' })
  })

  it('goes into the wallet of who it is of, and out of it no more than they have', async () => {
    const { userId } = await f.buyer()
    const came = await put(-40_000, { userId })
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).toMatchObject({ suspense: 1 })
    await dispose(came.code, { to: 'wallet' })
    expect(await f.balance(`wallet:${userId}`)).toBe(40_000)
    const left = await put(50_000, { userId })
    expect(await refusal(dispose(left.code, { to: 'wallet' }))).toBe('wallet.insufficient_balance')
    expect(await refusal(dispose((await put(-1)).code, { to: 'wallet' }))).toBe('suspense.no_user')
    await dispose((await put(40_000, { userId })).code, { to: 'wallet' })
    expect(await f.balance(`wallet:${userId}`)).toBe(0)
  })

  it('is collected at the bank, borne by the company, or a fee', async () => {
    const [bank, debt, kept, fees] = await Promise.all([
      f.balance('bank'),
      f.balance('bad-debt'),
      f.balance('adjustments'),
      f.balance('gateway-fees'),
    ])
    await dispose((await put(7_000)).code, { to: 'collected', reference: 'BCA-1' })
    expect(await f.balance('bank')).toBe(bank + 7_000)
    await dispose((await put(6_000)).code, { to: 'written_off' })
    expect(await f.balance('bad-debt')).toBe(debt + 6_000)
    await dispose((await put(-5_000)).code, { to: 'written_off' })
    expect(await f.balance('adjustments')).toBe(kept - 5_000)
    expect(await refusal(dispose((await put(4_000)).code, { to: 'reassigned', place: 'fee' }))).toBe(
      'suspense.no_place',
    )
    await dispose((await put(3_000, { kind: 'movement' })).code, { to: 'reassigned', place: 'fee' })
    expect(await f.balance('gateway-fees')).toBe(fees + 3_000)
  })

  it('gives a chargeback to its payment, no more than was paid, which is marked and told of', async () => {
    const [payment, other] = [await paidOne('inv-cb'), await paidOne('inv-cb2')]
    const asked = { to: 'reassigned', place: payment.id } as const
    const large = await put(110_001, { kind: 'chargeback', providerId: 'txn_large' })
    expect(await refusal(dispose(large.code, asked))).toBe('payment.not_refundable')
    const { code } = await put(110_000, { kind: 'chargeback', providerId: 'txn_cb' })
    await dispose(code, asked)
    expect(await f.row(payment.id)).toMatchObject({ chargedBackIdr: 110_000 })
    expect(await f.attention()).toContain(`payment_charged_back ${payment.id}`)
    // The provider took more under the same id than was paid, in two steps. Both parts are of another
    // payment.
    for (const part of [30_000, 20_000]) {
      const excess = await put(part, { kind: 'chargeback', providerId: 'txn_cb' })
      await dispose(excess.code, { to: 'reassigned', place: other.id })
    }
    expect(await f.row(other.id)).toMatchObject({ chargedBackIdr: 50_000 })
    expect(await f.broken()).toEqual([])
    // A dispute was won in parts: each makes the loss smaller, and the buyer has it coming again.
    const won = async (amountIdr: number) => (await put(-amountIdr, { kind: 'chargeback' })).code
    await dispose(await won(30_000), asked)
    await dispose(await won(80_000), asked)
    expect(await f.row(payment.id)).toMatchObject({ chargedBackIdr: 0 })
    expect(await refusal(dispose(await won(1), asked))).toBe('payment.chargeback_not_found')
    expect(await refusal(dispose((await put(-1)).code, asked))).toBe('suspense.no_place')
  })

  it('waits for another person above the limit, in one piece or in slices', async () => {
    const ana = finance('ana-s')
    const { code } = await put(600_000)
    const second = await put(600_000)
    expect(await dispose(code, { to: 'written_off' }, ana)).toMatchObject({ status: 'written_off' })
    expect(await dispose(second.code, { to: 'written_off' }, ana)).toMatchObject({ status: 'requested' })
    expect(await lies(second.code)).toBe(600_000)
    const seen = async () =>
      (await f.laku.system(({ tx }) => showSuspense(tx, second.code))).request ?? undefined
    const decide = async (
      actor: typeof ana,
      decision: 'approve' | 'reject' = 'approve',
      request?: string,
    ) => {
      const named = request ?? (await seen())
      return await f.laku.as(actor, (work) =>
        decideSuspense(
          work,
          second.code,
          decision === 'reject' ? { decision } : { decision, request: named },
        ),
      )
    }
    expect(await refusal(decide(ana))).toBe('suspense.same_person')
    expect(await refusal(dispose(second.code, { to: 'written_off' }, finance('budi-s')))).toBe(
      'kernel.illegal_transition',
    )
    expect(await refusal(decide(staff('support', 'why')))).toBe('kernel.forbidden')
    expect(await decide(finance('budi-s'), 'reject')).toMatchObject({ status: 'open' })
    expect(await refusal(decide(finance('budi-s')))).toBe('suspense.nothing_asked')
    const { boss, first, second: other } = await oneAdministratorAndTwo(f.laku)
    expect(
      await dispose((await put(900_000, { factoryId: f.factoryId })).code, { to: 'written_off' }, first),
    ).toMatchObject({
      status: 'written_off',
    })
    expect(await dispose(second.code, { to: 'written_off' }, first)).toMatchObject({ status: 'requested' })
    expect(await refusal(decide(boss))).toBe('kernel.approver_not_independent')
    // The first person replaces the request after the other person has looked at it.
    const looked = await seen()
    await decide(first, 'reject')
    await dispose(second.code, { to: 'collected', reference: 'BCA-SWAP' }, first)
    expect(await refusal(decide(other, 'approve', looked))).toBe('suspense.request_changed')
    const unnamed = f.laku.as(other, (work) =>
      decideSuspense(work, second.code, { decision: 'approve', request: undefined }),
    )
    expect(await refusal(unnamed)).toBe('suspense.request_unnamed')
    await decide(first, 'reject')
    expect(await dispose(second.code, { to: 'written_off' }, first)).toMatchObject({ status: 'requested' })
    expect(await decide(other)).toMatchObject({ status: 'written_off' })
    expect(await lies(second.code)).toBe(0)
  })

  const undo = (code: string, actor = finance('undo-s')) =>
    f.laku.as(actor, (work) => undoSuspense(work, code))
  const quarantined = async (paidAmountIdr: number) => {
    const payment = await f.payment()
    const said = {
      paymentId: payment.id,
      paidAmountIdr,
      channel: 'CREDIT_CARD',
      invoiceId: `inv-q${++count}`,
    }
    await f.laku.system((work) => confirmPayments(work, [{ ...said, paidAt: work.now }]))
    const row = f.laku.db.selectFrom('quarantinedMoney').select('id').where('paymentId', '=', payment.id)
    return { id: (await row.executeTakeFirstOrThrow()).id, payment }
  }
  const chargeback = { kind: 'chargeback' } as const
  /** Each decision about money in suspense, with the money and the place that it goes to. */
  const decisions: Record<string, () => Promise<{ code: string; asked: AskedDisposal; accounts: string[] }>> =
    {
      'offset of money that left': async () => ({
        code: (await put(30_000)).code,
        asked: { to: 'offset', factoryId: f.factoryId },
        accounts: [factoryAccount(f.factoryId)],
      }),
      'offset of money that came': async () => ({
        code: (await put(-30_000)).code,
        asked: { to: 'offset', factoryId: f.factoryId },
        accounts: [factoryAccount(f.factoryId)],
      }),
      'a wallet that got money': async () => {
        const { userId } = await f.buyer()
        const asked = { to: 'wallet', userId } as const
        return { code: (await put(-30_000)).code, asked, accounts: [`wallet:${userId}`] }
      },
      'a wallet that gave money': async () => {
        const { userId } = await f.buyer()
        await dispose((await put(-30_000, { userId })).code, { to: 'wallet' }, finance('giver-s'))
        return {
          code: (await put(30_000, { userId })).code,
          asked: { to: 'wallet' },
          accounts: [`wallet:${userId}`],
        }
      },
      'money that came back to the bank': async () => ({
        code: (await put(30_000)).code,
        asked: { to: 'collected', reference: 'UNDO 1' },
        accounts: ['bank'],
      }),
      'money that was sent on from the bank': async () => ({
        code: (await put(-30_000)).code,
        asked: { to: 'collected', reference: 'UNDO 2' },
        accounts: ['bank'],
      }),
      'a loss': async () => ({
        code: (await put(30_000)).code,
        asked: { to: 'written_off' },
        accounts: ['bad-debt'],
      }),
      'a lost chargeback': async () => ({
        code: (await put(30_000, chargeback)).code,
        asked: { to: 'written_off' },
        accounts: ['chargeback-loss'],
      }),
      'money that is kept': async () => ({
        code: (await put(-30_000)).code,
        asked: { to: 'written_off' },
        accounts: ['adjustments'],
      }),
      'a fee': async () => ({
        code: (await put(30_000, { kind: 'movement' })).code,
        asked: { to: 'reassigned', place: 'fee' },
        accounts: ['gateway-fees'],
      }),
      'a chargeback of a payment': async () => {
        const { id } = await paidOne(`inv-u${++count}`)
        const asked = { to: 'reassigned', place: id } as const
        const { code } = await put(30_000, { ...chargeback, providerId: `txn_u${++count}` })
        return { code, asked, accounts: ['chargeback-loss', id] }
      },
      'a won dispute': async () => {
        const { id } = await paidOne(`inv-u${++count}`)
        const asked = { to: 'reassigned', place: id } as const
        await dispose((await put(50_000, chargeback)).code, asked, finance('giver-s'))
        return { code: (await put(-30_000, chargeback)).code, asked, accounts: ['chargeback-loss', id] }
      },
      'a won dispute of two chargebacks': async () => {
        const { id } = await paidOne(`inv-u${++count}`)
        const asked = { to: 'reassigned', place: id } as const
        for (const amountIdr of [50_000, 20_000])
          await dispose((await put(amountIdr, chargeback)).code, asked, finance('giver-s'))
        return { code: (await put(-60_000, chargeback)).code, asked, accounts: ['chargeback-loss', id] }
      },
      'a part of quarantined money': async () => {
        const { id } = await quarantined(100_000)
        const asked = { to: 'reassigned', place: `quarantine:${id}` } as const
        return { code: (await put(30_000, chargeback)).code, asked, accounts: ['quarantine', id] }
      },
      'all of quarantined money': async () => {
        const { id } = await quarantined(30_000)
        const asked = { to: 'reassigned', place: `quarantine:${id}` } as const
        return { code: (await put(30_000, chargeback)).code, asked, accounts: ['quarantine', id] }
      },
    }
  /**
   * Returns the balance of an account. For the id of a payment it returns the charged-back sum, and for the
   * id of quarantined money the sum in quarantine.
   */
  const holds = async (name: string) => {
    if (!/^[0-9a-f-]{36}$/.test(name)) return await f.balance(name as Parameters<typeof f.balance>[0])
    const [payment] = await f.laku.db
      .selectFrom('payments')
      .select('chargedBackIdr')
      .where('id', '=', name)
      .execute()
    const [money] = await f.laku.db
      .selectFrom('quarantinedMoney')
      .select(['status', 'chargedBackIdr'])
      .where('id', '=', name)
      .execute()
    return payment ?? money
  }

  it.each(Object.keys(decisions))('taken back by a person and made again: %s', async (name) => {
    // The decisions of the tests before do not count any more.
    f.laku.clock.shift(8 * 86_400)
    const { code, asked, accounts } = await (decisions[name] as (typeof decisions)[string])()
    const all = async () => Promise.all([...accounts, 'gateway', suspenseAccount(code)].map(holds as never))
    const before = await all()
    expect(await dispose(code, asked, finance('maker-s'))).toMatchObject({ status: asked.to })
    const made = await all()
    expect(made).not.toEqual(before)
    expect(await undo(code)).toMatchObject({ status: 'open', asked: null, decidedBy: null })
    expect(await all()).toEqual(before)
    const { id } = await f.laku.system(({ tx }) => showSuspense(tx, code))
    const waits = f.laku.db.selectFrom('attention').select('id').where('subjectId', '=', id)
    expect(await waits.where('resolvedAt', 'is', null).execute()).toHaveLength(1)
    expect(await refusal(undo(code))).toBe('kernel.illegal_transition')
    // The right decision may be the same one, to another place: its posting is another one.
    expect(await dispose(code, asked, finance('maker-s'))).toMatchObject({ status: asked.to, undos: 1 })
    expect(await all()).toEqual(made)
    await undo(code, finance('undo-t'))
    expect(await all()).toEqual(before)
    await dispose(code, { to: 'written_off' }, finance('last-s'))
    expect(await f.broken()).toEqual([])
  })

  it('of several persons who know no receiver counts together', async () => {
    f.laku.clock.shift(8 * 86_400)
    const decide = async (
      actor: string,
      amountIdr: number,
      asked: AskedDisposal,
      more?: Partial<NewSuspense>,
    ) => (await dispose((await put(amountIdr, more)).code, asked, finance(actor))).status
    const lost = { to: 'written_off' } as const
    expect(await decide('one-s', 400_000, lost)).toBe('written_off')
    expect(await decide('two-s', 400_000, { to: 'collected', reference: 'MANY 1' })).toBe('collected')
    expect(await decide('three-s', 400_000, lost)).toBe('requested')
    expect(await decide('three-s', 400_000, { to: 'reassigned', place: 'fee' }, { kind: 'movement' })).toBe(
      'requested',
    )
    expect(await decide('three-s', 400_000, lost, { factoryId: f.factoryId })).toBe('written_off')
    // Nobody receives money that came to laku and stays there, so it has a limit of its own.
    expect(await decide('four-s', -900_000, lost)).toBe('written_off')
  })

  it('is taken back above the limit where another person has allowed it, and not from who has spent it', async () => {
    f.laku.clock.shift(8 * 86_400)
    const { boss, first, second } = await oneAdministratorAndTwo(f.laku)
    const { code, id } = await put(1_200_000, { factoryId: f.factoryId })
    expect(await dispose(code, { to: 'offset' }, first)).toMatchObject({ status: 'requested' })
    await f.laku.as(second, async (work) => {
      const { request } = await showSuspense(work.tx, code)
      return await decideSuspense(work, code, { decision: 'approve', request: request ?? undefined })
    })
    expect(await refusal(undo(code, first))).toBe('kernel.second_person_needed')
    const allowed = { kind: 'suspense_undone', subjectId: id as string, amountIdr: 1_200_000 } as const
    await f.laku.as(second, (work) => allowOverLimit(work, { ...allowed, reason: 'a test' }))
    expect(await refusal(undo(code, boss))).toBe('kernel.second_person_needed')
    expect(await undo(code, first)).toMatchObject({ status: 'open' })
    expect(await f.balance(suspenseAccount(code))).toBe(1_200_000)
    const { userId } = await f.buyer()
    const came = await put(-40_000, { userId })
    await dispose(came.code, { to: 'wallet' })
    await dispose((await put(10_000, { userId })).code, { to: 'wallet' })
    expect(await refusal(undo(came.code))).toBe('wallet.insufficient_balance')
    // A bank's reference is free again, for what it really is of.
    const banked = await put(5_000, { factoryId: f.factoryId })
    await dispose(banked.code, { to: 'collected', reference: 'FREE 1' })
    await undo(banked.code)
    await dispose((await put(6_000)).code, { to: 'collected', reference: 'free-1' })
  })

  it('is split by a person, and each part is assigned by itself', async () => {
    const [payment, other] = [await paidOne('inv-s1'), await paidOne('inv-s2')]
    for (const [place, amountIdr] of [
      [payment.id, 60_000],
      [other.id, 20_000],
    ] as const)
      await dispose((await put(amountIdr, chargeback)).code, { to: 'reassigned', place }, finance('cb-s'))
    const { code } = await put(-80_000, { ...chargeback, providerId: `txn_s${++count}` })
    const before = await f.balance('gateway')
    const split = (amountIdr: number, text = code) =>
      f.laku.as(finance(), (work) => splitSuspense(work, text, amountIdr))
    expect(await refusal(split(80_000))).toBe('suspense.part_too_large')
    expect((await split(60_000)).map((part) => [part.code, part.amountIdr])).toEqual([
      [`${code}.1`, -60_000],
      [`${code}.2`, -20_000],
    ])
    expect(await refusal(split(1))).toBe('kernel.illegal_transition')
    expect(await refusal(undo(code))).toBe('kernel.illegal_transition')
    await dispose(`${code}.1`, { to: 'reassigned', place: payment.id })
    await dispose(`${code}.2`, { to: 'reassigned', place: other.id })
    for (const { id } of [payment, other]) expect(await f.row(id)).toMatchObject({ chargedBackIdr: 0 })
    expect(await Promise.all([code, `${code}.1`, `${code}.2`].map(lies))).toEqual([0, 0, 0])
    expect(await f.balance('gateway')).toBe(before)
  })
})
