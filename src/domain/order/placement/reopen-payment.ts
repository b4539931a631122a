import { sql } from 'kysely'
import { moveState, type Rupiah, requireCustomer, secondsAfter, type Work } from '../../kernel/index.ts'
import {
  lockPaymentsOf,
  type OrderPayment,
  type PaymentView,
  type PayWith,
  paymentView,
} from '../../payment/index.ts'
import { orderErrors } from '../errors.ts'
import { lockOrder, subjectOf } from '../lock.ts'
import { orderMachine } from '../transitions.ts'
import { PAYMENT_EXPIRED } from './cancel-unpaid.ts'
import { payFor, requireActive } from './create.ts'
import { priceLines } from './lines.ts'
import { reserveForOrder } from './reserve.ts'
import { requireRoomUnpaid } from './unpaid-limits.ts'

/**
 * Makes a new payment for an order that was cancelled because its last payment expired (`POST
 * /api/payments`). If the prices are unchanged, the stock is reserved again and the order waits for payment
 * again.
 * @throws order.not_found, user_not_active, not_payable, payment_open, price_changed, variant_not_on_sale,
 * out_of_stock, hold_renewed, too_much_unpaid,
 *   kernel.forbidden, wallet.insufficient_balance, cooling_off, payment.rest_below_invoice_minimum,
 *   wallet_part_above_price, no_wallet_part
 */
export async function reopenPayment(
  work: Work,
  input: { orderId: string; paymentMethod?: PayWith | undefined; walletIdr?: Rupiah | undefined },
  settings: { publicUrl: string },
): Promise<PaymentView> {
  const userId = requireCustomer(work.actor)
  const { orderId } = input
  await requireActive(work, userId)
  const payments = await lockPaymentsOf(work.tx, { id: orderId, participantId: null })
  const order = await lockOrder(work.tx, orderId)
  if (order.userId !== userId) throw orderErrors.not_found({ order: orderId })
  const { code, status, statusReason } = order
  if (status === 'pending_payment') {
    const open = payments.find((payment) => payment.status === 'pending')
    throw orderErrors.payment_open({ orderId, code, paymentId: open?.id, paymentCode: open?.code })
  }
  if (status !== 'cancelled' || statusReason !== PAYMENT_EXPIRED) {
    throw orderErrors.not_payable({ orderId, code, status, statusReason })
  }
  await requireSamePrices(work, orderId)
  const set = { statusReason: null, allocated: true, updatedAt: work.now }
  await moveState(work, orderMachine, { to: 'pending_payment', ids: [orderId], set, all: true })
  await reserveForOrder(work, orderId)
  if (input.paymentMethod !== 'wallet') {
    requireRenewal(work, orderId, payments)
    await requireRoomUnpaid(work, userId)
  }
  const payment = await payFor(work, orderId, userId, order.totalIdr, input)
  work.emit({
    type: 'order.status_changed',
    aggregate: ['order', orderId],
    payload: { ...subjectOf(order), from: 'cancelled', to: 'pending_payment' },
  })
  return paymentView(payment, settings.publicUrl)
}

/**
 * Refuses a new payment if an unpaid order already had too many payments within a day
 * (policy.unpaidRenewals). Each new payment reserves the order's stock again.
 */
function requireRenewal({ now, policy }: Work, orderId: string, payments: readonly OrderPayment[]): void {
  const dayAgo = secondsAfter(now, -86_400)
  const today = payments.filter(({ createdAt }) => createdAt > dayAgo).length
  if (today > policy.unpaidRenewals) throw orderErrors.hold_renewed({ orderId, limit: policy.unpaidRenewals })
}

async function requireSamePrices(work: Work, orderId: string): Promise<void> {
  const { rows } = await sql<{ variantId: string; quantity: number; unitPriceIdr: Rupiah }>`
    select variant_id, quantity, unit_price_idr from order_items where order_id = ${orderId}`.execute(work.tx)
  const lines = await priceLines(work.tx, rows)
  const now = new Map(lines.map((line) => [line.variant.id, line.unitPriceIdr]))
  const changed = rows.flatMap(({ variantId, unitPriceIdr }) =>
    now.get(variantId) === unitPriceIdr
      ? []
      : [{ variantId, wasIdr: unitPriceIdr, nowIdr: now.get(variantId) }],
  )
  if (changed.length > 0) throw orderErrors.price_changed({ orderId, items: changed })
}
