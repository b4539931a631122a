import type { OrderStatus } from './transitions.ts'

interface OrderSubject {
  orderId: string
  code: string
  userId: string
  sessionId: string | null
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'order.created': OrderSubject & { paymentId: string; paymentCode: string; totalIdr: number }
    /** Paid and with its stock reserved: a parcel can be booked. */
    'order.allocated': OrderSubject
    'order.paid': OrderSubject & { totalIdr: number }
    'order.cancelled': OrderSubject & { reason: string; wasPaid: boolean }
    /** It arrived, for the first time: a direct order is earned now. */
    'order.delivered': OrderSubject
    /** Goods came that orders wait for. */
    'order.stock_came': { variantId: string }
    'order.status_changed': OrderSubject & { from: OrderStatus; to: OrderStatus }
  }
}
