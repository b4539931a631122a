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
    /** The order arrived for the first time; the money of a direct order is earned now. */
    'order.delivered': OrderSubject
    'return.requested': OrderSubject & { returnId: string; reason: ReturnReason }
    /** The returned goods of an order are inspected and in the warehouse, and the refund is decided. */
    'return.accepted': OrderSubject & {
      returnId: string
      /** The amount of the refund, shipping included. */
      refundIdr: number
      shippingIdr: number
      items: {
        orderItemId: string
        factoryId: string
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
