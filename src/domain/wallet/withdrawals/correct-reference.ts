import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { type CorrectedReference, correctReference } from '../../payout/index.ts'
import { failedWithdrawalStates } from '../transitions.ts'

/**
 * Corrects a mistyped bank reference wherever it is recorded. If staff paid a withdrawal by hand under this
 * reference, the withdrawal's row is corrected too.
 * @throws payout.reference_unknown, reference_in_use, reference_used, reference_invalid, reason_required,
 * kernel.forbidden
 */
export async function correctBankReference(
  work: Work,
  input: { reference: string; to?: string | undefined },
): Promise<CorrectedReference> {
  const corrected = await correctReference(work, input, (noted) => isStillPaid(work, noted))
  const { of, was, reference } = corrected
  if (of.kind !== 'withdrawal') return corrected
  const { rows } = await sql<{ code: string }>`
    update withdrawals set hand_reference = case when btrim(hand_reference) = ${was} then ${reference} else hand_reference end
    where id = ${of.id}::uuid returning code`.execute(work.tx)
  return { ...corrected, of: { ...of, code: rows[0]?.code ?? null } }
}

/**
 * Tells whether booked money depends on a reference. It does not, if the reference is of a withdrawal that
 * staff paid by hand and that came back. If the money arrived after all, the retry needs that reference.
 */
async function isStillPaid(
  work: Work,
  { subjectKind, subjectId }: { subjectKind: string; subjectId: string },
): Promise<boolean> {
  if (subjectKind !== 'withdrawal') return true
  const { rows } = await sql`
    select from withdrawals where id = ${subjectId}::uuid and status in ${inSql(failedWithdrawalStates)}`.execute(
    work.tx,
  )
  return rows.length === 0
}
