import { type RawBuilder, sql } from 'kysely'
import { kernelErrors } from './kernel-errors.ts'
import type { Tx, Work } from './work.ts'

/**
 * True where this is the database that laku knows: the same cluster and timeline, its row not written anew by
 * a dump that was read back, no restore of laku's own since, and nothing at the provider that it did and does
 * not know. It reads a row and the control file, and takes 50 µs.
 */
export const databaseIsKnown: RawBuilder<boolean> = sql<boolean>`exists (
  select from database_identity i
  where not i.is_restored and i.doubt is null and i.system_id = (pg_control_system()).system_identifier::text and i.timeline = this_timeline()
    and i.xmin::text::numeric = i.written_in::text::numeric % 4294967296)`

export interface DatabaseDoubt {
  /** In words: what is not as it was. */
  why: string
  /** The place where laku reached the database that it knew; null where no worker had said. */
  place: string | null
  /**
   * Laku itself restored a backup, or the provider has what only this shop can have done: something is
   * missing for sure.
   */
  isRestored: boolean
}

/** Why this is not the database that laku knew; undefined where it is. */
export async function databaseDoubt(tx: Tx): Promise<DatabaseDoubt | undefined> {
  const { rows } = await sql<DatabaseDoubt & { known: boolean }>`
    select ${databaseIsKnown} as known, i.place, i.is_restored or i.doubt is not null as is_restored,
      case
        when i.is_restored then 'a backup was restored'
        when i.doubt is not null then i.doubt
        when i.system_id <> (pg_control_system()).system_identifier::text then 'it is a copy in another database cluster'
        when i.timeline <> this_timeline() then 'a standby or a restored copy was promoted'
        else 'its rows were written anew from a dump'
      end as why
    from database_identity i`.execute(tx)
  const [row] = rows
  if (!row)
    return { why: 'the row that says which database it is was deleted', place: null, isRestored: false }
  const { known, ...doubt } = row
  return known ? undefined : doubt
}

/** @throws kernel.database_in_doubt */
export async function requireKnownDatabase(tx: Tx): Promise<void> {
  const doubt = await databaseDoubt(tx)
  if (doubt) throw kernelErrors.database_in_doubt({ why: doubt.why })
}

/** Says that this is the database from now on: its marks, and the place where it is reached. */
export async function recordDatabaseIdentity({ tx }: Work, place: string): Promise<void> {
  await sql`
    insert into database_identity (system_id, timeline, place)
    values ((pg_control_system()).system_identifier::text, this_timeline(), ${place})
    on conflict (one) do update set system_id = excluded.system_id, timeline = excluded.timeline, place = excluded.place,
      written_in = pg_current_xact_id(), is_restored = false, doubt = null`.execute(tx)
}

/**
 * The first worker says where the database is reached; a later one that reaches it elsewhere changes nothing.
 */
export async function recordFirstPlace(work: Work, place: string): Promise<void> {
  const { rows } = await sql`
    select from database_identity where place is null and ${databaseIsKnown} for update`.execute(work.tx)
  if (rows.length > 0) await recordDatabaseIdentity(work, place)
}

/**
 * Something says, in words, that this database lacks what the shop did: nothing leaves until that was taken
 * over.
 */
export async function doubtDatabase(work: Work, why: string): Promise<void> {
  const { rows } = await sql`
    update database_identity set doubt = ${why}, written_in = pg_current_xact_id()
    where ${databaseIsKnown} returning one`.execute(work.tx)
  if (rows.length > 0) reportDatabaseInDoubt(work, why)
}

/**
 * The server of a data folder is always reached by a place of that folder: at another one it is a copy, or
 * was moved, and only its owner knows which.
 */
export async function doubtMoved(work: Work, place: string): Promise<void> {
  const { rows } = await sql<{ place: string }>`
    select place from database_identity where place is not null and place <> ${place}`.execute(work.tx)
  const [was] = rows
  if (was) await doubtDatabase(work, `its data folder is another one than before: ${place}, not ${was.place}`)
}

export function reportDatabaseInDoubt(work: Work, why: string): void {
  work.requestAttention({
    kind: 'database_in_doubt',
    subject: ['database', 'identity'],
    message: `no money moves: ${why}`,
    command: 'laku payments adopt --reason …',
  })
}
