import { sql } from 'kysely'
import { inSql, type Work } from '../../kernel/index.ts'
import { paidParticipantStates } from '../transitions.ts'

/** Returns the buyers with a paid place in each of these sessions, in the order in which they joined. */
export async function readPaidBuyers(
  { tx }: Work,
  sessionIds: readonly string[],
): Promise<{ sessionId: string; userId: string }[]> {
  const { rows } = await sql<{ sessionId: string; userId: string }>`
    select session_id, user_id from group_participants
    where session_id = any(${[...sessionIds]}::uuid[]) and status in ${inSql(paidParticipantStates)} order by id`.execute(
    tx,
  )
  return rows
}
