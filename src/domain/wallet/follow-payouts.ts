import { sql } from 'kysely'
import { asRecords, type EventOf, statesBefore, type Work } from '../kernel/index.ts'
import { credit, debit, type Entry, post, walletAccount } from '../ledger/index.ts'
import type { PayoutNews } from '../payout/index.ts'
import { lockWallets } from './lock-wallets.ts'
import { openWallets } from './open-wallets.ts'
import { type WithdrawalStatus, withdrawalTransitions } from './transitions.ts'
import { withdrawalNews } from './withdrawal-views.ts'

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
const payoutsOut = 'payouts-in-flight'
const held = 'withdrawals-held'

/** What each step of a payout books for its withdrawal of amount a and fee f (the design's table of postings). */
export const entriesOf: Record<
  Outcome | 'sent_by_hand',
  (withdrawal: Pick<Moved, 'amountIdr' | 'feeIdr' | 'userId'>) => Entry[]
> = {
  submitted: ({ amountIdr: a, userId }) => [debit(held, a, { userId }), credit(payoutsOut, a, { userId })],
  succeeded: ({ amountIdr: a, feeIdr: f, userId }) => [
    debit(payoutsOut, a, { userId }),
    debit(held, f, { userId }),
    credit('gateway', a, { userId }),
    credit('fee-income', f, { userId }),
  ],
  sent_by_hand: ({ amountIdr: a, feeIdr: f, userId }) => [
    debit(payoutsOut, a, { userId }),
    ...(f > 0 ? [debit(held, f, { userId }), credit('fee-income', f, { userId })] : []),
    credit('bank', a, { userId }),
  ],
  failed: ({ amountIdr: a, feeIdr: f, userId }) => [
    debit(payoutsOut, a, { userId }),
    debit(held, f, { userId }),
    credit(walletAccount(userId), a + f, { userId }),
  ],
  reversed: ({ amountIdr: a, feeIdr: f, userId }) => [
    debit('gateway', a, { userId }),
    debit('fee-income', f, { userId }),
    credit(walletAccount(userId), a + f, { userId }),
  ],
}

/** Reaction to payout.submitted: the money is on its way, and from now on may have arrived. */
export const followSubmitted = (work: Work, events: EventOf<'payout.submitted'>[]): Promise<void> =>
  follow(work, events, 'submitted')

/** Reaction to payout.succeeded: the hold ends and the fee is earned. */
export const followSucceeded = (work: Work, events: EventOf<'payout.succeeded'>[]): Promise<void> =>
  follow(work, events, 'succeeded')

/** Reaction to payout.failed, a definite no: all of it is in the wallet again, the fee too. */
export const followFailed = (work: Work, events: EventOf<'payout.failed'>[]): Promise<void> =>
  follow(work, events, 'failed')

/** Reaction to payout.reversed: the bank sent it back, and it is in the wallet again. */
export const followReversed = (work: Work, events: EventOf<'payout.reversed'>[]): Promise<void> =>
  follow(work, events, 'reversed')

async function follow(work: Work, events: readonly { payload: PayoutNews }[], to: Outcome): Promise<void> {
  const news = events.map((event) => event.payload).filter((one) => one.purpose === 'withdrawal')
  if (news.length === 0) return
  const records = asRecords(news.map(({ subjectId, failureCode }) => ({ id: subjectId, failureCode })))
  const { rows } = await sql<Moved>`
    with moving as (
      select w.id, w.status, n.failure_code from withdrawals w
      join jsonb_to_recordset(${records}::jsonb) as n(id uuid, failure_code text) on n.id = w.id
      where w.status = any(${statesBefore(withdrawalTransitions, to)}) order by w.id for no key update of w
    )
    update withdrawals w set status = ${to}, failure_code = m.failure_code,
      finished_at = case when ${to !== 'submitted'}::boolean then ${work.now}::timestamptz end
    from moving m where m.id = w.id
    returning w.id, w.code, w.user_id, w.amount_idr, w.fee_idr, w.closes_account, m.status as from`.execute(
    work.tx,
  )
  if (rows.length !== news.length) throw new Error(`a payout is ${to} whose withdrawal cannot be`)
  // Before any balance: what is heard to be reversed before it succeeded is booked twice in one go, and who withdraws holds their wallet.
  await lockWallets(
    work,
    rows.map((row) => row.userId),
  )
  if (to === 'reversed') {
    await openWallets(
      work,
      rows.map((row) => row.userId),
    )
  }
  await post(
    work,
    rows.map((withdrawal) => ({
      key: `withdrawal:${withdrawal.id}:${to}`,
      kind: `withdrawal.${to}`,
      subject: ['withdrawal', withdrawal.id],
      entries: entriesOf[to](withdrawal),
    })),
  )
  for (const row of rows) work.emit(withdrawalNews(row, row.from, to))
}
