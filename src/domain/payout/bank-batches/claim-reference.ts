import { sql } from 'kysely'
import { actorLabel, identityOf, type Tx, type Work } from '../../kernel/index.ts'
import { payoutErrors } from '../errors.ts'

/**
 * Returns a bank's reference in the form in which references are compared: only capital letters and digits.
 * Full-width letters and digits become plain ones before that. Otherwise they would be left out, and two
 * spellings of one reference would count as two.
 */
export const normalReference = (given: string): string => identityOf(given).replaceAll(/[^A-Z0-9]/g, '')

/**
 * Records that a bank reference belongs to one object, such as a payout. A reference may be used only once.
 * This holds across settlements, withdrawals, batches, payments by hand and top-ups of the courier's deposit.
 * If one of `hadBy` has it already, the reference stays with that object and is accepted. This is for a line
 * (a transfer) that a person recorded as rejected by mistake: it gives its own reference again.
 * @throws payout.reference_invalid, reference_used with what it is of
 */
export async function claimBankReference(
  work: Work,
  given: string,
  [subjectKind, subjectId]: readonly [string, string],
  hadBy: readonly (readonly [string, string])[] = [],
): Promise<void> {
  const reference = normalReference(given)
  if (reference.length < 4) throw payoutErrors.reference_invalid({ reference: given })
  const { rows } = await sql<{ reference: string }>`
    insert into bank_references (reference, given, subject_kind, subject_id, noted_by, noted_at)
    values (${reference}, ${given.trim()}, ${subjectKind}, ${subjectId}, ${actorLabel(work.actor)}, ${work.now})
    on conflict (reference) do nothing returning reference`.execute(work.tx)
  if (rows.length > 0) return
  const holder = await holderOfReference(work.tx, given)
  if (hadBy.some(([kind, id]) => holder?.subjectKind === kind && holder.subjectId === id)) return
  throw payoutErrors.reference_used({ reference: given, of: holder })
}

/** Returns the kind and id of the object, such as a payout, to which a bank reference belongs. */
export async function holderOfReference(
  tx: Tx,
  given: string,
): Promise<{ subjectKind: string; subjectId: string } | undefined> {
  const { rows } = await sql<{ subjectKind: string; subjectId: string }>`
    select subject_kind, subject_id from bank_references where reference = ${normalReference(given)}`.execute(
    tx,
  )
  return rows[0]
}

/** Locks a bank reference, and returns the kind and id of the object to which it belongs. */
export async function lockReference(
  tx: Tx,
  given: string,
): Promise<{ subjectKind: string; subjectId: string } | undefined> {
  const { rows } = await sql<{ subjectKind: string; subjectId: string }>`
    select subject_kind, subject_id from bank_references where reference = ${normalReference(given)} for update`.execute(
    tx,
  )
  return rows[0]
}

/** Deletes a bank reference on which no booked money depends any more, so that another object may use it. */
export async function freeBankReference(work: Work, given: string): Promise<void> {
  await sql`delete from bank_references where reference = ${normalReference(given)}`.execute(work.tx)
}
