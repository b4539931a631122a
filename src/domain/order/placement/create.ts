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
   * The payment method. The default is an invoice, created when the buyer opens its link. A wallet pays the
   * whole price at once, or its part of the price is held.
   */
  paymentMethod?: PayWith | undefined
  /** The wallet's part of the price with `wallet+invoice`; the wallet's whole balance if it is left out. */
  walletIdr?: Rupiah | undefined
  /** The shipping fee, if a quote had to be asked for before the order. */
  rate?: Rate | undefined
}

/** The settings of the shop that an order needs. */
export interface OrderSettings {
  /** The postal code of the place that the parcels come from. */
  originPostalCode: string
  /** The base of the pay links. */
  publicUrl: string
}

export interface PlacedOrder {
  order: OrderView
  payment: PaymentView
}

/**
 * Places a direct order for the acting customer, or for a customer on whose behalf support or a service acts.
 * The order has today's prices, a shipping fee and a payment. Its stock is reserved for as long as its
 * invoice lives (policy.orderInvoiceHours).
 * @throws QuoteMissing (logistics.quote_missing) before anything is written: run it by `withRate`
 * @throws order.user_not_active, no_items, variant_not_found, variant_not_on_sale, address_not_found,
 * out_of_stock, too_much_unpaid, kernel.forbidden,
 *   wallet.insufficient_balance, payment.rest_below_invoice_minimum, wallet_part_above_price, no_wallet_part
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
  // A payment from the wallet is already confirmed, by the reactions in this same transaction.
  const status = payment.status === 'paid' ? 'paid' : order.status
  return { order: { ...order, status }, payment: paymentView(payment, settings.publicUrl) }
}

function buyerOf({ actor }: Work, userId: string | undefined): string {
  if (userId === undefined) return requireCustomer(actor)
  requireStaff(actor, 'support', 'service')
  return userId
}

/**
 * Requires that the buyer is active: an access token stays valid for up to a minute after a suspension, and
 * staff order for buyers too.
 */
export async function requireActive(work: Work, userId: string): Promise<void> {
  // The user's row is locked, as every reference to a user locks it. Either the erasure of the user waits for
  // this order, or this query no longer finds the user.
  const user = await work.tx
    .selectFrom('users')
    .select(['status', 'closingSince'])
    .where('id', '=', userId)
    .forKeyShare()
    .executeTakeFirst()
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
 * Creates the payment of an order's whole amount, which can be paid for as long as the order's stock is
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
