import { sql } from 'kysely'
import type { AddressSnapshot } from '../../address/index.ts'
import { inSql, moveState, type Rupiah, type Work } from '../../kernel/index.ts'
import { createSessionOrders } from '../../order/index.ts'
import { paidStates, releaseEscrow } from '../../payment/index.ts'
import { handOverReservation } from '../../warehouse/index.ts'
import { rebateOf, type SoldLine } from '../lifecycle/final-price.ts'
import type { LockedSession } from '../lifecycle/lock.ts'
import { participantMachine } from '../transitions.ts'

export interface WaitingParticipant {
  id: string
  userId: string
  units: number
  shippingIdr: Rupiah
  feeEstimated: boolean
  totalIdr: Rupiah
  courierCompany: string
  courierType: string
  address: AddressSnapshot
  paymentId: string
  lines: (SoldLine & { variantId: string })[]
}

/** Returns a session's paid participants without an order, oldest payment first. */
export async function waitingParticipants(work: Work, sessionId: string): Promise<WaitingParticipant[]> {
  const { rows } = await sql<WaitingParticipant>`
    select p.id, p.user_id, p.units, p.shipping_idr, p.fee_estimated, p.total_idr, p.courier_company, p.courier_type,
      p.address, y.id as payment_id, i.lines
    from group_participants p
    join payments y on y.participant_id = p.id and y.status in ${inSql(paidStates)}
    join lateral (
      select jsonb_agg(jsonb_build_object('variantId', i.variant_id, 'quantity', i.quantity,
        'paidUnitPriceIdr', i.unit_price_idr, 'unitPriceIdr', t.unit_price_idr)) as lines
      from participant_items i
      join group_buying_sessions s on s.id = p.session_id
      join session_tier_prices t
        on t.session_id = s.id and t.min_units = s.final_min_units and t.variant_id = i.variant_id
      where i.participant_id = p.id
    ) i on true
    where p.session_id = ${sessionId} and p.status = 'paid' order by p.paid_at, p.id`.execute(work.tx)
  return rows
}

/**
 * Creates the orders of these participants and releases their escrow at the final price, with the rebates.
 * With `reserved`, the orders take over the session's reserved stock. With `unchecked`, the orders wait on
 * hold for stock.
 */
export async function makeOrders(
  work: Work,
  session: LockedSession,
  participants: readonly WaitingParticipant[],
  stock: 'reserved' | 'unchecked',
): Promise<{ count: number; amountIdr: Rupiah }> {
  if (participants.length === 0) return { count: 0, amountIdr: 0 }
  if (session.finalUnitPriceIdr === null) throw new Error(`session ${session.code} closed without a price`)
  const orders = await createSessionOrders(work, {
    sessionId: session.id,
    lines: participants.map((participant) => ({
      participantId: participant.id,
      userId: participant.userId,
      paymentId: participant.paymentId,
      address: participant.address,
      courierCompany: participant.courierCompany,
      courierType: participant.courierType,
      shippingIdr: participant.shippingIdr,
      feeEstimated: participant.feeEstimated,
      allocated: stock === 'reserved',
      items: participant.lines.map(({ variantId, quantity, unitPriceIdr }) => ({
        variantId,
        quantity,
        unitPriceIdr,
        commissionBps: session.commissionBps,
      })),
    })),
  })
  const made = new Map(orders.map((order) => [order.participantId, order]))
  const ids = participants.map((participant) => participant.id)
  await moveState(work, participantMachine, { to: 'ordered', ids })
  if (stock === 'reserved') {
    await handOverReservation(work, {
      sessionId: session.id,
      orders: participants.map((participant) => ({
        orderId: orderOf(made, participant).orderId,
        lines: participant.lines,
      })),
    })
  }
  return await releaseEscrow(
    work,
    participants.map((participant) => ({
      participantId: participant.id,
      sessionId: session.id,
      paymentId: participant.paymentId,
      userId: participant.userId,
      paidIdr: participant.totalIdr,
      shippingIdr: participant.shippingIdr,
      rebateIdr: rebateOf(participant.lines),
      items: orderOf(made, participant).items,
    })),
  )
}

function orderOf<O>(made: ReadonlyMap<string, O>, participant: WaitingParticipant): O {
  const order = made.get(participant.id)
  if (!order) throw new Error(`participant ${participant.id} got no order`)
  return order
}
