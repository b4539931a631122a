import { sql } from 'kysely'
import { requireStaff, type Work } from '../kernel/index.ts'
import { reserveStock } from '../warehouse/index.ts'
import { groupBuyingErrors } from './errors.ts'
import { type LockedSession, lockSession } from './lock-sessions.ts'

export interface DemandLine {
  variantId: string
  quantity: number
}

export interface FulfilmentView {
  sessionId: string
  outcome: 'reserved' | 'pending_stock' | 'nothing_waits'
  /** What is reserved for the session now, by variant. */
  reservations: DemandLine[]
  /** What the stock lacks, by variant. */
  missing: { variantId: string; missing: number }[]
}

/**
 * The first step of fulfilment (service map: `POST /api/warehouse/fulfill-demand`): reserves stock for every paid
 * participant that has no order yet, all or nothing. Where it is short the session waits in pending_stock, and a person is
 * told what to bring in. Repeating it changes nothing.
 * @throws group_buying.session_not_found, not_fulfillable, kernel.forbidden
 */
export async function fulfilDemand(work: Work, input: { sessionId: string }): Promise<FulfilmentView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const session = await lockSession(work.tx, input.sessionId)
  requireFulfillable(session)
  return await reserveFor(work, session)
}

/** @throws group_buying.not_fulfillable */
export function requireFulfillable({ status, code }: LockedSession): void {
  const fit =
    status === 'moq_reached' ||
    status === 'pending_stock' ||
    status === 'orders_created' ||
    status === 'success'
  if (!fit) throw groupBuyingErrors.not_fulfillable({ code, status })
}

/** Reserves for a locked session what its waiting participants have paid for. */
export async function reserveFor(work: Work, session: LockedSession): Promise<FulfilmentView> {
  const lines = await demandOf(work, session.id)
  const view = { sessionId: session.id, reservations: lines, missing: [] }
  if (lines.length === 0) return { ...view, outcome: 'nothing_waits' }
  const { short } = await reserveStock(work, [{ subjectKind: 'session', subjectId: session.id, lines }])
  if (short.length === 0) return { ...view, outcome: 'reserved' }
  const missing = short.map(({ variantId, missing }) => ({ variantId, missing }))
  await waitForStock(work, session, missing)
  return { ...view, outcome: 'pending_stock', reservations: [], missing }
}

async function demandOf(work: Work, sessionId: string): Promise<DemandLine[]> {
  const { rows } = await sql<DemandLine>`
    select i.variant_id, sum(i.quantity)::integer as quantity
    from group_participants p join participant_items i on i.participant_id = p.id
    where p.session_id = ${sessionId} and p.status = 'paid'
    group by i.variant_id order by i.variant_id`.execute(work.tx)
  return rows
}

async function waitForStock(
  work: Work,
  session: LockedSession,
  missing: { variantId: string; missing: number }[],
): Promise<void> {
  const { id, code } = session
  const missingUnits = missing.reduce((sum, line) => sum + line.missing, 0)
  work.raise({
    kind: 'session_short_of_stock',
    subject: ['session', id],
    message: `${code} is sold, and its stock lacks ${missingUnits} units`,
    command: missing.map((line) => `laku stock adjust ${line.variantId} +${line.missing}`).join('; '),
    details: { code, missing },
  })
  // An untouched session is looked at again by the sweep after a while; this one has just been.
  await sql`
    update group_buying_sessions
    set updated_at = ${work.now}, status = case status when 'moq_reached' then 'pending_stock' else status end
    where id = ${id}`.execute(work.tx)
  if (session.status !== 'moq_reached') return
  const payload = { sessionId: id, code, missingUnits }
  work.emit({ type: 'session.pending_stock', aggregate: ['session', id], payload })
}
