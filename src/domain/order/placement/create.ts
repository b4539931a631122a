import { sql } from 'kysely'
import { type Address, addressesById, snapshotOf } from '../../address/index.ts'
import {
  newCode,
  newId,
  type Rupiah,
  requireCustomer,
  requireStaff,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { type CourierChoice, cachedRates, QuoteMissing, type Rate } from '../../logistics/index.ts'
import {
  createPayments,
  type Payment,
  type PaymentView,
  type PayWith,
  paymentView,
} from '../../payment/index.ts'
import { lockedBuyers, type UserStatus } from '../../user/index.ts'
import { orderErrors } from '../errors.ts'
import { getOrder } from '../read.ts'
import type { OrderView } from '../views.ts'
import { insertItems, insertOrders, type OrderDraft, totalOf } from './insert.ts'
import { type AskedItem, goodsOf, type OrderLine, priceLines, weightOf } from './lines.ts'
import { reserveForOrder } from './reserve.ts'
import { invoiceHours, requireAnyRoomUnpaid, requireRoomUnpaid } from './unpaid-limits.ts'

export interface NewOrder {
  /** The id of the buyer, if staff (support) place the order for a buyer. */
  userId?: string | undefined
  items: AskedItem[]
  /** The id of the delivery address, which must be the buyer's own. */
  addressId: string
  /** The courier to book; the cheapest courier if it is left out. */
  courier?: CourierChoice | undefined
  /**
   * The way in which the buyer pays. If it is left out, the buyer pays by invoice. The invoice is created
   * when the buyer opens the payment link. With `wallet`, the buyer's wallet pays the whole price at once.
   * With `wallet+invoice`, the wallet's part is held until the invoice is paid.
   */
  paymentMethod?: PayWith | undefined
  /**
   * The part of the price that the wallet pays, with payment method `wallet+invoice`. If left out, the wallet
   * pays as much as it has.
   */
  walletIdr?: Rupiah | undefined
  /** The courier's quote for the shipping fee, if the caller has already asked for one. */
  rate?: Rate | undefined
}

/** The settings of the shop that are needed to place an order. */
export interface OrderSettings {
  /** The postal code of the shop's warehouse, from which the parcels are sent. */
  originPostalCode: string
  /** The shop's public URL, with which payment links begin. */
  publicUrl: string
}

export interface PlacedOrder {
  order: OrderView
  payment: PaymentView
}

/**
 * Places a direct order, for the acting customer or for a customer whom support or a service names. The order
 * gets today's prices, a shipping fee and a payment. Its stock is reserved until its invoice expires
 * (policy.orderInvoiceHours).
 * @throws QuoteMissing (logistics.quote_missing) before anything is written: run it by `withRate`
 * @throws order.user_not_active, no_items, variant_not_found, variant_not_on_sale, address_not_found,
 * out_of_stock, too_much_unpaid, kernel.forbidden,
 *   wallet.insufficient_balance, cooling_off, payment.rest_below_invoice_minimum, wallet_part_above_price,
 *   no_wallet_part
 */
export async function createOrder(
  work: Work,
  input: NewOrder,
  settings: OrderSettings,
): Promise<PlacedOrder> {
  const userId = buyerOf(work, input.userId)
  await requireActive(work, userId)
  const isLimited = input.userId === undefined && input.paymentMethod !== 'wallet'
  if (isLimited) await requireAnyRoomUnpaid(work, userId)
  const address = await ownAddress(work, userId, input.addressId)
  const lines = await priceLines(work.tx, input.items)
  const rate = await rateOf(work, input, settings, address, lines)
  const draft: OrderDraft = {
    id: newId(),
    code: newCode('ORD', work.now),
    userId,
    sessionId: null,
    participantId: null,
    status: 'pending_payment',
    statusReason: null,
    allocated: true,
    address: snapshotOf(address),
    courier: { company: rate.company, type: rate.type },
    goodsIdr: goodsOf(lines),
    shippingIdr: rate.priceIdr,
    feeEstimated: rate.isEstimate ?? false,
    paidAt: null,
  }
  await insertOrders(work, [draft])
  const items = lines.map((line) => ({ ...line, commissionBps: line.variant.commissionBps }))
  await insertItems(work, [{ orderId: draft.id, items }])
  await reserveForOrder(work, draft.id)
  if (isLimited) await requireRoomUnpaid(work, userId)
  const payment = await payFor(work, draft.id, userId, totalOf(draft), input)
  announce(work, draft, payment)
  if (input.userId !== undefined) {
    const after = { code: draft.code, userId, totalIdr: totalOf(draft) }
    work.audit({ command: 'orders create', subject: ['order', draft.id], after })
  }
  const order = await getOrder(work, draft.id)
  // If the wallet pays in full, the payment is paid by now. But the order that was just read may still have
  // its old status. So the result says `paid` in that case.
  const status = payment.status === 'paid' ? 'paid' : order.status
  return { order: { ...order, status }, payment: paymentView(payment, settings.publicUrl) }
}

function buyerOf({ actor }: Work, userId: string | undefined): string {
  if (userId === undefined) return requireCustomer(actor)
  requireStaff(actor, 'support', 'service')
  return userId
}

/**
 * Throws unless the buyer's account is active. The check is needed for buyers, because their access token
 * stays valid for up to a minute after a suspension. It is needed for staff, because they may place an order
 * for a suspended buyer.
 */
export async function requireActive(work: Work, userId: string): Promise<void> {
  // This query locks the user's row, so that the user is not erased at the same time. A user who is being
  // erased is either not found here, or is erased only after this order is written.
  const { rows } = await sql<{ status: UserStatus; closingSince: Date | null }>`
    select status, closing_since from (${lockedBuyers([userId])}) buyers`.execute(work.tx)
  const [user] = rows
  if (user?.status !== 'active' || user.closingSince !== null) throw orderErrors.user_not_active({ userId })
}

async function ownAddress(work: Work, userId: string, addressId: string): Promise<Address> {
  const address = (await addressesById(work.tx, [addressId])).get(addressId)
  if (address?.userId !== userId) throw orderErrors.address_not_found({ addressId })
  return address
}

async function rateOf(
  work: Work,
  { rate, courier }: NewOrder,
  { originPostalCode }: OrderSettings,
  { postalCode }: Address,
  lines: readonly OrderLine[],
): Promise<Rate> {
  if (rate) return rate
  const parcel = { originPostalCode, destinationPostalCode: postalCode, weightG: weightOf(lines), courier }
  const cached = (await cachedRates(work.tx, [{ key: 'order', ...parcel }], work.now)).get('order')
  if (!cached) throw new QuoteMissing(parcel)
  return cached
}

/**
 * Creates the payment of an order's whole amount. The payment expires when the order's stock is no longer
 * reserved.
 */
export async function payFor(
  work: Work,
  orderId: string,
  userId: string,
  amountIdr: Rupiah,
  { paymentMethod: method = 'invoice', walletIdr }: Pick<NewOrder, 'paymentMethod' | 'walletIdr'>,
): Promise<Payment> {
  const expiresAt = secondsAfter(work.now, (await invoiceHours(work, userId)) * 3600)
  const [payment] = await createPayments(work, [
    { userId, subject: { orderId }, amountIdr, method, walletIdr, expiresAt },
  ])
  if (!payment) throw new Error(`order ${orderId} got no payment`)
  return payment
}

function announce(work: Work, draft: OrderDraft, payment: Payment): void {
  const { id, code, userId, sessionId } = draft
  work.emit({
    type: 'order.created',
    aggregate: ['order', id],
    payload: {
      orderId: id,
      code,
      userId,
      sessionId,
      paymentId: payment.id,
      paymentCode: payment.code,
      totalIdr: totalOf(draft),
      walletIdr: payment.walletIdr,
    },
  })
}
