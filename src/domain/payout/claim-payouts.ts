import { sql } from 'kysely'
import { type BankAccount, isPaused, moveState, secondsAfter, type Work } from '../kernel/index.ts'
import { openAccount, type SealedAccount } from './destination.ts'
import type { PayoutPurpose } from './events.ts'
import { payoutNews } from './payout-news.ts'
import { type PayoutStatus, payoutMachine } from './transitions.ts'

/** A payout to be sent or asked about. */
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
  /** Nothing of it can have reached the provider yet: it is sent. Otherwise it is asked about. */
  sends: boolean
  /** Since when it may be there. */
  calledAt: Date
  submittedAt: Date
}

/** Longer than the call can take: nobody else sends the same payout meanwhile. */
const CALL_S = 60
const PAUSED_S = 60

/**
 * Takes payouts to be sent or asked about, each by one worker at a time. Those created move to submitted, and tell it, for
 * from here on the money may be gone. While `payouts` is paused nothing is sent, while `xendit` is nothing is asked either: they
 * wait. Any other state is left out, so a job that comes twice does nothing.
 */
export async function claimPayouts(work: Work, payoutIds: readonly string[]): Promise<ClaimedPayout[]> {
  if (payoutIds.length === 0) return []
  const asks = !(await isPaused(work.tx, 'xendit'))
  const sends = asks && !(await isPaused(work.tx, 'payouts'))
  if (!asks || !sends) await postpone(work, payoutIds, asks)
  const rows = await moveState(work, payoutMachine, {
    to: sql<PayoutStatus>`case due.before when 'created' then 'submitted' else due.before end`,
    stays: true,
    set: {
      nextCheckAt: secondsAfter(work.now, CALL_S),
      attempt: sql`t.attempt + 1`,
      calledAt: sql`coalesce(t.called_at, ${work.now})`,
      submittedAt: sql`coalesce(t.submitted_at, ${work.now})`,
    },
    with: sql`due as (
      select id, status as before, called_at is null as sends from payouts
      where id = any(${payoutIds}::uuid[]) and next_check_at is not null and (
        status = 'created' or (status in ('submitted', 'succeeded') and next_check_at <= ${work.now}))
        and (case when called_at is null then ${sends}::boolean else ${asks}::boolean end)
      order by id for no key update
    )`,
    using: sql`due`,
    where: sql`t.id = due.id`,
    returning: sql<Omit<ClaimedPayout, 'destination'> & SealedAccount & { before: PayoutStatus }>`
      t.id, t.key, t.purpose, t.subject_id, t.amount_idr, t.description, t.channel_code, t.account_number,
      t.account_holder, t.status, t.attempt, t.provider_payout_id, t.called_at, t.submitted_at, due.before, due.sends`,
  })
  for (const row of rows.filter((one) => one.before === 'created')) {
    work.emit({ type: 'payout.submitted', aggregate: ['payout', row.id], payload: payoutNews(row) })
  }
  return rows.map(({ before: _, channelCode, accountNumber, accountHolder, ...payout }) => ({
    ...payout,
    destination: openAccount(work.vault, { channelCode, accountNumber, accountHolder }),
  }))
}

/** What may not be sent now (and, unless `asks`, what may not be asked about) comes back in a minute. */
async function postpone(work: Work, payoutIds: readonly string[], asks: boolean): Promise<void> {
  await sql`
    update payouts set next_check_at = ${secondsAfter(work.now, PAUSED_S)}
    where id = any(${payoutIds}::uuid[]) and next_check_at is not null and (called_at is null or ${!asks}::boolean)`.execute(
    work.tx,
  )
}
