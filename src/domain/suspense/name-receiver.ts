import { sql } from 'kysely'
import { inSql, openStates, type Work } from '../kernel/index.ts'
import { suspenseTransitions } from './transitions.ts'

/**
 * Names the user who received the money of an open suspense item, if the item names nobody yet. Decisions
 * about the money then count in the limit of this user, whoever makes them.
 */
export async function nameReceiver(work: Work, id: string, { userId }: { userId: string }): Promise<void> {
  const { rows } = await sql`
    update suspense_items set user_id = ${userId}::uuid
    where id = ${id}::uuid and user_id is null and factory_id is null and status in ${inSql(openStates(suspenseTransitions))}
    returning id`.execute(work.tx)
  if (rows.length > 0)
    work.audit({
      command: 'payments adopt',
      subject: ['suspense', id],
      before: { userId: null },
      after: { userId },
    })
}
