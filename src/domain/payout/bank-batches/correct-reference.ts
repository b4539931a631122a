import { sql } from 'kysely'
import { requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { payoutErrors } from '../errors.ts'
import { claimBankReference, freeBankReference, normalReference } from './claim-reference.ts'

export interface CorrectedReference {
  was: string
  /** The corrected bank reference; null if the wrong one was only deleted. */
  reference: string | null
  of: { kind: string; id: string; code: string | null }
}

export interface Noted {
  given: string
  subjectKind: string
  subjectId: string
}

/**
 * Corrects a mistyped bank reference. The object for which it was entered (a payout, for example) gets the
 * right reference. If no right reference is given, the wrong one is only deleted; the deletion is refused if
 * booked money depends on the reference. Afterwards the wrong reference may be used for the object to which
 * it really belongs. `isStillPaid` tells whether booked money depends on a reference of another room's
 * object, such as a withdrawal.
 * @throws payout.reference_unknown, reference_in_use, reference_used, reference_invalid, reason_required,
 * kernel.forbidden
 */
export async function correctReference(
  work: Work,
  input: { reference: string; to?: string | undefined },
  isStillPaid: (noted: Noted) => Promise<boolean> = async () => true,
): Promise<CorrectedReference> {
  requireStaff(work.actor, 'finance')
  requireReason(work)
  const { reference: given, to } = input
  const reference = normalReference(given)
  const { rows } = await sql<Noted>`
    select given, subject_kind, subject_id from bank_references where reference = ${reference} for update`.execute(
    work.tx,
  )
  const [noted] = rows
  if (!noted) throw payoutErrors.reference_unknown({ reference: given })
  const { subjectKind: kind, subjectId: id } = noted
  const code = await codeOf(work, noted)
  if (to === undefined && (await standsOn(work, noted, isStillPaid)))
    throw payoutErrors.reference_in_use({ reference: given, of: code ?? id })
  // The wrong reference is deleted before the right one is stored. References are compared by capital letters
  // and digits only, so the two may count as the same reference.
  await freeBankReference(work, given)
  if (to !== undefined) await claimBankReference(work, to, [kind, id])
  work.audit({
    command: 'settle batches correct',
    subject: [kind, id],
    before: { reference: noted.given },
    after: { reference: to ?? null },
  })
  return { was: noted.given, reference: to ?? null, of: { kind, id, code } }
}

async function codeOf(work: Work, { subjectKind, subjectId }: Noted): Promise<string | null> {
  if (subjectKind === 'payout') {
    const { rows } = await sql<{ key: string }>`
      select key from payouts where id = ${subjectId}::uuid`.execute(work.tx)
    return rows[0]?.key ?? null
  }
  if (subjectKind !== 'bank_batch') return null
  const { rows } = await sql<{ number: string }>`
    select number::text from bank_batches where id = ${subjectId}::uuid`.execute(work.tx)
  return rows[0]?.number ?? null
}

/**
 * Returns true if booked money still depends on a bank reference. That is so in three cases. The reference
 * belongs to a paid line. It belongs to an object that was booked by hand. Or it belongs to a batch, and a
 * paid line of this batch has no reference of its own.
 */
async function standsOn(
  work: Work,
  noted: Noted,
  isStillPaid: (noted: Noted) => Promise<boolean>,
): Promise<boolean> {
  const { subjectKind, subjectId } = noted
  if (subjectKind !== 'payout' && subjectKind !== 'bank_batch') return await isStillPaid(noted)
  const which =
    subjectKind === 'payout' ? sql`p.id = ${subjectId}::uuid` : sql`p.batch_id = ${subjectId}::uuid`
  const own =
    subjectKind === 'payout'
      ? sql``
      : sql`and not exists (select from bank_references r where r.subject_kind = 'payout' and r.subject_id = p.id::text)`
  const { rows } = await sql`
    select from payouts p where ${which} and p.status = 'succeeded' ${own} limit 1`.execute(work.tx)
  return rows.length > 0
}
