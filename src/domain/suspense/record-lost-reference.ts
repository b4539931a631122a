import { sql } from 'kysely'
import { doubtDatabase, originOf, readInstallationId, type Work } from '../kernel/index.ts'

/**
 * Records a reference at the provider that only this laku gives and that has no row here. It means that this
 * database lacks its own work, like a copy that was started while the shop went on. No money leaves until
 * what the provider knows was taken over. A reference in suspense was found before, and a reference of
 * another installation is only money without a place.
 */
export async function recordLostReference(
  work: Work,
  { reference, providerId }: { reference: string | null; providerId: string },
): Promise<void> {
  if (!reference) return
  const origin = originOf(reference, await readInstallationId(work.tx))
  if (origin !== 'ours' && origin !== 'unmarked') return
  const { rows } = await sql`
    select from suspense_items where code = ${reference} or reference = ${reference} or provider_id = ${providerId} limit 1`.execute(
    work.tx,
  )
  if (rows.length === 0) await doubtDatabase(work, `the provider has ${reference}, which is in no row here`)
}
