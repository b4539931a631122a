import { sql } from 'kysely'
import { doubtDatabase, originOf, readInstallationId, type Work } from '../kernel/index.ts'

/**
 * Records a doubt about this database: the provider has a reference that only this installation makes, but no
 * row here has it. So rows are missing here, as they are in a database that was started from a backup while
 * the shop continued. Until the missing data is taken over from the provider, no money is paid out. A
 * reference that is already in suspense, or that another installation made, raises no doubt.
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
 * Tells whether the money of a payment, refund or payout at the provider is or was in suspense. It is found
 * by its reference there or by the provider's id.
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
