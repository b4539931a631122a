import { type RawBuilder, sql } from 'kysely'
import { idOrCode, inSql, requireStaff, type Tx, type Work } from '../kernel/index.ts'
import { logisticsErrors } from './errors.ts'
import { undeliveredShipmentStates } from './transitions.ts'
import type { ShipmentView } from './views.ts'

type Row = Omit<ShipmentView, 'events'> & {
  userId: string
  events: { status: ShipmentView['status']; note: string | null; happenedAt: string }[]
}

/**
 * Reads the shipments for which the condition `where` is true, newest first. The condition refers to the
 * shipment's row as `s`.
 */
async function shipmentRows(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select s.id, s.code, s.order_id, s.user_id, s.status, s.waybill, s.tracking_url,
      jsonb_build_object('company', s.courier_company, 'type', s.courier_type) as courier, (
        select coalesce(jsonb_agg(jsonb_build_object('status', e.status, 'note', e.note, 'happenedAt', e.happened_at)
          order by e.happened_at, e.id), '[]')
        from shipment_events e where e.shipment_id = s.id
      ) as events
    from shipments s
    where ${where} order by s.id desc limit ${limit}`.execute(tx)
  return rows
}

function viewOf({ userId: _, events, ...row }: Row): ShipmentView {
  return { ...row, events: events.map((event) => ({ ...event, happenedAt: new Date(event.happenedAt) })) }
}

/**
 * Returns the shipment of an order, unless that shipment is cancelled, returned or lost; undefined if there
 * is none.
 */
export async function liveShipment(tx: Tx, orderId: string): Promise<ShipmentView | undefined> {
  const live = sql`s.order_id = ${orderId}::uuid and s.status not in ${inSql(undeliveredShipmentStates)}`
  const [row] = await shipmentRows(tx, live, 1)
  return row && viewOf(row)
}

/**
 * Returns a shipment by id or code: customers see their own, staff see all.
 * @throws logistics.shipment_not_found, kernel.forbidden
 */
export async function getShipment(work: Work, named: string): Promise<ShipmentView> {
  const { actor } = work
  if (actor.kind !== 'customer') {
    requireStaff(actor, 'support', 'warehouse', 'service')
  }
  const key = idOrCode(named)
  const where = 'id' in key ? sql`s.id = ${key.id}::uuid` : sql`s.code = ${key.code}`
  const [row] = await shipmentRows(work.tx, where, 1)
  if (!row || (actor.kind === 'customer' && row.userId !== actor.id)) {
    throw logisticsErrors.shipment_not_found({ shipment: named })
  }
  return viewOf(row)
}
