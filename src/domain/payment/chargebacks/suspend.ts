import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'

/** The money of a chargeback line that laku cannot assign. */
interface UnassignedChargeback {
  /** The id of the chargeback's line in Xendit's transaction list. */
  transactionId: string
  /** Above zero: money that a card issuer took. Below zero: money that came back. Rupiah. */
  amountIdr: Rupiah
  userId: string | null
  /** The id of the payment or of the quarantined money that was charged back, if it is known. */
  subjectId?: string | null
  /**
   * The code of the suspense item that the money clears, if that is known. Otherwise the money gets the code
   * of the line's earlier items, or else the line's id.
   */
  code?: string
}

/**
 * The reasons for which the money of a chargeback line goes into suspense, with the sentence for staff. `of`
 * is the code of the payment, or the line's own reference.
 */
const reasons = {
  too_much: (of: string) => `more was charged back of ${of} than its buyer paid`,
  given: () => 'money that was given out of quarantine was charged back, so its receiver has it twice',
  unknown: (of: string) => `money was charged back, but laku knows no payment for it (${of})`,
  no_chargeback: () => 'a dispute was won, but no chargeback is booked for it',
  won_more: () => 'a dispute was won for more than is booked as charged back',
  won_back: () => 'a dispute was won whose chargeback is in suspense',
  corrected: () => 'the provider corrected a chargeback',
  came_late: () => 'the line of a chargeback came after its posting was put into suspense',
} as const satisfies Record<string, (of: string) => string>

/**
 * Puts the money of a chargeback line of Xendit's transaction list into suspense (money without a known
 * purpose). Each call makes a new item, because two parts of one line may go there for two reasons. The
 * caller passes only money that is not booked yet. Staff decide where the money belongs.
 */
export async function suspendChargeback(
  work: Work,
  { transactionId, amountIdr, userId, subjectId = null, code: given }: UnassignedChargeback,
  reason: keyof typeof reasons,
  of = 'no reference',
): Promise<void> {
  const { nth, code } = await suspendedBefore(work, transactionId)
  await putIntoSuspense(work, {
    key: `line:${transactionId}:${nth}`,
    code: given ?? code ?? transactionId,
    kind: 'chargeback',
    subjectId,
    providerId: transactionId,
    amountIdr,
    userId,
    why: reasons[reason](of),
  })
}

/** Returns how many suspense items a line has, and their code. */
async function suspendedBefore(
  work: Work,
  transactionId: string,
): Promise<{ nth: number; code: string | null }> {
  const { rows } = await sql<{ nth: number; code: string | null }>`
    select count(*)::int as nth, (array_agg(code order by created_at, id))[1] as code from suspense_items where provider_id = ${transactionId}`.execute(
    work.tx,
  )
  return rows[0] ?? { nth: 0, code: null }
}
