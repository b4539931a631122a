import { type Kysely, sql } from 'kysely'
import type { DB } from '../kernel/index.ts'

/** Returns the newest stored webhook bodies of this provider, newest first. */
export async function readBodies(
  db: Kysely<DB>,
  { provider, limit }: { provider: 'xendit' | 'whatsapp'; limit: number },
): Promise<string[]> {
  const { rows } = await sql<{ body: string }>`
    select body from webhook_inbox where provider = ${provider} and body is not null
    order by id desc limit ${limit}`.execute(db)
  return rows.map(({ body }) => body)
}
