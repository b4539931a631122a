import { sql } from 'kysely'
import { inSql, type Tx } from '../kernel/index.ts'
import { deliveredMessageStates, type MessageStatus } from './transitions.ts'

export interface KnownMessage {
  dedupeKey: string
  /** The recipient's phone number in E.164. */
  toPhone: string
}

/** Returns messages by their id at the provider; ids that match no message are left out. */
export async function messagesByProviderId(
  tx: Tx,
  providerMessageIds: readonly string[],
): Promise<Map<string, KnownMessage>> {
  if (providerMessageIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('whatsappMessages')
    .select(['providerMessageId', 'dedupeKey', 'toPhone'])
    .where('providerMessageId', 'in', [...providerMessageIds])
    .execute()
  return new Map(rows.map(({ providerMessageId, ...row }) => [providerMessageId as string, row]))
}

/**
 * Returns the statuses of the messages with these idempotency keys. Messages that were never queued are left
 * out.
 */
export async function messageStatuses(
  tx: Tx,
  dedupeKeys: readonly string[],
): Promise<Map<string, MessageStatus>> {
  const rows = await tx
    .selectFrom('whatsappMessages')
    .select(['dedupeKey', 'status'])
    .where('dedupeKey', 'in', [...dedupeKeys])
    .execute()
  return new Map(rows.map((row) => [row.dedupeKey, row.status as MessageStatus]))
}

/**
 * Tells whether a message with this idempotency key reached the phone, by the provider's report. The message
 * may have been sent again with the key `<key>#2`, `#3` or `#4`; one that arrived is enough.
 */
export async function isDelivered(tx: Tx, dedupeKey: string): Promise<boolean> {
  const { rows } = await sql`
    select from whatsapp_messages
    where dedupe_key in (${dedupeKey}, ${`${dedupeKey}#2`}, ${`${dedupeKey}#3`}, ${`${dedupeKey}#4`}) and status in ${inSql(deliveredMessageStates)}`.execute(
    tx,
  )
  return rows.length > 0
}
