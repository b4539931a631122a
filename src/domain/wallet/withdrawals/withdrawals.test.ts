import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../../test/laku.ts'
import { MUCH_IDR } from '../../../../test/payouts.ts'
import { staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance, good, openWalletFixture, type WalletFixture, waits } from '../../../../test/wallets.ts'
import { readPaidBuyers } from '../../group-buying/index.ts'
import type { Actor, Work } from '../../kernel/index.ts'
import { notifyOf } from '../../notification/index.ts'
import { type BankAccount, savePayoutChannels } from '../../ops/index.ts'
import { disposeSuspense } from '../../payment/index.ts'
import { showSuspense } from '../../suspense/index.ts'
import {
  approveWithdrawal,
  arriveByHand,
  correctBankReference,
  listWithdrawals,
  rejectWithdrawal,
  retryWithdrawal,
  returnByHand,
  sweepWithdrawals,
  type WithdrawalStatus,
  walletView,
  withdrawalOffer,
  withdrawalTransitions,
} from '../index.ts'

const DAY_S = 24 * 3600

describe('withdrawals', () => {
  let f: WalletFixture
  beforeAll(async () => {
    f = await openWalletFixture()
  })
  afterEach(async () => {
    await f.faults()
    await f.outcome('SUCCEEDED')
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  /** Makes a user with a confirmed bank account, and this much money that is not refunded money. */
  const rich = async (amountIdr = 500_000, bank: BankAccount = good) => {
    const userId = await f.user()
    await f.known(userId, bank)
    await f.fill(userId, amountIdr)
    return userId
  }
  const by = (actor: Actor, use: typeof approveWithdrawal, withdrawal: string) =>
    f.laku.as(actor, (work) => use(work, { withdrawal }))
  const view = (userId: string) => f.laku.as({ kind: 'customer', id: userId }, walletView)
  const to = (accountNumber: string) => ({ ...waits, accountNumber })

  it('hold the amount and the fee, leave by a payout, and are done when the bank has it', async () => {
    const userId = await rich(500_000, to('112233'))
    const before = { gateway: await f.balance('gateway'), fees: await f.balance('fee-income') }
    const { id, status, feeIdr } = await f.withdraw(userId, 100_000, { bank: to('112233') })
    expect({ status, feeIdr }).toEqual({ status: 'approved', feeIdr: 2_500 })
    expect(await view(userId)).toEqual({ balanceIdr: 397_500, heldIdr: 102_500 })
    await f.send(id)
    expect((await f.row(id)).status).toBe('submitted')
    expect(await f.balance('gateway')).toBe(before.gateway)
    await expect.poll(async () => (await f.atProvider((await f.row(id)).code))[0]?.status).toBe('SUCCEEDED')
    await f.later(901)
    expect((await f.row(id)).status).toBe('succeeded')
    expect(await view(userId)).toEqual({ balanceIdr: 397_500, heldIdr: 0 })
    expect(await f.balance('gateway')).toBe(before.gateway - 100_000)
    expect(await f.balance('fee-income')).toBe(before.fees + 2_500)
  })

  it('fact 5: that the balance did not reach for stay held, and are sent again by themselves', async () => {
    const userId = await rich()
    const before = { gateway: await f.balance('gateway'), fees: await f.balance('fee-income') }
    const { id, code } = await f.withdraw(userId, 100_000)
    await f.outcome('FAILED', 'INSUFFICIENT_BALANCE')
    await f.send(id)
    await f.ended(`${code}-1`)
    await f.later(901)
    expect(await f.row(id)).toMatchObject({ status: 'approved', failureCode: null, finishedAt: null })
    expect(await view(userId)).toEqual({ balanceIdr: 397_500, heldIdr: 102_500 })
    await f.later(1800)
    expect((await f.row(id)).status).toBe('approved')
    await f.outcome('SUCCEEDED')
    await f.later(1801)
    await f.later(61)
    await f.ended(`${code}-2`)
    await f.later(901)
    expect((await f.row(id)).status).toBe('succeeded')
    expect(await view(userId)).toEqual({ balanceIdr: 397_500, heldIdr: 0 })
    expect(await f.balance('gateway')).toBe(before.gateway - 100_000)
    expect(await f.balance('fee-income')).toBe(before.fees + 2_500)
    expect(await f.broken()).toEqual([])
  })

  describe('fact 5: whose payouts failed twice for want of balance, though it read as enough', () => {
    const spendableIdr = 10_000_000
    const failedTwice = async (userId: string) => {
      await f.spendable(spendableIdr)
      await f.outcome('FAILED', 'INSUFFICIENT_BALANCE')
      const { id, code } = await f.withdraw(userId, 100_000)
      for (const [nth, waitS] of [3601, 7201].entries()) {
        await f.later(61)
        await f.ended(`${code}-${nth + 1}`)
        await f.later(901)
        await f.later(waitS)
      }
      return { id, code }
    }
    const third = (code: string) =>
      f.laku.db
        .selectFrom('payouts')
        .selectAll()
        .where('key', 'like', `%-${code}-3`)
        .executeTakeFirstOrThrow()
    afterAll(() => f.spendable(MUCH_IDR))

    it('wait until it has grown by as much: days make no other payout, also where it cannot be read', async () => {
      const userId = await rich()
      const { id, code } = await failedTwice(userId)
      for (let hours = 0; hours < 60; hours += 6) {
        await f.faults(
          ...(hours % 12 === 0 ? [{ provider: 'xendit', operation: 'balance', kind: 'error' }] : []),
        )
        await f.later(6 * 3600)
      }
      expect(await third(code)).toMatchObject({ status: 'created', calls: 0, providerPayoutId: null })
      expect((await f.row(id)).status).toBe('approved')
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from payouts where subject_id = ${id}`.execute(f.laku.db)
      expect(rows[0]?.n).toBe(3)
      await f.faults()
      await f.outcome('SUCCEEDED')
      await f.spendable(spendableIdr + 100_000)
      await f.later(901)
      expect(await third(code)).toMatchObject({ status: 'created', calls: 0 })
      await f.spendable(spendableIdr + 102_775)
      for (const seconds of [901, 1]) await f.later(seconds)
      await f.ended(`${code}-3`)
      await f.later(901)
      expect((await f.row(id)).status).toBe('succeeded')
      expect(await view(userId)).toEqual({ balanceIdr: 397_500, heldIdr: 0 })
    })

    it('are taken back by staff while the next one waits unsent', async () => {
      const userId = await rich()
      const { id, code } = await failedTwice(userId)
      await f.later(61)
      expect(await third(code)).toMatchObject({ status: 'created' })
      expect((await by(finance(), rejectWithdrawal, code)).status).toBe('rejected')
      expect(await view(userId)).toEqual({ balanceIdr: 500_000, heldIdr: 0 })
      await f.spendable(2 * spendableIdr)
      await f.outcome('SUCCEEDED')
      for (const seconds of [901, 901]) await f.later(seconds)
      expect(await third(code)).toMatchObject({ status: 'failed', calls: 0 })
      expect((await f.row(id)).status).toBe('rejected')
    })
  })

  it('fact 5: that wait for the balance are taken back by staff, or fail for another reason the next time', async () => {
    const userId = await rich()
    const waiting = async () => {
      const { id, code } = await f.withdraw(userId, 100_000)
      await f.outcome('FAILED', 'INSUFFICIENT_BALANCE')
      await f.send(id)
      await f.ended(`${code}-1`)
      await f.later(901)
      return { id, code }
    }
    const { code } = await waiting()
    expect((await by(finance(), rejectWithdrawal, code)).status).toBe('rejected')
    expect(await view(userId)).toEqual({ balanceIdr: 500_000, heldIdr: 0 })
    const again = await waiting()
    await f.outcome('FAILED', 'INVALID_DESTINATION')
    await f.later(3601)
    await f.later(61)
    await f.ended(`${again.code}-2`)
    await f.later(901)
    expect(await f.row(again.id)).toMatchObject({ status: 'failed', failureCode: 'INVALID_DESTINATION' })
    expect(await view(userId)).toEqual({ balanceIdr: 500_000, heldIdr: 0 })
    expect(await f.broken()).toEqual([])
    await f.outcome('SUCCEEDED')
  })

  it('that are too small for the provider are sent by hand from the bank, and finance sees where to', async () => {
    const userId = await rich(1)
    await f.fill(userId, 6_000, 'refund.decided')
    const { id, code, status, dueAt } = await f.withdraw(userId, 6_000)
    expect({ status, dueAt }).toEqual({ status: 'held', dueAt: null })
    const seenBy = async (actor: Actor) =>
      (await f.laku.as(actor, (work) => listWithdrawals(work, { userId, limit: 1 }))).data[0]?.sendTo
    const support = staff('support')
    expect([await seenBy(finance()), await seenBy(support)]).toEqual([good, undefined])
    expect(await refusal(by(finance(), approveWithdrawal, code))).toBe('wallet.by_hand')
    const before = { bank: await f.balance('bank'), gateway: await f.balance('gateway') }
    const paid = () =>
      f.laku.as(finance(), (work) => approveWithdrawal(work, { withdrawal: code, byHand: 'BCA 0815' }))
    const both = await Promise.all([refusal(paid()), refusal(paid())])
    expect(both.toSorted()).toEqual(['kernel.illegal_transition', 'ok'])
    expect(await f.row(id)).toMatchObject({ status: 'succeeded', handReference: 'BCA 0815' })
    expect(await f.balance('bank')).toBe(before.bank - 6_000)
    expect(await f.balance('gateway')).toBe(before.gateway)
    expect(await view(userId)).toEqual({ balanceIdr: 1, heldIdr: 0 })
    const large = await f.withdraw(await rich(9_000_000), 6_000_000)
    const wrong = { withdrawal: large.id, byHand: 'BCA 0815' }
    expect(await refusal(f.laku.as(finance(), (work) => approveWithdrawal(work, wrong)))).toBe(
      'wallet.not_by_hand',
    )
    const fresh = await f.user()
    await f.fill(fresh, 6_000, 'refund.decided')
    const early = { withdrawal: (await f.withdraw(fresh, 6_000)).id, byHand: 'BCA 0816' }
    expect(await refusal(f.laku.as(finance(), (work) => approveWithdrawal(work, early)))).toBe(
      'wallet.account_too_new',
    )
  })

  it('paid by hand that the bank sends back are in the wallet again; one that never left gives its reference free', async () => {
    const userId = await rich(1)
    await f.fill(userId, 6_000, 'refund.decided')
    const sent = async (byHand: string) => {
      const { id, code } = await f.withdraw(userId, 6_000)
      await f.laku.as(finance(), (work) => approveWithdrawal(work, { withdrawal: code, byHand }))
      return { id, code }
    }
    const returned = (withdrawal: string, reference?: string) =>
      f.laku.as({ ...finance(), reason: 'came back' } as Actor, (work) =>
        returnByHand(work, { withdrawal, reference }),
      )
    const bank = await f.balance('bank')
    const first = await sent('BCA 0901')
    expect(await refusal(returned(first.code, 'bca-0901'))).toBe('payout.reference_used')
    const both = await Promise.all([
      refusal(returned(first.code, 'BCA 0902')),
      refusal(returned(first.code, 'BCA 0903')),
    ])
    expect(both.toSorted()).toEqual(['kernel.illegal_transition', 'ok'])
    expect(await f.row(first.id)).toMatchObject({ status: 'reversed', handReference: 'BCA 0901' })
    const second = await sent('BCA 0904')
    await returned(second.code)
    const third = await sent('BCA 0904')
    // Corrects a mistyped bank reference.
    const correct = (reference: string, to?: string) =>
      f.laku.as({ ...finance(), reason: 'mistyped' } as Actor, (work) =>
        correctBankReference(work, { reference, to }),
      )
    expect(await refusal(correct('BCA 0904'))).toBe('payout.reference_in_use')
    expect(await refusal(correct('BCA 0904', 'BCA 0901'))).toBe('payout.reference_used')
    expect(await correct('bca0904', 'BCA 0905')).toMatchObject({ was: 'BCA 0904', of: { code: third.code } })
    expect(await f.row(third.id)).toMatchObject({ status: 'succeeded', handReference: 'BCA 0905' })
    expect(await f.balance('bank')).toBe(bank - 6_000)
    expect(await view(userId)).toEqual({ balanceIdr: 1, heldIdr: 0 })
    // The money of the first one had arrived after all: its reference is free for the withdrawal that books
    // it.
    expect(await correct('BCA 0901')).toMatchObject({ reference: null, of: { code: first.code } })
    expect(await f.row(first.id)).toMatchObject({ status: 'reversed', handReference: null })
    await f.fill(userId, 6_000, 'refund.decided')
    await sent('BCA 0901')
    expect(await f.balance('bank')).toBe(bank - 12_000)
    const { code: sentByProvider } = await f.withdraw(await rich(50_000), 20_000)
    expect(await refusal(returned(sentByProvider, 'BCA 0906'))).toBe('kernel.illegal_transition')
    expect(await f.broken()).toEqual([])
  })

  it('taken back as never sent that the bank had paid: out of the wallet again, or the debt lies in suspense', async () => {
    const clerk = { ...finance(), reason: 'the statement has it' } as Actor
    const as = <T>(use: (work: Work) => Promise<T>) => f.laku.as(clerk, use)
    const takenBack = async (n: number) => {
      const userId = await rich(1)
      await f.fill(userId, 6_000, 'refund.decided')
      const { id, code } = await f.withdraw(userId, 6_000)
      await as((work) => approveWithdrawal(work, { withdrawal: code, byHand: `BCA 77${n}` }))
      await as((work) => returnByHand(work, { withdrawal: code }))
      return { userId, id, code, reference: `BCA 77${n}` }
    }
    const bank = await f.balance('bank')
    const kept = await takenBack(10)
    const arrived = ({ code: withdrawal, reference }: typeof kept) =>
      as((work) => arriveByHand(work, { withdrawal, reference }))
    expect((await arrived(kept)).status).toBe('succeeded')
    expect(await view(kept.userId)).toEqual({ balanceIdr: 1, heldIdr: 0 })
    expect(await refusal(arrived(kept))).toBe('kernel.illegal_transition')
    // The same mistake a second time is booked a second time.
    await as((work) => returnByHand(work, { withdrawal: kept.code }))
    expect(await view(kept.userId)).toEqual({ balanceIdr: 6_001, heldIdr: 0 })
    expect((await arrived(kept)).status).toBe('succeeded')
    expect(await view(kept.userId)).toEqual({ balanceIdr: 1, heldIdr: 0 })
    // The user has spent the money meanwhile: they have it twice, and a person disposes of the debt.
    const spent = await takenBack(20)
    await f.spend(spent.userId, 6_001)
    expect((await arrived(spent)).status).toBe('reversed')
    expect(await f.balance('bank')).toBe(bank - 12_000)
    const owed = await f.laku.system(({ tx }) => showSuspense(tx, spent.code))
    expect(owed).toMatchObject({ amountIdr: 6_000, status: 'open', userId: spent.userId, account: 'bank' })
    expect(await refusal(arrived({ ...spent, reference: 'BCA 7799' }))).toBe('kernel.illegal_transition')
    await as((work) => disposeSuspense(work, owed.id, { to: 'written_off' }))
    expect(await f.balance(`suspense:${spent.code}`)).toBe(0)
    expect(await f.broken()).toEqual([])
  })

  it('issue 11, case 11: that cannot be sent are set aside with their attention, and those beside them go', async () => {
    // The bank accounts of both users are new, so both withdrawals wait for a day.
    const [stuck, beside] = [await f.user(), await f.user()]
    for (const userId of [stuck, beside]) await f.fill(userId, 100_000)
    const bad = await f.withdraw(stuck, 50_000)
    const good = await f.withdraw(beside, 50_000)
    await f.laku.db
      .updateTable('withdrawals')
      .set({ dueAt: f.laku.clock.now() })
      .where('id', 'in', [bad.id, good.id])
      .execute()
    const { destinationId } = await f.row(bad.id)
    const channel = (channelCode: string) =>
      f.laku.db
        .updateTable('withdrawalDestinations')
        .set({ channelCode })
        .where('id', '=', destinationId)
        .execute()
    await channel('ID_NO_MORE')
    await sweepWithdrawals({ unitOfWork: f.laku.unitOfWork, actor: system })
    expect((await f.row(good.id)).dueAt).toBeNull()
    expect((await f.row(bad.id)).status).toMatch(/held|approved/)
    const raised = await f.laku.db
      .selectFrom('attention')
      .select(['kind', 'command'])
      .where('subjectId', '=', bad.id)
      .execute()
    expect(raised).toEqual([
      { kind: 'item_set_aside', command: `laku wallets withdrawals reject ${bad.code}` },
    ])
    await channel('ID_BCA')
    expect((await by(finance(), rejectWithdrawal, bad.code)).status).toBe('rejected')
    expect(await view(stuck)).toEqual({ balanceIdr: 100_000, heldIdr: 0 })
  })

  it('tell their user what becomes of them, each step once', async () => {
    const userId = await rich(20_000_000)
    const told = async () => {
      const rows = await f.laku.db.selectFrom('events').select('id').orderBy('id').execute()
      await f.laku.system((work) =>
        notifyOf(
          work,
          rows.map((row) => row.id),
          { publicUrl: 'https://laku.test', readBuyers: readPaidBuyers },
        ),
      )
      const inbox = await f.laku.db
        .selectFrom('notifications')
        .select('title')
        .where('userId', '=', userId)
        .orderBy('id')
        .execute()
      return inbox.map((row) => row.title.replace(/WDR-\S+/, 'WDR'))
    }
    const before = (await told()).length
    const large = await f.withdraw(userId, 6_000_000)
    await by(finance(), approveWithdrawal, large.id)
    await f.send(large.id)
    const refused = await f.withdraw(userId, 6_000_000)
    await by(finance(), rejectWithdrawal, refused.id)
    expect((await told()).slice(before)).toEqual([
      'Penarikan WDR sebesar Rp 6.000.000 diminta',
      'Penarikan WDR disetujui',
      'Penarikan WDR sudah dikirim',
      'Penarikan WDR sebesar Rp 6.000.000 diminta',
      'Penarikan WDR tidak disetujui',
    ])
  })

  it('to a new account need a fresh code, and go a day later', async () => {
    const userId = await f.user()
    await f.fill(userId, 100_000)
    expect(await refusal(f.withdraw(userId, 50_000, { otpVerifiedAt: undefined }))).toBe('wallet.otp_needed')
    const stale = new Date(f.laku.clock.now().getTime() - 601_000)
    expect(await refusal(f.withdraw(userId, 50_000, { otpVerifiedAt: stale }))).toBe('wallet.otp_needed')
    const { id, status } = await f.withdraw(userId, 50_000)
    expect(status).toBe('held')
    await f.later(DAY_S - 10)
    expect((await f.row(id)).status).toBe('held')
    await f.later(11)
    expect((await f.row(id)).status).toBe('approved')
    expect((await f.withdraw(userId, 20_000, { otpVerifiedAt: undefined })).status).toBe('approved')
    const other = { ...good, accountHolderName: 'Somebody Else' }
    expect(await refusal(f.withdraw(userId, 10_000, { bank: other, otpVerifiedAt: undefined }))).toBe(
      'wallet.otp_needed',
    )
  })

  it('of a suspended user wait, whoever approved them, until the user is let in again', async () => {
    const userId = await f.user()
    await f.fill(userId, 7_000_000)
    const [small, large] = [await f.withdraw(userId, 50_000), await f.withdraw(userId, 6_000_000)]
    await by(finance(), approveWithdrawal, large.id)
    const set = (status: string) =>
      f.laku.db.updateTable('users').set({ status }).where('id', '=', userId).execute()
    await set('suspended')
    for (let i = 0; i < 2; i++) await f.later(DAY_S)
    expect([(await f.row(small.id)).status, (await f.row(large.id)).status]).toEqual(['held', 'approved'])
    const raised = await f.laku.db
      .selectFrom('attention')
      .select('command')
      .where('kind', '=', 'withdrawal_of_suspended')
      .where('subjectId', 'in', [small.id, large.id])
      .execute()
    expect(raised).toHaveLength(2)
    await set('active')
    await f.later(3_600)
    for (const withdrawal of [small, large])
      expect((await f.payoutOf(withdrawal.id)).status).not.toBe('failed')
  })

  it('keep number and holder unreadable at rest, and show the last four digits', async () => {
    const userId = await f.user()
    await f.fill(userId, 100_000)
    const { account, bank } = await f.withdraw(userId, 50_000)
    expect({ account, bank }).toEqual({ account: '…7890', bank: 'BCA' })
    const row = await f.laku.db
      .selectFrom('withdrawalDestinations')
      .selectAll()
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toMatch(/1234567890|Budi/)
  })

  it.each([
    ['ID_BCA', '123456789', 'kernel.bank_account_invalid'],
    ['ID_BRI', '1234567890', 'kernel.bank_account_invalid'],
    ['ID_DANA', '61812345678', 'kernel.bank_account_invalid'],
    ['ID_BRI', '012345678901234567', 'kernel.bank_account_invalid'],
    ['ID_NOWHERE', '1234567890', 'kernel.payout_channel_unknown'],
  ])('to %s %s are refused: %s', async (channelCode, accountNumber, code) => {
    const userId = await f.user()
    await f.fill(userId, 100_000)
    const bank = { channelCode, accountNumber, accountHolderName: 'Budi' }
    expect(await refusal(f.withdraw(userId, 50_000, { bank }))).toBe(code)
  })

  it.each([
    ['ID_DANA', '62812345678', '0812345678'],
    ['ID_GOPAY', '+62 812-3456-7890', '081234567890'],
    ['ID_OVO', '0812345678', '0812345678'],
    ['ID_BRI', '1234567890123', '1234567890123'],
    ['ID_BRI', '12345678901234567', '12345678901234567'],
    ['ID_BTN', '1234567890', '1234567890'],
    ['ID_JAGO', '1234567890', '1234567890'],
    ['ID_SEABANK', '1234567890', '1234567890'],
    ['ID_OCBC', '1234567890', '1234567890'],
    ['ID_MAYBANK', '1234567890', '1234567890'],
  ])('go to %s %s, kept as %s and taken by the provider', async (channelCode, accountNumber, kept) => {
    const userId = await f.user()
    await f.fill(userId, 100_000)
    const bank = { channelCode, accountNumber, accountHolderName: 'Budi' }
    const { id, code, account } = await f.withdraw(userId, 50_000, { bank })
    expect(account).toBe(`…${kept.slice(-4)}`)
    await f.later(DAY_S + 1)
    await f.send(id)
    expect(await f.atProvider(code)).toMatchObject([{ amountIdr: 50_000 }])
  })

  it('to a bank that only the provider names are taken by what it said, and by no more than it takes', async () => {
    const userId = await f.user()
    await f.fill(userId, 300_000_000)
    const bank = { channelCode: 'ID_NEWBANK', accountNumber: '1234567890', accountHolderName: 'Budi' }
    expect(await refusal(f.withdraw(userId, 50_000, { bank }))).toBe('kernel.payout_channel_unknown')
    const told = { channelCode: 'ID_NEWBANK', name: 'New', kind: 'bank' as const }
    await f.laku.system((work) =>
      savePayoutChannels(work, [{ ...told, minimumIdr: 60_000, maximumIdr: 1_000_000 }]),
    )
    expect(await refusal(f.withdraw(userId, 1_000_001, { bank }))).toBe('payout.outside_channel_limits')
    expect((await f.withdraw(userId, 50_000, { bank })).byHand).toBe(true)
    expect((await f.withdraw(userId, 60_000, { bank })).byHand).toBe(false)
    const wallet = { ...bank, channelCode: 'ID_LINKAJA', accountNumber: '0812345678' }
    expect(await refusal(f.withdraw(userId, 10_000_001, { bank: wallet }))).toBe(
      'payout.outside_channel_limits',
    )
    expect(await refusal(f.withdraw(userId, 250_000_001))).toBe('payout.outside_channel_limits')
  })

  it('issue 11, case 17: take all that is left although it is below the minimum or the fee, and say so before', async () => {
    for (const leftIdr of [5_000, 2_000]) {
      const userId = await rich(leftIdr)
      const actor: Actor = { kind: 'customer', id: userId }
      expect(await f.laku.as(actor, withdrawalOffer)).toMatchObject({ mostIdr: leftIdr, allLeaves: true })
      expect(await refusal(f.withdraw(userId, leftIdr - 1))).toBe('wallet.below_minimum')
      const { id, code, byHand, feeIdr } = await f.withdraw(userId, leftIdr)
      expect({ byHand, feeIdr, left: await f.wallet(userId) }).toEqual({ byHand: true, feeIdr: 0, left: 0 })
      await f.laku.as(finance(), (work) =>
        approveWithdrawal(work, { withdrawal: code, byHand: `REST ${leftIdr}` }),
      )
      expect((await f.row(id)).status).toBe('succeeded')
    }
  })

  it('have a minimum and a fee, and refunded money has neither', async () => {
    const userId = await rich(50_000)
    expect(await refusal(f.withdraw(userId, 9_999))).toBe('wallet.below_minimum')
    expect(await refusal(f.withdraw(userId, 50_000))).toBe('wallet.insufficient_balance')
    await f.fill(userId, 5_000, 'refund.decided')
    expect(await f.withdraw(userId, 3_000)).toMatchObject({ feeIdr: 0, amountIdr: 3_000 })
    expect(await refusal(f.withdraw(userId, 3_000))).toBe('wallet.below_minimum')
    expect(await f.withdraw(userId, 2_000)).toMatchObject({ feeIdr: 0 })
    expect(await f.withdraw(userId, 10_000)).toMatchObject({ feeIdr: 2_500 })
  })

  it('that are approved and were never sent are taken back by who rejects them', async () => {
    const userId = await f.user()
    await f.known(userId)
    await f.fill(userId, 102_500)
    const { id, code, status } = await f.withdraw(userId, 100_000)
    expect([status, await f.wallet(userId)]).toEqual(['approved', 0])
    expect((await by(finance(), rejectWithdrawal, code)).status).toBe('rejected')
    await f.send(id)
    expect([await f.wallet(userId), await f.atProvider(code)]).toEqual([102_500, []])
    // A withdrawal that was sent is not rejected.
    const sent = await f.withdraw(userId, 100_000, { bank: good })
    await f.send(sent.id)
    expect(await refusal(by(finance(), rejectWithdrawal, sent.code))).toBe('kernel.illegal_transition')
  })

  it('that are large wait for staff, and give all of it back when they are rejected', async () => {
    const userId = await rich(20_000_000)
    const { id, code, status, dueAt } = await f.withdraw(userId, 6_000_000)
    expect({ status, dueAt }).toEqual({ status: 'held', dueAt: null })
    const support = staff('support')
    expect(await refusal(by(support, approveWithdrawal, code))).toBe('kernel.forbidden')
    expect((await by(finance(), rejectWithdrawal, code)).status).toBe('rejected')
    expect(await f.wallet(userId)).toBe(20_000_000)
    expect((await f.row(id)).finishedAt).not.toBeNull()
    const second = await f.withdraw(userId, 6_000_000)
    expect((await by(finance(), approveWithdrawal, second.id)).status).toBe('approved')
  })

  it('approved by staff still wait for their account to be old enough', async () => {
    const userId = await f.user()
    await f.fill(userId, 20_000_000)
    const { code, id } = await f.withdraw(userId, 6_000_000)
    expect((await by(finance(), approveWithdrawal, code)).status).toBe('approved')
    await f.later(DAY_S - 10)
    await expect(f.payoutOf(id)).rejects.toThrow()
    await f.later(11)
    expect((await f.payoutOf(id)).amountIdr).toBe(6_000_000)
  })

  it('that the bank refuses are in the wallet again, fee too, and may be tried again by staff, once', async () => {
    const bank = to('123456')
    const userId = await rich(100_000, bank)
    const { id, code } = await f.withdraw(userId, 50_000, { bank })
    await f.send(id)
    await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('FAILED')
    await f.later(901)
    expect(await f.row(id)).toMatchObject({ status: 'failed', failureCode: 'TEMPORARY_TRANSFER_ERROR' })
    expect(await f.wallet(userId)).toBe(100_000)
    const again = await by(finance(), retryWithdrawal, code)
    expect(again).toMatchObject({ status: 'approved', amountIdr: 50_000 })
    expect(await refusal(by(finance(), retryWithdrawal, code))).toBe('wallet.withdrawal_retried')
    expect(await f.wallet(userId)).toBe(47_500)
  })

  it('of refunded money are free when they are tried again too, and take that money, not the rest', async () => {
    const bank = to('123456')
    const userId = await rich(30_000, bank)
    await f.fill(userId, 50_000, 'refund.decided')
    const { id, code, feeIdr } = await f.withdraw(userId, 50_000, { bank })
    expect(feeIdr).toBe(0)
    await f.send(id)
    await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('FAILED')
    await f.later(901)
    expect(await by(finance(), retryWithdrawal, code)).toMatchObject({ amountIdr: 50_000, feeIdr: 0 })
    expect(await f.withdraw(userId, 20_000, { bank })).toMatchObject({ feeIdr: 2_500 })
  })

  it('that the bank sends back after its success are in the wallet again', async () => {
    const bank = to('654321')
    const userId = await rich(100_000, bank)
    const { id, code } = await f.withdraw(userId, 50_000, { bank })
    await f.send(id)
    await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('REVERSED')
    await f.later(901)
    expect((await f.row(id)).status).toBe('reversed')
    expect(await f.wallet(userId)).toBe(100_000)
    const { rows } = await sql<{ earned: number }>`
      select coalesce(sum(e.amount_idr), 0)::int as earned from ledger_entries e join ledger_accounts a on a.id = e.account_id
      where a.key = 'fee-income' and e.user_id = ${userId}`.execute(f.laku.db)
    expect(rows).toEqual([{ earned: 0 }])
  })

  it('that come back to somebody who has been erased since are shown to a person', async () => {
    const bank = to('654321')
    const userId = await rich(50_000, bank)
    const { id, code } = await f.withdraw(userId, 47_500, { bank })
    await f.send(id)
    await f.laku.db
      .updateTable('users')
      .set({ status: 'deleted', deletedAt: f.laku.clock.now(), phone: null })
      .where('id', '=', userId)
      .execute()
    await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('REVERSED')
    await f.later(901)
    expect((await f.row(id)).status).toBe('reversed')
    const raised = await f.laku.db
      .selectFrom('attention')
      .select(['kind', 'command'])
      .where('subjectId', '=', userId)
      .execute()
    expect(raised).toEqual([{ kind: 'wallet_without_owner', command: `laku wallets show ${userId}` }])
  })

  describe('a disbursement whose answer is lost', () => {
    it('is paid once, and the wallet is not credited as well', async () => {
      const bank = to('112233')
      const userId = await rich(100_000, bank)
      await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'commit_then_timeout', times: 1 })
      const { id, code } = await f.withdraw(userId, 50_000, { bank })
      await f.send(id)
      expect((await f.row(id)).status).toBe('submitted')
      expect(await f.wallet(userId)).toBe(47_500)
      await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('SUCCEEDED')
      for (const seconds of [60, 300, 600]) await f.later(seconds)
      expect((await f.row(id)).status).toBe('succeeded')
      expect(await f.atProvider(code)).toHaveLength(1)
      expect(await f.wallet(userId)).toBe(47_500)
    })

    it('stays held while the provider is down, and the same request pays it when it is back', async () => {
      const userId = await rich(100_000)
      await f.faults({ provider: 'xendit', kind: 'error' })
      const { id, code } = await f.withdraw(userId, 50_000)
      await f.send(id)
      for (let i = 0; i < 4; i++) await f.later(900)
      expect((await f.row(id)).status).toBe('submitted')
      expect(await view(userId)).toEqual({ balanceIdr: 47_500, heldIdr: 52_500 })
      await f.faults()
      await f.later(3_601)
      await expect.poll(async () => (await f.atProvider(code))[0]?.status).toBe('SUCCEEDED')
      await f.later(901)
      expect((await f.row(id)).status).toBe('succeeded')
      expect(await f.atProvider(code)).toHaveLength(1)
      expect(await f.wallet(userId)).toBe(47_500)
    })
  })

  it('make every move of their table, and no other by staff', async () => {
    const userId = await rich(20_000_000)
    const inState = async (status: WithdrawalStatus) => {
      const { id, code } = await f.withdraw(userId, 10_000)
      const before = await f.row(id)
      await f.laku.db.updateTable('withdrawals').set({ status }).where('id', '=', id).execute()
      return {
        code,
        restore: () =>
          f.laku.db.updateTable('withdrawals').set({ status: before.status }).where('id', '=', id).execute(),
      }
    }
    for (const [status, next] of Object.entries(withdrawalTransitions) as [
      WithdrawalStatus,
      WithdrawalStatus[],
    ][]) {
      for (const [target, use] of [
        ['approved', approveWithdrawal],
        ['rejected', rejectWithdrawal],
      ] as const) {
        if (next.includes(target)) continue
        const { code, restore } = await inState(status)
        expect([status, target, await refusal(by(finance(), use, code))]).toEqual([
          status,
          target,
          'kernel.illegal_transition',
        ])
        await restore()
      }
    }
  })
})
