import { sql } from 'kysely'
import { moveState, type ProviderAsk, secondsAfter, type Work } from '../../kernel/index.ts'
import { type BankAccount, isPaused } from '../../ops/index.ts'
import type { PayoutPurpose } from '../events.ts'
import { payoutEventPayload } from '../outcomes/payout-event.ts'
import { openAccount, type SealedAccount } from '../payouts/destination.ts'
import { olderMoves } from '../payouts/older-moves.ts'
import { type PayoutStatus, payoutMachine } from '../transitions.ts'

/**
 * A payout that a worker may send, or ask the provider about, while the worker's lease on the payout holds.
 */
export interface ClaimedPayout {
  id: string
  key: string
  purpose: PayoutPurpose
  subjectId: string
  amountIdr: number
  description: string
  destination: BankAccount
  status: PayoutStatus
  attempt: number
  providerPayoutId: string | null
  /**
   * The kind of the next call for the payout. If the provider may have the payout already, it is sent again
   * only if the provider's list lacks it.
   */
  ask: ProviderAsk
  /** The time of the payout's first call. From then on the provider may have the payout. */
  calledAt: Date
  lastCalledAt: Date
  absentAt: Date | null
  calls: number
  leaseUntil: Date
}

/**
 * The length in seconds of a worker's lease on a payout. It is longer than a call can take, so that no other
 * worker sends the same payout meanwhile.
 */
const LEASE_S = 60
const PAUSED_S = 60

/**
 * Claims payouts to be sent or asked about, each for one worker at a time under a lease. Created payouts
 * become submitted, with an event, because from now on the money may be gone. While staff have paused payouts
 * (switch `payouts`), nothing is sent. While staff have paused Xendit (switch `xendit`), nothing is sent and
 * the provider is not asked. Payouts in other states are left out, so a job that runs twice does nothing.
 */
export async function claimPayouts(work: Work, payoutIds: readonly string[]): Promise<ClaimedPayout[]> {
  if (payoutIds.length === 0) return []
  const { now, policy } = work
  const asks = !(await isPaused(work.tx, 'xendit'))
  const sends = asks && !(await isPaused(work.tx, 'payouts'))
  if (!asks || !sends) await postpone(work, payoutIds, asks)
  await waitForOlder(work, payoutIds)
  const leaseUntil = secondsAfter(now, LEASE_S)
  const keyKnownSince = secondsAfter(now, -policy.providerKeyHours * 3600)
  const goesOut = sql`due.ask <> 'look_up'`
  const rows = await moveState(work, payoutMachine, {
    to: sql<PayoutStatus>`case due.before when 'created' then 'submitted' else due.before end`,
    stays: true,
    set: {
      nextCheckAt: leaseUntil,
      leaseUntil,
      attempt: sql`t.attempt + 1`,
      calls: sql`case when ${goesOut} then t.calls + 1 else t.calls end`,
      calledAt: sql`coalesce(t.called_at, ${now})`,
      lastCalledAt: sql`case when ${goesOut} then ${now} else t.last_called_at end`,
      submittedAt: sql`coalesce(t.submitted_at, ${now})`,
      waitsSince: sql`case when ${goesOut} then null else t.waits_since end`,
    },
    with: sql`due as (
      select id, status as before, case
          when status = 'created' or (status = 'submitted' and called_at is null) then 'first'
          when status = 'submitted' and provider_payout_id is null and not held and ${sends}::boolean
            and called_at > ${keyKnownSince} then 'repeat'
          else 'look_up' end as ask
      from payouts p
      where id = any(${payoutIds}::uuid[]) and next_check_at is not null
        and not (status = 'created' and ${olderMoves}) and (status = 'created' or next_check_at <= ${now}) and (lease_until is null or lease_until <= ${now})
        and (case when called_at is null then ${sends}::boolean else ${asks}::boolean end)
      order by id for no key update
    )`,
    using: sql`due`,
    where: sql`t.id = due.id`,
    returning: sql<Omit<ClaimedPayout, 'destination'> & SealedAccount & { before: PayoutStatus }>`
      t.id, t.key, t.purpose, t.subject_id, t.amount_idr, t.description, t.channel_code, t.account_number,
      t.account_holder, t.status, t.attempt, t.provider_payout_id, t.called_at, coalesce(t.last_called_at, t.called_at) as last_called_at,
      t.absent_at, t.calls, t.lease_until, due.before, due.ask`,
  })
  for (const row of rows.filter((item) => item.before === 'created')) {
    work.emit({ type: 'payout.submitted', aggregate: ['payout', row.id], payload: payoutEventPayload(row) })
  }
  return rows.map(({ before: _, channelCode, accountNumber, accountHolder, ...payout }) => ({
    ...payout,
    destination: openAccount(work.vault, { channelCode, accountNumber, accountHolder }),
  }))
}

/**
 * Returns the milliseconds left of this worker's lease on a payout; undefined if the lease has ended or
 * another worker has it.
 */
export async function leaseLeft(work: Work, { id, leaseUntil }: ClaimedPayout): Promise<number | undefined> {
  const { rows } = await sql`
    select from payouts where id = ${id} and lease_until = ${leaseUntil} and lease_until > ${work.now}`.execute(
    work.tx,
  )
  return rows.length === 0 ? undefined : leaseUntil.getTime() - work.now.getTime()
}

/**
 * Postpones by a minute the payouts that may not be sent now. If `asks` is false, it also postpones the
 * payouts about which the provider may not be asked now.
 */
async function postpone(work: Work, payoutIds: readonly string[], asks: boolean): Promise<void> {
  await sql`
    update payouts set next_check_at = ${secondsAfter(work.now, PAUSED_S)}
    where id = any(${payoutIds}::uuid[]) and next_check_at is not null and (called_at is null or ${!asks}::boolean)`.execute(
    work.tx,
  )
}

const OLDER_AGAIN_S = 900

/**
 * Postpones the check of payouts that wait for an older payout of the same settlement or withdrawal to end.
 */
async function waitForOlder({ tx, now }: Work, payoutIds: readonly string[]): Promise<void> {
  await sql`
    update payouts p set next_check_at = ${secondsAfter(now, OLDER_AGAIN_S)}
    where id = any(${payoutIds}::uuid[]) and status = 'created' and next_check_at is not null and ${olderMoves}`.execute(
    tx,
  )
}
