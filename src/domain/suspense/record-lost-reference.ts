import { sql } from 'kysely'
import { doubtDatabase, originOf, readInstallationId, type Work } from '../kernel/index.ts'

/**
 * Records that this database probably lacks rows: the provider has a reference that only this installation
 * makes, but no row here has it. That happens after the database was restored from a backup. Until the
 * missing data is added from the provider, no money is paid out. A reference that is already in suspense, or
 * that another installation made, is ignored.
 */
export async function recordLostReference(
  work: Work,
  { reference, providerId }: { reference: string | null; providerId: string },
): Promise<void> {
  if (!reference) return
  const origin = originOf(reference, await readInstallationId(work.tx))
  if (origin !== 'ours' && origin !== 'unmarked') return
  if (!(await isInSuspense(work, { reference, providerId })))
    await doubtDatabase(work, `the provider has ${reference}, which is in no row here`)
}

/**
 * Tells whether the money with this reference or this provider's id is in suspense now, or was there before.
 */
export async function isInSuspense(
  { tx }: Pick<Work, 'tx'>,
  { reference, providerId }: { reference: string | null; providerId: string },
): Promise<boolean> {
  const { rows } = await sql`
    select from suspense_items where code = ${reference} or reference = ${reference} or provider_id = ${providerId} limit 1`.execute(
    tx,
  )
  return rows.length > 0
}
