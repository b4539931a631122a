import { type RawBuilder, sql } from 'kysely'
import { idOrCode, inSql, pageOf, type Rupiah, type Tx, type Vault, type Work } from '../../kernel/index.ts'
import { channelName } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'
import { verdictOf } from '../rules.ts'
import { failedPayoutStates, type PayoutStatus, pendingPayoutStates } from '../transitions.ts'
import { type SealedAccount, shownAccount } from './destination.ts'

/** A payout as staff see it. */
export interface PayoutView {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  status: PayoutStatus
  amountIdr: Rupiah
  channelCode: string
  bank: string
  /** The last four digits of the receiving account's number. */
  account: string
  providerPayoutId: string | null
  /** The provider's own name for the payout's state, as last read. */
  providerStatus: string | null
  failureCode: string | null
  /** True if the payout was not sent and is held back, because its receiver is suspended. */
  held: boolean
  /**
   * True if the payout arrived although its settlement or withdrawal could not take it. Its money is or was
   * in the suspense account (unexplained money).
   */
  setAside: boolean
  /** True if money of the payout is still in the suspense account (unexplained money). */
  inSuspense: boolean
  /** The number of calls to the provider that may have made the payout, all under the payout's key. */
  calls: number
  calledAt: Date | null
  lastCalledAt: Date | null
  /** The time when laku last searched the provider's list and did not find the payout. */
  absentAt: Date | null
  nextCheckAt: Date | null
  /**
   * The time since which the payout waits, because laku's balance at the provider is too small. The provider
   * has not settled enough incoming money yet.
   */
  waitsSince: Date | null
  deadAskedBy: string | null
  deadReason: string | null
  deadBy: string | null
  /** The first person who gave the payout up, because the provider never ended it. */
  givenUpAskedBy: string | null
  /** The number of the answer of the provider's support. */
  givenUpTicket: string | null
  givenUpBy: string | null
  createdAt: Date
  submittedAt: Date | null
  finishedAt: Date | null
}

const columns = sql`
  p.id, p.key, p.purpose, p.subject_id, p.status, p.amount_idr, p.channel_code, p.account_number, p.account_holder,
  p.provider_payout_id, p.provider_status, p.failure_code,
  p.held and (p.status = 'created' or p.status = 'submitted' and p.called_at is null) as held, p.set_aside,
  exists (
    select from suspense_items i where i.kind = 'payout' and i.subject_id = p.id and i.decided_at is null) as in_suspense,
  p.calls, p.called_at, p.last_called_at, p.absent_at, p.next_check_at, p.waits_since, p.dead_asked_by, p.dead_reason, p.dead_by,
  p.given_up_asked_by, p.given_up_ticket, p.given_up_by, p.created_at,
  p.submitted_at, p.finished_at`

async function payoutViews(
  tx: Tx,
  vault: Vault,
  where: RawBuilder<unknown>,
  limit = 10_000,
): Promise<PayoutView[]> {
  const { rows } = await sql<Omit<PayoutView, 'bank' | 'account'> & SealedAccount>`
    select ${columns} from payouts p where ${where} order by p.id desc limit ${limit}`.execute(tx)
  return rows.map(({ accountNumber, accountHolder: _, ...row }) => ({
    ...row,
    bank: channelName(row.channelCode),
    account: shownAccount(vault, accountNumber),
  }))
}

/** Returns the payouts of a settlement or withdrawal, newest first. */
export const payoutsOf = (tx: Tx, vault: Vault, subjectId: string): Promise<PayoutView[]> =>
  payoutViews(tx, vault, sql`p.subject_id = ${subjectId}`)

/**
 * Returns true if the payout's money may be under way, has arrived, or is in the suspense account
 * (unexplained money). Then no other payout is sent for its settlement or withdrawal.
 */
export function mayBePaid(payout: PayoutView): boolean {
  const { status, providerStatus, setAside, inSuspense } = payout
  if (failedPayoutStates.includes(status))
    return inSuspense || (providerStatus !== null && verdictOf(providerStatus) === 'waiting')
  return !setAside || inSuspense
}

/** The SQL condition that payout `p` has this UUID, or this key at the provider. */
export function isNamed(named: string): RawBuilder<boolean> {
  const asked = idOrCode(named)
  return 'id' in asked ? sql<boolean>`p.id = ${asked.id}::uuid` : sql<boolean>`p.key = ${asked.code}`
}

/**
 * Returns one payout by its UUID or by the key that the provider has.
 * @throws payout.not_found
 */
export async function showPayout(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  named: string,
): Promise<PayoutView> {
  const [found] = await payoutViews(tx, vault, isNamed(named), 1)
  if (!found) throw payoutErrors.not_found({ payout: named })
  return found
}

export interface PayoutFilter {
  status?: PayoutStatus | undefined
  /** Whether only payouts are listed whose outcome is unknown. */
  unknown?: boolean | undefined
  /** Whether only payouts are listed that wait, because the balance at the provider is too small. */
  waiting?: boolean | undefined
  limit: number
  cursor?: string | undefined
}

/** Returns payouts, newest first, by keyset pages. For staff. */
export async function listPayouts(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  { status, unknown, waiting, limit, cursor }: PayoutFilter,
): Promise<{ data: PayoutView[]; nextCursor: string | null }> {
  const wheres = [sql`true`]
  if (status) wheres.push(sql`p.status = ${status}`)
  if (unknown)
    wheres.push(sql`p.status = 'submitted' and p.provider_payout_id is null and p.called_at is not null`)
  if (waiting) wheres.push(sql`p.waits_since is not null and p.status in ${inSql(pendingPayoutStates)}`)
  if (cursor) wheres.push(sql`p.id < ${cursor}::uuid`)
  const rows = await payoutViews(tx, vault, sql.join(wheres, sql` and `), limit + 1)
  return pageOf(rows, limit, (row) => row.id)
}
