import { sql } from 'kysely'
import { type AttentionItem, inSql, secondsAfter, type Work } from '../../kernel/index.ts'
import { payableStates } from '../transitions.ts'
import type { LockedPayment } from './lock.ts'

/**
 * The time (s) after which laku asks Xendit again about a payment whose webhook and invoice contradict each
 * other.
 */
const FIRST_LOOK_S = 30

type Contradiction = Pick<LockedPayment, 'contradictedAt' | 'contradictionDecidedAt'>

/**
 * Returns true if a webhook says that the payment is paid, its invoice says otherwise, and no person has
 * decided yet.
 */
export const isContradicted = ({ contradictedAt, contradictionDecidedAt }: Contradiction): boolean =>
  contradictedAt !== null && contradictionDecidedAt === null

/**
 * Marks payments that are paid according to a webhook, while their invoices say otherwise. The caller has
 * locked the payments' rows. A marked payment does not expire. Otherwise its stock or place would be given
 * away, although its money may have arrived. Laku soon asks Xendit again.
 */
export async function contradictPayments(work: Work, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return
  await sql`
    update payments set contradicted_at = ${work.now},
      next_check_at = case when status = 'pending' then least(next_check_at, ${secondsAfter(work.now, FIRST_LOOK_S)}) else next_check_at end
    where id = any(${paymentIds}::uuid[]) and status in ${inSql(payableStates)} and contradicted_at is null`.execute(
    work.tx,
  )
}

/**
 * Records a person's decision that the money of a payment did not arrive, although a webhook reported the
 * payment as paid. From then on the payment may expire, whatever the webhook said.
 */
export async function decideContradiction(work: Work, paymentId: string): Promise<void> {
  await sql`
    update payments set contradiction_decided_at = ${work.now}
    where id = ${paymentId} and contradicted_at is not null and contradiction_decided_at is null`.execute(
    work.tx,
  )
}

/**
 * Builds the attention item about a payment that is paid according to a webhook, while its invoice says
 * otherwise.
 */
export const unresolved = ({ id, code }: { id: string; code: string }, reads: string): AttentionItem => ({
  kind: 'payment_unresolved',
  subject: ['payment', id],
  message: `A webhook says that ${code} was paid, but its invoice says ${reads}. The payment waits until both agree: ask the provider again, or expire the payment.`,
  command: `laku payments sync ${code}`,
  details: { otherwise: `laku payments expire ${code}` },
})
