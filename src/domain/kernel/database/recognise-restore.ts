import { type RawBuilder, sql } from 'kysely'
import { kernelErrors } from '../kernel-errors.ts'
import type { Tx, Work } from '../work.ts'

/**
 * An SQL condition that is true if this database is the one that laku knows, and not a copy or a restored
 * backup. Three facts must hold. The database's cluster and timeline are the recorded ones. Its identity row
 * is the original one, because the restore of a dump would write a new row. No doubt about the database is
 * recorded, for example that data are missing.
 *
 * The condition reads one row and the control file, which takes 50 µs.
 */
export const databaseIsKnown: RawBuilder<boolean> = sql<boolean>`exists (
  select from database_identity i
  where not i.is_restored and i.doubt is null and i.system_id = (pg_control_system()).system_identifier::text and i.timeline = this_timeline()
    and i.xmin::text::numeric = i.written_in::text::numeric % 4294967296)`

export interface DatabaseDoubt {
  /** The text that says how this database differs from the one that laku knows. */
  why: string
  /** The address at which laku reached the known database; null if no worker has recorded an address. */
  place: string | null
  /**
   * True if data are certainly missing: laku itself restored a backup, or the provider has objects of this
   * shop that this database lacks.
   */
  isRestored: boolean
}

/** Returns why this is not the database that laku knows; undefined if it is. */
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
  if (!row) return { why: 'the row that identifies the database was deleted', place: null, isRestored: false }
  const { known, ...doubt } = row
  return known ? undefined : doubt
}

/** @throws kernel.database_in_doubt */
export async function requireKnownDatabase(tx: Tx): Promise<void> {
  const doubt = await databaseDoubt(tx)
  if (doubt) throw kernelErrors.database_in_doubt({ why: doubt.why })
}

/**
 * Records this database as the known one: its cluster, its timeline, and the address at which laku reaches
 * it.
 */
export async function recordDatabaseIdentity({ tx }: Work, place: string): Promise<void> {
  await sql`
    insert into database_identity (system_id, timeline, place)
    values ((pg_control_system()).system_identifier::text, this_timeline(), ${place})
    on conflict (one) do update set system_id = excluded.system_id, timeline = excluded.timeline, place = excluded.place,
      written_in = pg_current_xact_id(), is_restored = false, doubt = null`.execute(tx)
}

/**
 * Records the address at which the first worker reaches the database. If an address is recorded already, a
 * later worker changes nothing.
 */
export async function recordFirstPlace(work: Work, place: string): Promise<void> {
  const { rows } = await sql`
    select from database_identity where place is null and ${databaseIsKnown} for update`.execute(work.tx)
  if (rows.length > 0) await recordDatabaseIdentity(work, place)
}

/**
 * Records that this database may lack data, and why. No money is paid out until the missing data are taken
 * over from the provider.
 */
export async function doubtDatabase(work: Work, why: string): Promise<void> {
  const { rows } = await sql`
    update database_identity set doubt = ${why}, written_in = pg_current_xact_id()
    where ${databaseIsKnown} returning one`.execute(work.tx)
  if (rows.length > 0) reportDatabaseInDoubt(work, why)
}

/**
 * Records a doubt about the database if its data folder is not the one that laku knows. Then the database is
 * a copy, or the folder was moved; only a person can know which.
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
    message: `No money moves now, because of this: ${why}. Check what happened, then take over what the provider knows.`,
    command: 'laku payments adopt --reason …',
  })
}
