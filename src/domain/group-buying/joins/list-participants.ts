import { sql } from 'kysely'
import { pageOf, type Rupiah, type Tx } from '../../kernel/index.ts'
import type { ParticipantStatus } from '../transitions.ts'

export interface ParticipantView {
  id: string
  userId: string
  status: ParticipantStatus
  units: number
  totalIdr: Rupiah
  joinedAt: Date
  paidAt: Date | null
  payment: { id: string; code: string; status: string }
}

/** Lists a session's participants for staff, newest first, a keyset page at a time. */
export async function listParticipants(
  tx: Tx,
  filter: {
    sessionId: string
    status?: ParticipantStatus | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: ParticipantView[]; nextCursor: string | null }> {
  const status = filter.status ? sql`p.status = ${filter.status}` : sql`true`
  const before = filter.cursor ? sql`p.id < ${filter.cursor}` : sql`true`
  const { rows } = await sql<ParticipantView>`
    select p.id, p.user_id, p.status, p.units, p.total_idr, p.joined_at, p.paid_at,
      jsonb_build_object('id', y.id, 'code', y.code, 'status', y.status) as payment
    from group_participants p join payments y on y.participant_id = p.id
    where p.session_id = ${filter.sessionId} and ${status} and ${before}
    order by p.id desc limit ${filter.limit + 1}`.execute(tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}
