import { type RawBuilder, sql } from 'kysely'
import { personOf, type Rupiah, type Work } from '../../kernel/index.ts'
import { countUse, isPerson, type LimitUse, secondPersonRefused, takeLimit } from '../../ops/index.ts'
import { payoutErrors } from '../errors.ts'
import type { PayoutPurpose } from '../events.ts'

/**
 * The failure code of a payout that the bank rejected, or paid and sent back. The payout is a line of a batch
 * of bank transfers.
 */
export const BANK_REJECTED = 'BANK_REJECTED'

/**
 * The SQL condition that a person said of payout `o`, in a bank's file, that it was not paid or came back.
 */
export const returnedByWord: RawBuilder<boolean> = sql`(o.route = 'bank' and o.failure_code = ${BANK_REJECTED} and (o.status = 'reversed' or o.status = 'failed' and o.in_file))`

/** A line (a transfer) of a batch, as far as limits need it. */
export interface Returned {
  id: string
  purpose: PayoutPurpose
  subjectId: string
  userId: string | null
  factoryId: string | null
  amountIdr: Rupiah
  status: 'submitted' | 'succeeded' | 'failed' | 'reversed'
  /** True if a file that was handed out contains the line. */
  inFile: boolean
}

export interface ItsBatch {
  id: string
  handedOutBy: string | null
  /** Everybody who took the batch's file. */
  takenBy: readonly string[]
}

/** Returns the receiver of a line's money, as the limits count it. */
export const receiverOf = ({ userId, factoryId }: Pick<Returned, 'userId' | 'factoryId'>): string =>
  userId === null ? `factory:${factoryId}` : `user:${userId}`

/**
 * Counts a line that the bank did not pay or sent back as money that the acting person gives away, so that
 * this person's limits apply. Only the bank knows whether the line arrived. If it did, its receiver is paid
 * twice: a withdrawal is in the wallet again, and a settlement may be paid again.
 *
 * The person who took the batch's file can pay with it. So if another person, who is independent of
 * everybody who took the file or recorded the line as paid, says that the bank did not pay it, the two decide
 * together and no limit applies. If the line is recorded as paid, nobody of the first group may say that it
 * came back, unless a second person allowed it before.
 * @throws kernel.second_person_needed, approver_not_independent, second_factor_needed, second_factor_missing,
 * role_too_new, factor_too_new
 */
export async function takeReturned(work: Work, batch: ItsBatch, line: Returned): Promise<void> {
  const use = useOf(line)
  if (!use) return
  const isPaid = line.status === 'succeeded'
  const involved = await involvedIn(work, batch, line)
  const [first] = involved
  if (first !== undefined && (await isOtherThan(work, involved, isPaid)))
    await countUse(work, { ...use, person: first }, personOf(work.actor))
  else await takeLimit(work, use, isPaid)
}

/**
 * Builds the record by which a line is counted towards limits. Each transfer of a settlement counts by
 * itself. A transfer that is in no file was not paid, so its settlement is not counted.
 */
function useOf(line: Returned): LimitUse | undefined {
  const { id, purpose, subjectId, userId, factoryId, amountIdr, status, inFile } = line
  const receiver = receiverOf(line)
  if (purpose === 'withdrawal')
    return userId === null
      ? undefined
      : { kind: 'withdrawal_returned', subject: ['withdrawal', subjectId], receiver, amountIdr }
  if (factoryId === null || !(inFile || status === 'succeeded')) return undefined
  return { kind: 'settlement_returned', subject: ['payout', id], receiver, amountIdr }
}

/** Returns the people who took a batch's file, and who recorded its line as paid. Services are left out. */
async function involvedIn(work: Work, batch: ItsBatch, line: Returned): Promise<string[]> {
  const { rows } = await sql<{ notedBy: string }>`
    select noted_by from bank_references
    where (subject_kind, subject_id) in (('payout', ${line.id}), ('bank_batch', ${batch.id}))`.execute(
    work.tx,
  )
  const named = [
    ...(batch.handedOutBy === null ? [] : [batch.handedOutBy]),
    ...batch.takenBy,
    ...rows.map(({ notedBy }) => notedBy),
  ]
  const people: string[] = []
  for (const name of new Set(named)) if (await isPerson(work, name)) people.push(name)
  return people
}

/**
 * Tells whether the actor is independent of all these people. If the actor is none of them, but no second
 * person for them either, a line that was recorded as paid is refused with the reason: a second factor may be
 * missing.
 */
async function isOtherThan(work: Work, people: readonly string[], isPaid: boolean): Promise<boolean> {
  const own = payoutErrors.batch_same_person()
  for (const person of people) {
    const refused = await secondPersonRefused(work, person, () => own)
    if (!refused) continue
    if (refused === own || !isPaid) return false
    throw refused
  }
  return true
}
