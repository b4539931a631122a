import { sql } from 'kysely'
import { type EventOf, moveState, type Work } from '../../kernel/index.ts'
import { credit, debit, type Entry, post, walletAccount } from '../../ledger/index.ts'
import { undoUse } from '../../ops/index.ts'
import type { PayoutEventPayload } from '../../payout/index.ts'
import { ensureWallets } from '../ensure-wallets.ts'
import { lockWallets } from '../lock.ts'
import { type WithdrawalStatus, withdrawalMachine } from '../transitions.ts'
import { withdrawalEvent } from './views.ts'

interface Moved {
  id: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  from: WithdrawalStatus
}

type Outcome = 'submitted' | 'succeeded' | 'failed' | 'reversed'
/** The accounts where money is on its way (`out`) and out of which it comes (`from`), by the way it goes. */
const waysOf = {
  provider: { out: 'payouts-in-flight', from: 'gateway' },
  bank: { out: 'bank-transfers-in-flight', from: 'bank' },
} as const
const held = 'withdrawals-held'

/**
 * The entries that each step of a payout books for its withdrawal of amount a and fee f (the table
 * of postings).
 */
export const entriesOf: Record<
  Outcome,
  (withdrawal: Pick<Moved, 'amountIdr' | 'feeIdr' | 'userId'>, route: PayoutEventPayload['route']) => Entry[]
> = {
  submitted: ({ amountIdr: a, userId }, route) => [
    debit(held, a, { userId }),
    credit(waysOf[route].out, a, { userId }),
  ],
  succeeded: ({ amountIdr: a, feeIdr: f, userId }, route) => [
    debit(waysOf[route].out, a, { userId }),
    debit(held, f, { userId }),
    credit(waysOf[route].from, a, { userId }),
    credit('fee-income', f, { userId }),
  ],
  failed: ({ amountIdr: a, feeIdr: f, userId }, route) => [
    debit(waysOf[route].out, a, { userId }),
    debit(held, f, { userId }),
    credit(walletAccount(userId), a + f, { userId }),
  ],
  reversed: ({ amountIdr: a, feeIdr: f, userId }, route) => [
    debit(waysOf[route].from, a, { userId }),
    debit('fee-income', f, { userId }),
    credit(walletAccount(userId), a + f, { userId }),
  ],
}

/** Reaction to payout.submitted: the money is on its way, and from now on may have arrived. */
export const markWithdrawalsSubmitted = (work: Work, events: EventOf<'payout.submitted'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'submitted')

/** Reaction to payout.succeeded: the hold ends and the fee is earned. */
export const markWithdrawalsSucceeded = (work: Work, events: EventOf<'payout.succeeded'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'succeeded')

/** Reaction to payout.failed, a definite no: all of it is in the wallet again, the fee too. */
export const markWithdrawalsFailed = (work: Work, events: EventOf<'payout.failed'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'failed')

/** Reaction to payout.reversed: the bank sent it back, and it is in the wallet again. */
export const markWithdrawalsReversed = (work: Work, events: EventOf<'payout.reversed'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'reversed')

/** A payout that turned is booked again for each turn. */
function keyOf(id: string, to: Outcome, updates: readonly PayoutEventPayload[]): string {
  const turn = updates.find((update) => update.subjectId === id)?.turn ?? 0
  return `withdrawal:${id}:${to}${turn > 0 ? `:${turn}` : ''}`
}

async function moveWithdrawals(
  work: Work,
  events: readonly { payload: PayoutEventPayload }[],
  to: Outcome,
): Promise<void> {
  const updates = events.map((event) => event.payload).filter((event) => event.purpose === 'withdrawal')
  if (updates.length === 0) return
  const ids = updates.map((update) => update.subjectId)
  const routes = new Map(updates.map((update) => [update.subjectId, update.route]))
  const rows = await moveState(work, withdrawalMachine, {
    to,
    rows: updates.map(({ subjectId: id, failureCode = null }) => ({ id, failureCode })),
    set: { finishedAt: to === 'submitted' ? null : work.now },
    all: true,
    with: sql`moving as (
      select id, status from withdrawals where id = any(${ids}::uuid[]) order by id for no key update
    )`,
    using: sql`moving m`,
    where: sql`m.id = t.id`,
    returning: sql<Moved>`t.id, t.code, t.user_id, t.amount_idr, t.fee_idr, t.closes_account, m.status as from`,
  })
  if (to === 'failed' || to === 'reversed') {
    await undoUse(
      work,
      'withdrawal',
      rows.map((row) => row.id),
    )
  }
  // Before any balance: what is heard to be reversed before it succeeded is booked twice in one go, and who
  // withdraws holds their wallet.
  await lockWallets(
    work,
    rows.map((row) => row.userId),
  )
  if (to === 'reversed') {
    await ensureWallets(
      work,
      rows.map((row) => row.userId),
    )
  }
  await post(
    work,
    rows.map((withdrawal) => ({
      key: keyOf(withdrawal.id, to, updates),
      kind: `withdrawal.${to}`,
      subject: ['withdrawal', withdrawal.id],
      entries: entriesOf[to](withdrawal, routes.get(withdrawal.id) ?? 'provider'),
    })),
  )
  for (const row of rows) work.emit(withdrawalEvent(row, row.from, to))
}
