import { sql } from 'kysely'
import { actorLabel, insertRows, newId, secondsAfter, type Work } from '../kernel/index.ts'
import { openValue, type Sealed, type Subject, type SubjectKind, sealValue } from './sealed-values.ts'

/** The kind of login contact or payment detail that changed. */
export type Way = 'phone' | 'email' | 'bank_account' | 'tax_id'

export interface NewChange {
  subject: Subject
  way: Way
  /** The old contact or payment detail as plain text; null if there was none. */
  old: string | null
  /** The new phone number or email address as plain text, confirmed or not. */
  newValue?: string | null | undefined
  /** The database id of the bank account, if the change is a newly added bank account. */
  accountId?: string
}

/**
 * Records the change of a login contact or payment detail. The old contact is notified (by the event
 * way_in.changed), and its holder may stop the change within policy.wayInCoolingHours. Returns the old value,
 * encrypted for the audit log; null if there was none.
 */
export async function recordChange(work: Work, change: NewChange): Promise<Sealed | null> {
  const { subject, way, old, newValue = null, accountId = null } = change
  const [subjectKind, subjectId] = subject
  const oldSealed = old === null ? null : await sealValue(work, subject, old)
  const newSealed = newValue === null ? null : await sealValue(work, subject, newValue)
  const id = newId()
  await insertRows(work.tx, 'wayChanges', [
    {
      id,
      subjectKind,
      subjectId,
      way,
      oldSealed,
      newSealed,
      accountId,
      changedBy: actorLabel(work.actor),
      changedAt: work.now,
      stoppableUntil: secondsAfter(work.now, work.policy.wayInCoolingHours * 3600),
    },
  ])
  const payload = { changeId: id, subjectKind, subjectId, way, replaced: old !== null }
  work.emit({ type: 'way_in.changed', aggregate: [subjectKind, subjectId], payload })
  return oldSealed === null ? null : { sealed: oldSealed }
}

export interface WayChange {
  id: string
  subject: Subject
  way: Way
  old: string | null
  /** The phone number or email address that was set; null if none was set, or it was not recorded. */
  newValue: string | null
  accountId: string | null
  /** The person or program that made the change, as the audit log names them. */
  changedBy: string
  changedAt: Date
  stoppableUntil: Date
  stoppedAt: Date | null
  /** Whether the change was stopped, but nothing was changed back. */
  stands: boolean
}

interface Row extends Omit<WayChange, 'subject' | 'old' | 'newValue'> {
  subjectKind: SubjectKind
  subjectId: string
  oldSealed: string | null
  newSealed: string | null
}

const columns = sql`
  id, subject_kind, subject_id, way, old_sealed, new_sealed, account_id, changed_by, changed_at, stoppable_until, stopped_at, stands`

async function opened(
  work: Work,
  { subjectKind, subjectId, oldSealed, newSealed, ...row }: Row,
): Promise<WayChange> {
  const subject = [subjectKind, subjectId] as const
  const openIf = async (sealed: string | null) => sealed && (await openValue(work, subject, sealed))
  return { ...row, subject, old: await openIf(oldSealed), newValue: await openIf(newSealed) }
}

/**
 * Locks and returns one recorded change of a login contact or payment detail; undefined if its user or
 * factory was erased after the change.
 */
export async function lockChange(work: Work, id: string): Promise<WayChange | undefined> {
  const { rows } = await sql<Row>`
    select ${columns} from way_changes where id = ${id}::uuid for no key update`.execute(work.tx)
  return rows[0] && (await opened(work, rows[0]))
}

/**
 * Returns the changes of a user's or factory's contacts and payment details from the time `since` on, the
 * oldest first. Changes that were stopped and undone are left out.
 */
export async function changesOf(work: Work, [kind, id]: Subject, since: Date): Promise<WayChange[]> {
  const { rows } = await sql<Row>`
    select ${columns} from way_changes
    where subject_kind = ${kind} and subject_id = ${id}::uuid and changed_at >= ${since}
      and (stopped_at is null or stands)
    order by changed_at, id`.execute(work.tx)
  return await Promise.all(rows.map((row) => opened(work, row)))
}

/**
 * Returns everybody who made this change or took part in it, and everybody who made another change of the
 * same user or factory that was stopped from the time `since` on, as the audit log names them. One person
 * sets a factory's bank account and another approves it, so both took part.
 */
export async function changersOf(
  work: Work,
  { id, subject, accountId }: WayChange,
  since: Date,
): Promise<string[]> {
  const [kind, subjectId] = subject
  const { rows } = await sql<{ changedBy: string }>`
    select distinct changed_by from way_changes
    where subject_kind = ${kind} and subject_id = ${subjectId}::uuid
      and (id = ${id}::uuid or stopped_at >= ${since} or account_id = ${accountId}::uuid)`.execute(work.tx)
  return rows.map(({ changedBy }) => changedBy)
}

/**
 * Marks a change of a login contact or payment detail as stopped. If the change was undone, later changes of
 * the same contact are stopped too, because they build on it. If it added a bank account or could not be
 * undone, only that one change is stopped. Otherwise its link would use up the links of later changes.
 */
export async function stopWayChange(
  work: Work,
  { id, subject, way, changedAt }: WayChange,
  { undone }: { undone: boolean },
): Promise<void> {
  const [kind, subjectId] = subject
  const alone = !undone || way === 'bank_account'
  await sql`
    update way_changes set stopped_at = coalesce(stopped_at, ${work.now}), stands = ${!undone}
    where subject_kind = ${kind} and subject_id = ${subjectId}::uuid and way = ${way} and changed_at >= ${changedAt}
      and (stopped_at is null or stands) and (not ${alone}::boolean or id = ${id}::uuid)`.execute(work.tx)
  work.emit({
    type: 'way_in.stopped',
    aggregate: subject,
    payload: { changeId: id, subjectKind: kind, subjectId },
  })
}
