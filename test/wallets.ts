import { expect } from 'vitest'
import { type Actor, newId, secondsAfter, type Work } from '../src/domain/kernel/index.ts'
import { type AccountKey, balanceIdr, credit, debit, post } from '../src/domain/ledger/index.ts'
import type { BankAccount } from '../src/domain/ops/index.ts'
import { submitPayouts, sweepPayouts } from '../src/domain/payout/index.ts'
import {
  ensureWallets,
  requestWithdrawal,
  sweepWithdrawals,
  type WithdrawalRequest,
} from '../src/domain/wallet/index.ts'
import { sandboxControl } from './control.ts'
import { giveGoodwill } from './goodwill.ts'
import { openTestLaku, someone, system, type TestLaku, type TestOptions } from './laku.ts'
import { brokenMoney } from './money-checks.ts'
import { MUCH_IDR, shortTimeoutPayouts } from './payouts.ts'
import { markedBy } from './reference.ts'

/** Xendit's test account number whose payouts stay accepted until a test changes them. */
export const waits: BankAccount = {
  channelCode: 'ID_CIMB',
  accountNumber: '131313',
  accountHolderName: 'Budi',
}
export const good: BankAccount = {
  channelCode: 'ID_BCA',
  accountNumber: '1234567890',
  accountHolderName: 'Budi',
}

export const finance = (name = 'fin'): Actor => someone({ name, role: 'finance', reason: 'a test' })

/** Opens a laku with wallets and payouts, and helpers to fill and empty wallets. */
export async function openWalletFixture(options: TestOptions = {}) {
  // The payouts of these tests need money at the sandbox, because no payments came in there.
  const laku = await openTestLaku({ watched: true, sandbox: true, floatIdr: MUCH_IDR, ...options })
  const payouts = shortTimeoutPayouts(laku)
  const control = sandboxControl(laku)
  await control('PUT', '/webhooks', { drop_rate: 1 })
  return { laku, payouts, ...waysOf(laku), ...payoutWays(laku, payouts, control) }
}

function waysOf(laku: TestLaku) {
  let phones = 0
  const ways = {
    async user(): Promise<string> {
      const [id, now] = [newId(), laku.clock.now()]
      const phone = `+62813${String(++phones).padStart(8, '0')}`
      await laku.db
        .insertInto('users')
        .values({ id, phone, name: 'Budi', createdAt: now, updatedAt: now })
        .execute()
      return id
    },
    /** Adds money to a wallet, as a refund or as another kind of posting. */
    fill: (
      userId: string,
      amountIdr: number,
      kind: 'refund.decided' | 'wallet.goodwill' = 'wallet.goodwill',
    ) =>
      laku.system(async (work) => {
        if (kind === 'wallet.goodwill') return await giveGoodwill(work, userId, amountIdr)
        await ensureWallets(work, [userId])
        const entries = [debit('subsidy', amountIdr), credit(`wallet:${userId}`, amountIdr, { userId })]
        await post(work, [{ key: newId(), kind, subject: ['user', userId], entries }])
      }),
    /** Spends a wallet's money on an order. */
    spend: (userId: string, amountIdr: number) =>
      laku.system((work) => ways.spendIn(work, userId, amountIdr)),
    async spendIn(work: Work, userId: string, amountIdr: number): Promise<void> {
      const entries = [debit(`wallet:${userId}`, amountIdr, { userId }), credit('adjustments', amountIdr)]
      await post(work, [{ key: newId(), kind: 'payment.confirmed', subject: ['payment', newId()], entries }])
    },
    balance: (key: AccountKey) => laku.system((work) => balanceIdr(work.tx, key)),
    wallet: (userId: string) => ways.balance(`wallet:${userId}`),
    /** Requests a withdrawal, with a code that was confirmed just now unless `more` says otherwise. */
    withdraw: (userId: string, amountIdr: number, more: Partial<WithdrawalRequest> = {}) => {
      const otpVerifiedAt = laku.clock.now()
      const actor: Actor = { kind: 'customer', id: userId }
      return laku.as(actor, (work) =>
        requestWithdrawal(work, { amountIdr, bank: good, otpVerifiedAt, ...more }),
      )
    },
    /** Adds a bank account that the user confirmed a day ago. */
    async known(userId: string, bank: BankAccount = good): Promise<void> {
      await ways.fill(userId, 1, 'refund.decided')
      const { id } = await ways.withdraw(userId, 1, { bank })
      await laku.system(async ({ tx }) => {
        const at = secondsAfter(laku.clock.now(), -1)
        await tx
          .updateTable('withdrawalDestinations')
          .set({ usableAt: at })
          .where('userId', '=', userId)
          .execute()
        await tx.updateTable('withdrawals').set({ dueAt: null }).where('id', '=', id).execute()
      })
      const { rejectWithdrawal } = await import('../src/domain/wallet/index.ts')
      await laku.system((work) => rejectWithdrawal(work, { withdrawal: id }))
      await ways.spend(userId, 1)
    },
    row: (id: string) =>
      laku.db.selectFrom('withdrawals').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    broken: () => brokenMoney(laku, ['refunds', 'payments']),
  }
  return ways
}

function payoutWays(
  laku: TestLaku,
  payouts: ReturnType<typeof shortTimeoutPayouts>,
  control: ReturnType<typeof sandboxControl>,
) {
  const context = { unitOfWork: laku.unitOfWork, actor: system, payouts }
  const payoutOf = (withdrawalId: string) =>
    laku.db.selectFrom('payouts').selectAll().where('subjectId', '=', withdrawalId).executeTakeFirstOrThrow()
  return {
    faults: (...faults: object[]) => control('PUT', '/faults', faults),
    /** Sets the balance that can be spent at the provider (IDR). */
    spendable: (spendable_idr: number) => control('PUT', '/balance', { spendable_idr }),
    /** Sets the outcome of payouts at the provider from now on. */
    outcome: (outcome: 'SUCCEEDED' | 'FAILED', failure_code?: string) =>
      control('PUT', '/payouts', { outcome, ...(failure_code && { failure_code }) }),
    /** Waits until the payout with this key has ended at the provider. */
    ended: async (key: string) => {
      const reference = await markedBy(laku, key)
      await expect
        .poll(async () => (await payouts.findPayouts(reference))[0]?.status ?? 'ACCEPTED')
        .not.toBe('ACCEPTED')
    },
    /** Sends the payout of a withdrawal. */
    send: async (withdrawalId: string) => submitPayouts(context, [(await payoutOf(withdrawalId)).id]),
    payoutOf,
    /** Moves the clock forward and does the work that is due. */
    later: async (seconds: number) => {
      await laku.sandbox.settleWebhooks()
      laku.clock.shift(seconds)
      await sweepWithdrawals({ unitOfWork: laku.unitOfWork, actor: system })
      await sweepPayouts(context)
    },
    atProvider: async (code: string) => await payouts.findPayouts(await markedBy(laku, `${code}-1`)),
  }
}

export type WalletFixture = Awaited<ReturnType<typeof openWalletFixture>>
