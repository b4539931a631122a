import { sql } from 'kysely'
import { secondsAfter, type Vault, type Work } from '../kernel/index.ts'

const PURPOSE = 'whatsapp.sealed_params'

export function sealParams(vault: Vault, params: readonly string[]): string {
  return vault.seal(PURPOSE, JSON.stringify(params))
}

export function openParams(vault: Vault, sealed: string): string[] {
  return JSON.parse(vault.open(PURPOSE, sealed)) as string[]
}

/**
 * Returns the decrypted parameters of a message (such as a one-time code), so that another channel can send
 * them; undefined once they are deleted.
 */
export async function secretParamsOf(work: Work, dedupeKey: string): Promise<string[] | undefined> {
  const row = await work.tx
    .selectFrom('whatsappMessages')
    .select('sealedParams')
    .where('dedupeKey', '=', dedupeKey)
    .executeTakeFirst()
  return row?.sealedParams ? openParams(work.vault, row.sealedParams) : undefined
}

const KEPT_S = 3600

/**
 * Deletes the encrypted parameters of up to `limit` messages older than an hour, because their one-time codes
 * have expired by then. Returns how many.
 */
export async function forgetSecretParams(work: Work, limit: number): Promise<number> {
  const result = await sql`
    update whatsapp_messages set sealed_params = null where id in (
      select id from whatsapp_messages
      where sealed_params is not null and status <> 'queued' and created_at < ${secondsAfter(work.now, -KEPT_S)}
      order by created_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
