import { sql } from 'kysely'
import { type AttentionItem, secondsAfter, type Work } from '../../kernel/index.ts'
import type { LockedPayment } from './lock.ts'

/** Seconds until the first check after a contradiction. */
const FIRST_LOOK_S = 30

type Contradiction = Pick<LockedPayment, 'contradictedAt' | 'contradictionDecidedAt'>

/**
 * Returns true if a webhook says that the payment was paid, its invoice reads otherwise, and no person has
 * decided.
 */
export const isContradicted = ({ contradictedAt, contradictionDecidedAt }: Contradiction): boolean =>
  contradictedAt !== null && contradictionDecidedAt === null

/**
 * Marks locked payments that a webhook calls paid while their invoices read otherwise. A marked payment does
 * not end, because its participation or order may be paid for and would be given away. The provider is asked
 * again soon.
 */
export async function contradictPayments(work: Work, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return
  await sql`
    update payments set contradicted_at = ${work.now},
      next_check_at = case when status = 'pending' then least(next_check_at, ${secondsAfter(work.now, FIRST_LOOK_S)}) else next_check_at end
    where id = any(${paymentIds}::uuid[]) and status in ('pending', 'expired') and contradicted_at is null`.execute(
    work.tx,
  )
}

/** Records a person's decision that no money came in: the payment may then end, whatever the webhook said. */
export async function decideContradiction(work: Work, paymentId: string): Promise<void> {
  await sql`
    update payments set contradiction_decided_at = ${work.now}
    where id = ${paymentId} and contradicted_at is not null and contradiction_decided_at is null`.execute(
    work.tx,
  )
}

/** Builds the notice to staff about a payment that a webhook calls paid while its invoice reads otherwise. */
export const unresolved = ({ id, code }: { id: string; code: string }, reads: string): AttentionItem => ({
  kind: 'payment_unresolved',
  subject: ['payment', id],
  message: `a webhook says that ${code} was paid, and its invoice reads ${reads}: it waits with what it holds until the provider agrees with itself, or you decide`,
  command: `laku payments sync ${code}`,
  details: { otherwise: `laku payments expire ${code}` },
})
