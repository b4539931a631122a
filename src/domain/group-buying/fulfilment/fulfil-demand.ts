import { sql } from 'kysely'
import { moveState, requireStaff, type Work } from '../../kernel/index.ts'
import { heldSessionOrders } from '../../order/index.ts'
import { type Coverage, coverDemand, type PurchaseOrderView, type StockLine } from '../../warehouse/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { type LockedSession, lockSession } from '../lifecycle/lock.ts'
import { fulfilmentStates, sessionMachine } from '../transitions.ts'

export interface FulfilmentView {
  sessionId: string
  /**
   * The outcome of the reservation for a session. `reserved`: all units that the session's buyers wait for
   * are reserved. `purchase_order`: some units are missing. They were ordered from the factory, or a person
   * must order them.
   */
  outcome: 'reserved' | 'purchase_order'
  /** The stock that is reserved for the session now, by variant. */
  reservations: StockLine[]
  /** The units that the session needs and the stock lacks, by variant. */
  missing: { variantId: string; sku: string; missing: number }[]
  /** The purchase order that is to bring the missing units. */
  purchaseOrder?: PurchaseOrderView
}

/**
 * Reserves the stock of a session, as far as there is stock: the first step of fulfilment (service map: `POST
 * /api/warehouse/fulfill-demand`). The stock is for paid participants without an order, and for orders that
 * wait for stock.
 *
 * If stock is short, the session waits in pending_stock, and the missing units are ordered from the factory.
 * A repeated call changes nothing.
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
  if (!fulfilmentStates.includes(status) && status !== 'success')
    throw groupBuyingErrors.not_fulfillable({ code, status })
}

/**
 * Reserves the stock that a session's participants and orders wait for. The caller has locked the session's
 * row.
 */
export async function reserveFor(work: Work, session: LockedSession): Promise<FulfilmentView> {
  const { id: sessionId } = session
  const coverage = await coverDemand(work, { sessionId, lines: await demandOf(work, sessionId) })
  const { reservations, missing, purchaseOrder } = coverage
  const view = { sessionId, reservations, missing, ...(purchaseOrder ? { purchaseOrder } : {}) }
  await sql`
    update group_buying_sessions set fulfil_failures = 0 where id = ${sessionId} and fulfil_failures > 0`.execute(
    work.tx,
  )
  if (missing.length === 0) return { ...view, outcome: 'reserved' }
  await waitForStock(work, session, coverage)
  return { ...view, outcome: 'purchase_order' }
}

async function demandOf(work: Work, sessionId: string): Promise<StockLine[]> {
  const { rows } = await sql<StockLine>`
    select i.variant_id, sum(i.quantity)::integer as quantity
    from group_participants p join participant_items i on i.participant_id = p.id
    where p.session_id = ${sessionId} and p.status = 'paid'
    group by i.variant_id order by i.variant_id`.execute(work.tx)
  const held = await heldSessionOrders(work.tx, sessionId)
  return [...rows, ...held.flatMap((order) => order.lines)]
}

async function waitForStock(work: Work, session: LockedSession, coverage: Coverage): Promise<void> {
  const { id, code } = session
  const { missing, uncovered } = coverage
  const missingUnits = missing.reduce((sum, line) => sum + line.missing, 0)
  if (uncovered.length > 0) {
    const units = uncovered.reduce((sum, line) => sum + line.quantity, 0)
    const lines = uncovered.map((line) => `--line ${line.sku}=${line.quantity}`).join(' ')
    work.requestAttention({
      kind: 'session_short_of_stock',
      subject: ['session', id],
      message: `${code} lacks ${units} units that were sold, and no purchase order brings them. Order them from the factory, or refund the session.`,
      command: `laku purchase-orders create --session ${code} ${lines} --send`,
      details: { code, uncovered, otherwise: `laku sessions refund ${code}` },
    })
  }
  // A regular job (the sweep) checks sessions that were not updated for ten minutes. This session's stock was
  // checked just now. So its update time is set to now, and the job skips it.
  const set = { updatedAt: work.now }
  // A session that already has orders keeps its status while it waits for stock.
  const to = session.status === 'moq_reached' ? 'pending_stock' : session.status
  await moveState(work, sessionMachine, { to, stays: true, ids: [id], set, all: true })
  if (session.status !== 'moq_reached') return
  const payload = { sessionId: id, code, missingUnits }
  work.emit({ type: 'session.pending_stock', aggregate: ['session', id], payload })
}
