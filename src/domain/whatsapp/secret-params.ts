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

/**
 * The text in a message's parameters or body in whose place its encrypted parameter is sent. Staff see this
 * text, and so read no link that only the recipient may use.
 */
export const SECRET_PLACE = '{{1}}'

/** Puts the decrypted parameters of a template into its other parameters: in their place, or before them. */
export function withSecrets(params: readonly string[], secrets: readonly string[]): string[] {
  if (!params.includes(SECRET_PLACE)) return [...secrets, ...params]
  return params.map((param) => (param === SECRET_PLACE ? (secrets[0] ?? param) : param))
}

const KEPT_S = 3600
/** A link stays longer than a code, because it can be used for days and its message can be sent again. */
const LINK_KEPT_S = 4 * 86_400

/**
 * Deletes the encrypted parameters of up to `limit` messages. One-time codes are deleted after an hour, and
 * links after four days, because they have expired by then. Returns how many.
 */
export async function forgetSecretParams(work: Work, limit: number): Promise<number> {
  const result = await sql`
    update whatsapp_messages set sealed_params = null where id in (
      select id from whatsapp_messages
      where sealed_params is not null and status <> 'queued' and created_at < ${secondsAfter(work.now, -KEPT_S)}
        and (created_at < ${secondsAfter(work.now, -LINK_KEPT_S)} or not params @> ${JSON.stringify([SECRET_PLACE])}::jsonb)
      order by created_at limit ${limit}
    )`.execute(work.tx)
  return Number(result.numAffectedRows ?? 0)
}
