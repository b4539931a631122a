import type { ReturnReason } from './returns/rules.ts'
import type { OrderStatus } from './transitions.ts'

interface OrderSubject {
  orderId: string
  code: string
  userId: string
  sessionId: string | null
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'order.created': OrderSubject & {
      paymentId: string
      paymentCode: string
      totalIdr: number
      /** The part of the order's total that the buyer's wallet pays. */
      walletIdr: number
    }
    /** The order is paid and its stock is reserved: a parcel can be booked. */
    'order.allocated': OrderSubject
    'order.paid': OrderSubject & { totalIdr: number }
    'order.cancelled': OrderSubject & { reason: string; wasPaid: boolean }
    /**
     * The parcel reached its buyer for the first time. The money of a direct order is now earned: it is
     * posted to the factory's account and the account `commission`.
     */
    'order.delivered': OrderSubject
    'return.requested': OrderSubject & { returnId: string; reason: ReturnReason }
    /**
     * Staff accepted a return: the returned goods are in the warehouse and inspected, and the buyer's refund
     * is decided.
     */
    'return.accepted': OrderSubject & {
      returnId: string
      reason: ReturnReason
      /** The amount refunded for the return, shipping fee included. */
      refundIdr: number
      shippingIdr: number
      items: {
        orderItemId: string
        factoryId: string
        sku: string
        quantity: number
        goodsIdr: number
        commissionIdr: number
        writtenOff: boolean
      }[]
    }
    'return.refused': OrderSubject & { returnId: string }
    'order.status_changed': OrderSubject & { from: OrderStatus; to: OrderStatus }
  }
}
