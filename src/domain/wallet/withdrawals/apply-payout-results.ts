import { sql } from 'kysely'
import { type EventOf, moveState, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, type Entry, post, walletAccount } from '../../ledger/index.ts'
import { undoUse } from '../../ops/index.ts'
import { type PayoutEventPayload, payAgainAfterS, UNSETTLED } from '../../payout/index.ts'
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

type Outcome = 'submitted' | 'succeeded' | 'failed' | 'reversed' | 'unsent'
/**
 * The ledger accounts for each route of a payout's money (`provider` or `bank`): `out` holds the money on its
 * way, and `from` is the account that pays.
 */
const waysOf = {
  provider: { out: 'payouts-in-flight', from: 'gateway' },
  bank: { out: 'bank-transfers-in-flight', from: 'bank' },
} as const
const held = 'withdrawals-held'

/**
 * The ledger entries that each result of a payout books for its withdrawal. `a` is the withdrawal's amount,
 * `f` its fee.
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
  unsent: ({ amountIdr: a, userId }, route) => [
    debit(waysOf[route].out, a, { userId }),
    credit(held, a, { userId }),
  ],
  reversed: ({ amountIdr: a, feeIdr: f, userId }, route) => [
    debit(waysOf[route].from, a, { userId }),
    debit('fee-income', f, { userId }),
    credit(walletAccount(userId), a + f, { userId }),
  ],
}

/**
 * The ledger entries of a withdrawal that was paid although it had been taken back. `account` holds its money
 * now: the wallet of its user, or the held withdrawals.
 */
export const entriesOfRevived = (
  { amountIdr, feeIdr, userId }: Pick<Moved, 'amountIdr' | 'feeIdr' | 'userId'>,
  account: Entry['account'],
  route: PayoutEventPayload['route'],
): Entry[] => [
  debit(account, amountIdr + feeIdr, { userId }),
  credit(waysOf[route].from, amountIdr, { userId }),
  credit('fee-income', feeIdr, { userId }),
]

/**
 * First reaction to each result of a payout: locks the withdrawals, and then the wallets of their users. A
 * settlement in the same batch posts to the ledger before the withdrawals do. Without this lock, two batches
 * waited for each other: one for a wallet, the other for the balance of the payouts on their way (storm seed
 * 2; ADR 0142).
 */
export async function lockPaidWithdrawals(
  work: Work,
  events: readonly { payload: PayoutEventPayload }[],
): Promise<void> {
  const ids = events.flatMap(({ payload }) => (payload.purpose === 'withdrawal' ? [payload.subjectId] : []))
  if (ids.length === 0) return
  const { rows } = await sql<{ userId: string }>`
    select user_id from withdrawals where id = any(${ids}::uuid[]) order by id for no key update`.execute(
    work.tx,
  )
  await lockWallets(
    work,
    rows.map((row) => row.userId),
  )
}

/**
 * Reaction to payout.submitted: books the withdrawal's money as on its way. From now on it may have arrived.
 */
export const markWithdrawalsSubmitted = (work: Work, events: EventOf<'payout.submitted'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'submitted')

/** Reaction to payout.succeeded: the withdrawal's held money is booked as paid out, and its fee as income. */
export const markWithdrawalsSucceeded = (work: Work, events: EventOf<'payout.succeeded'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'succeeded')

/**
 * Reaction to payout.failed: the withdrawal's money and its fee return to the wallet. If the payout failed
 * only because the balance at the provider was too small, the money stays held. The withdrawal is then sent
 * again automatically.
 */
export async function markWithdrawalsFailed(work: Work, events: EventOf<'payout.failed'>[]): Promise<void> {
  const isUnsettled = ({ payload }: EventOf<'payout.failed'>) =>
    payload.failureCode === UNSETTLED && payload.route === 'provider'
  await moveWithdrawals(
    work,
    events.filter((event) => !isUnsettled(event)),
    'failed',
  )
  await sendAgainLater(work, events.filter(isUnsettled))
}

interface Unsent extends Omit<Moved, 'from'> {
  payouts: number
}

async function sendAgainLater(work: Work, events: readonly EventOf<'payout.failed'>[]): Promise<void> {
  const updates = events.map((event) => event.payload).filter((event) => event.purpose === 'withdrawal')
  if (updates.length === 0) return
  const rows = await moveState(work, withdrawalMachine, {
    to: 'approved',
    from: 'submitted',
    ids: updates.map((update) => update.subjectId),
    all: true,
    returning: sql<Unsent>`t.id, t.code, t.user_id, t.amount_idr, t.fee_idr, t.closes_account,
      (select count(*)::int from payouts p where p.subject_id = t.id) as payouts`,
  })
  await post(
    work,
    rows.map((withdrawal) => {
      const update = updates.find((update) => update.subjectId === withdrawal.id)
      return {
        key: keyOf(withdrawal.id, 'unsent', updates),
        kind: 'withdrawal.unsent',
        subject: ['withdrawal', withdrawal.id],
        entries: entriesOf.unsent(withdrawal, update?.route ?? 'provider'),
      }
    }),
  )
  for (const { id, code, payouts } of rows) {
    const dueAt = secondsAfter(work.now, payAgainAfterS(payouts))
    await work.tx.updateTable('withdrawals').set({ dueAt }).where('id', '=', id).execute()
    if (payouts < work.policy.payoutTries) continue
    work.requestAttention({
      kind: 'payouts_wait_for_balance',
      subject: ['withdrawal', id],
      message: `${code} could not be paid ${payouts} times, because the balance at the provider is too low. Add money there; laku sends it automatically once the balance has grown by its amount.`,
      command: 'laku payouts list --waiting',
      details: { otherwise: `laku wallets withdrawals reject ${code}` },
    })
  }
}

/**
 * Reaction to payout.reversed: the bank sent the withdrawal's money back, and the money and the fee return to
 * the wallet.
 */
export const markWithdrawalsReversed = (work: Work, events: EventOf<'payout.reversed'>[]): Promise<void> =>
  moveWithdrawals(work, events, 'reversed')

/**
 * Tells whether a payout is the first one of its withdrawal. For a later payout, the keys of ledger postings
 * also contain the payout's id.
 */
export const isFirst = ({ key }: Pick<PayoutEventPayload, 'key'>): boolean => key.endsWith('-1')

/**
 * Returns the idempotency key of a ledger posting about a withdrawal. The provider may report a failure and
 * later a success of the same payout. With each such contradiction the number `turn` rises. It is a part of
 * the key, so that the same result can be booked a second time.
 */
function keyOf(id: string, to: Outcome, updates: readonly PayoutEventPayload[]): string {
  const update = updates.find((update) => update.subjectId === id)
  const { turn = 0 } = update ?? {}
  const payout = update && !isFirst(update) ? `:${update.payoutId}` : ''
  return `withdrawal:${id}:${to}${payout}${turn > 0 ? `:${turn}` : ''}`
}

async function moveWithdrawals(
  work: Work,
  events: readonly { payload: PayoutEventPayload }[],
  to: Exclude<Outcome, 'unsent'>,
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
  // The wallets are locked already (lockPaidWithdrawals): before limits and ledger balances.
  if (to === 'failed' || to === 'reversed') {
    await undoUse(
      work,
      'withdrawal',
      rows.map((row) => row.id),
    )
  }
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
  for (const row of rows) {
    const update = updates.find((update) => update.subjectId === row.id)
    // A later payout of the same withdrawal is not reported, because the owner was notified of the first one.
    if (to === 'submitted' && update && !isFirst(update)) continue
    work.emit(withdrawalEvent(row, row.from, to))
  }
}
