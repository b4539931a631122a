import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { admin } from '../../../../test/laku.ts'
import { staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance, good, openWalletFixture, type WalletFixture, waits } from '../../../../test/wallets.ts'
import { type Actor, insertRows, newId, type Work } from '../../kernel/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import { createOrder } from '../../order/index.ts'
import { confirmBatch, handOutBatch, makeBatch } from '../../payout/index.ts'
import {
  approveWithdrawal,
  claimWithdrawalsForBank,
  rejectWithdrawal,
  retryWithdrawal,
  walletView,
} from '../../wallet/index.ts'
import { accountsToClose, closeAccount, closeAccountFor, finishClosing } from './close-account.ts'
import { openThings } from './open-things.ts'
import { erasePerson } from './privacy.ts'

const DAY_S = 24 * 3600
/** Xendit's test account number whose payouts fail for good. */
const hopeless: BankAccount = { channelCode: 'ID_CIMB', accountNumber: '121212', accountHolderName: 'Budi' }
/** Xendit's test account number whose payouts arrive and are then sent back. */
const returns: BankAccount = { channelCode: 'ID_CIMB', accountNumber: '654321', accountHolderName: 'Budi' }

describe('closing an account', () => {
  let f: WalletFixture
  beforeAll(async () => {
    f = await openWalletFixture()
  })
  afterEach(() => f.faults())
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  /** Makes a user with a confirmed bank account, and this much money that is not refunded money. */
  const rich = async (amountIdr: number, bank: BankAccount = good) => {
    const userId = await f.user()
    await f.known(userId, bank)
    if (amountIdr > 0) await f.fill(userId, amountIdr)
    return userId
  }
  const as = <T>(userId: string, use: (work: Work) => Promise<T>) =>
    f.laku.as({ kind: 'customer', id: userId }, use)
  const close = (userId: string, amountIdr: number, bank: BankAccount = good) =>
    as(userId, (work) => closeAccount(work, { amountIdr, bank }))
  const userOf = (id: string) =>
    f.laku.db
      .selectFrom('users')
      .select(['status', 'closingSince', 'closingDueAt'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  const sweep = async () => {
    const due = await f.laku.system(accountsToClose)
    for (const userId of due) await f.laku.system((work) => finishClosing(work, { userId }))
  }
  const arrive = async (withdrawalId: string) => {
    await f.send(withdrawalId)
    await expect
      .poll(async () => {
        await f.later(901)
        return (await f.row(withdrawalId)).status
      })
      .toBe('succeeded')
  }
  /** Approves a withdrawal that staff sent by hand, because it is too small for the provider. */
  const byHand = (withdrawal: string) =>
    f.laku.as(finance(), (work) => approveWithdrawal(work, { withdrawal, byHand: 'BCA 1234' }))
  const lastOf = (userId: string) =>
    f.laku.db
      .selectFrom('withdrawals')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()

  /** Makes something open for the user: a request that waits for staff. */
  const somethingOpen = async (userId: string) => {
    const id = newId()
    await f.laku.system(({ tx, now }) =>
      insertRows(tx, 'walletAdjustments', [
        {
          ...{ id, userId, changeIdr: 5_000, kind: 'goodwill', status: 'requested', note: 'a test' },
          ...{ requestedBy: 'staff:ana', createdAt: now },
        },
      ]),
    )
    return id
  }

  it('pays out what is below the minimum without a fee, and erases its user a day after it has arrived', async () => {
    const userId = await rich(3_000)
    expect(await refusal(f.withdraw(userId, 2_999))).toBe('wallet.below_minimum')
    const fees = await f.balance('fee-income')
    const closing = await close(userId, 3_000)
    expect(closing).toMatchObject({ amountIdr: 3_000, feeIdr: 0, closesAccount: true, status: 'held' })
    expect((await userOf(userId)).closingSince).not.toBeNull()
    const bank = await f.balance('bank')
    await byHand(closing.id)
    expect(await f.balance('bank')).toBe(bank - 3_000)
    await sweep()
    expect((await userOf(userId)).status).toBe('active')
    f.laku.clock.shift(DAY_S)
    await sweep()
    expect(await userOf(userId)).toEqual({ status: 'deleted', closingSince: null, closingDueAt: null })
    expect(await f.balance('fee-income')).toBe(fees)
  })

  it('takes all that is there and no less, and only where nothing else is open', async () => {
    const userId = await rich(50_000)
    expect(await refusal(close(userId, 49_999))).toBe('wallet.not_all')
    expect(await refusal(close(await rich(0), 1))).toBe('wallet.nothing_to_withdraw')
    await f.withdraw(userId, 10_000)
    expect(await refusal(close(userId, 37_500))).toBe('user.still_open')
    const stranger = await f.user()
    await f.fill(stranger, 1_000)
    expect(await refusal(close(stranger, 1_000))).toBe('wallet.otp_needed')
  })

  it('ends joining, ordering and withdrawing', async () => {
    const userId = await rich(5_000, waits)
    await close(userId, 5_000, waits)
    await f.fill(userId, 40_000)
    expect(await refusal(f.withdraw(userId, 20_000))).toBe('wallet.account_closing')
    const order = { items: [{ variantId: newId(), quantity: 1 }], addressId: newId() }
    const settings = { originPostalCode: '13960', publicUrl: 'http://laku.test' }
    expect(await refusal(as(userId, (work) => createOrder(work, order, settings)))).toBe(
      'order.user_not_active',
    )
    expect(await refusal(close(userId, 40_000, waits))).toBe('user.still_open')
  })

  it('is over when the money comes back, and saves no fee', async () => {
    const userId = await rich(30_000, hopeless)
    const { id } = await close(userId, 30_000, hopeless)
    await f.send(id)
    await expect
      .poll(async () => {
        await f.later(901)
        return (await f.row(id)).status
      })
      .toBe('failed')
    expect(await f.wallet(userId)).toBe(30_000)
    expect(await userOf(userId)).toEqual({ status: 'active', closingSince: null, closingDueAt: null })
    await f.known(userId)
    expect(await f.withdraw(userId, 20_000)).toMatchObject({ feeIdr: 2_500, closesAccount: false })
    // If staff retry the withdrawal, it closes the account again, because its money left without a fee only
    // for that purpose.
    const again = await f.laku
      .as(finance(), (work) => retryWithdrawal(work, { withdrawal: id }))
      .catch(() => null)
    expect(again).toBeNull()
    await f.fill(userId, 30_000)
    const retried = await f.laku.as(finance(), (work) => retryWithdrawal(work, { withdrawal: id }))
    expect(retried).toMatchObject({ feeIdr: 0, closesAccount: true })
    expect((await userOf(userId)).closingSince).not.toBeNull()
  })

  it('waits for a bank transfer that the bank has not confirmed, whichever door erases', async () => {
    const userId = await rich(3_000)
    const closing = await close(userId, 3_000)
    const clerk = finance()
    const batch = await f.laku.as(clerk, async (work) => {
      const id = await makeBatch(work)
      expect((await claimWithdrawalsForBank(work, { batch: async () => id })).codes).toContain(closing.code)
      await handOutBatch(work, id)
      return id
    })
    const open = { bankTransfers: 1, withdrawals: 1 }
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).toEqual(open)
    f.laku.clock.shift(3 * DAY_S)
    await sweep()
    expect((await userOf(userId)).status).toBe('active')
    for (const erase of [closeAccountFor, erasePerson])
      await expect(f.laku.as(admin, (work) => erase(work, { userId }))).rejects.toMatchObject({
        code: 'user.still_open',
        details: { open },
      })
    await f.laku.as(clerk, (work) => confirmBatch(work, { batch, reference: 'BCA 20261130 0042' }))
    expect(await f.laku.system(({ tx }) => openThings(tx, userId))).toEqual({})
    f.laku.clock.shift(DAY_S)
    await sweep()
    expect((await userOf(userId)).status).toBe('deleted')
  })

  it('is over when the bank sends the money back within the day', async () => {
    const userId = await rich(30_000, returns)
    const { id } = await close(userId, 30_000, returns)
    await f.send(id)
    await expect
      .poll(async () => {
        await f.later(901)
        return (await f.row(id)).status
      })
      .toMatch(/succeeded|reversed/)
    await f.later(DAY_S)
    expect((await f.row(id)).status).toBe('reversed')
    await sweep()
    expect(await userOf(userId)).toEqual({ status: 'active', closingSince: null, closingDueAt: null })
    expect(await f.wallet(userId)).toBe(30_000)
  })

  it('that is large waits for staff, who may refuse it', async () => {
    const userId = await rich(9_000_000)
    const { id, status } = await close(userId, 9_000_000)
    expect(status).toBe('held')
    await f.laku.as(finance(), (work) => rejectWithdrawal(work, { withdrawal: id }))
    expect(await as(userId, walletView)).toEqual({ balanceIdr: 9_000_000, heldIdr: 0 })
    expect((await userOf(userId)).closingSince).toBeNull()
    const second = await close(userId, 9_000_000)
    const go = await f.laku.as(finance(), (work) => approveWithdrawal(work, { withdrawal: second.id }))
    expect(go.status).toBe('approved')
  })

  it('sends after its user what comes meanwhile, and then erases them', async () => {
    const userId = await rich(17_000)
    const first = await close(userId, 17_000)
    await f.fill(userId, 110_000, 'refund.decided')
    await arrive(first.id)
    f.laku.clock.shift(DAY_S)
    await sweep()
    const rest = await lastOf(userId)
    expect(rest).toMatchObject({ amountIdr: 110_000, feeIdr: 0, closesAccount: true, status: 'approved' })
    expect((await userOf(userId)).status).toBe('active')
    await arrive(rest.id)
    f.laku.clock.shift(DAY_S)
    await sweep()
    expect((await userOf(userId)).status).toBe('deleted')
  })

  it('waits for what is open, and tells a person after a week', async () => {
    const userId = await rich(17_000)
    const { id } = await close(userId, 17_000)
    await arrive(id)
    const open = await somethingOpen(userId)
    f.laku.clock.shift(DAY_S)
    await sweep()
    const raised = () =>
      f.laku.db.selectFrom('attention').select('command').where('subjectId', '=', userId).execute()
    expect([(await userOf(userId)).status, await raised()]).toEqual(['active', []])
    f.laku.clock.shift(7 * DAY_S)
    await sweep()
    expect(await raised()).toEqual([{ command: `laku users show ${userId}` }])
    await query(f.laku.ownerUrl, `delete from wallet_adjustments where id = '${open}'`)
    f.laku.clock.shift(3_600)
    await sweep()
    expect((await userOf(userId)).status).toBe('deleted')
  })

  it('by an admin goes to the account that its user confirmed, and to none that staff name', async () => {
    const support = staff('support', 'a test')
    const byStaff = (userId: string, actor: Actor = admin) =>
      f.laku.as(actor, (work) => closeAccountFor(work, { userId }))
    const userId = await rich(4_000)
    expect(await refusal(byStaff(userId, support))).toBe('kernel.forbidden')
    const { withdrawal } = await byStaff(userId)
    expect(withdrawal).toMatchObject({ amountIdr: 4_000, account: '…7890', closesAccount: true })
    const stranger = await f.user()
    await f.fill(stranger, 1_000)
    expect(await refusal(byStaff(stranger))).toBe('wallet.no_destination')
    const empty = await f.user()
    expect(await byStaff(empty)).toEqual({ userId: empty, withdrawal: null })
    expect((await userOf(empty)).status).toBe('deleted')
  })
})
