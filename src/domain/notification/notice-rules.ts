import type { EventPayloads } from '../kernel/index.ts'

/**
 * The events that a buyer is notified of. When a session reaches its MOQ, each paid buyer gets a notice.
 * Later, each buyer learns the outcome of the session from the events of their own place, payment, order and
 * refund.
 */
export const noticeEvents = [
  'session.moq_reached',
  'participant.joined',
  'participant.released',
  'payment.paid',
  'payment.expired',
  'payment.failed',
  'order.created',
  'order.paid',
  'order.cancelled',
  'order.status_changed',
  'order.delivered',
  'return.refused',
  'refund.decided',
  'refund.failed',
  'refund.waiting',
  'refund.succeeded',
  'withdrawal.status_changed',
] as const satisfies (keyof EventPayloads)[]

export type NoticeEvent = (typeof noticeEvents)[number]

export function isNoticeEvent(type: string): type is NoticeEvent {
  return (noticeEvents as readonly string[]).includes(type)
}

/** Whether an event is about a whole session, so that it names no buyer. */
export function isSessionEvent(type: string): type is 'session.moq_reached' {
  return type === 'session.moq_reached'
}

export interface NoticeRule<T extends NoticeEvent> {
  /**
   * Whether an event leads to a notice, judged by its payload. If this function is absent, the event always
   * leads to one.
   */
  wanted?: (payload: EventPayloads[T]) => boolean
  /**
   * Returns the payment that this notice asks for. The notice is not sent once that payment is paid or over.
   */
  asksFor?: (payload: EventPayloads[T]) => string
  /** Returns the path of the page at which the reader continues, relative to the shop's public URL. */
  path?: (payload: EventPayloads[T]) => string
}

/**
 * The order statuses that a buyer is notified of: parcels and troubles. The other statuses have their own
 * events, or no notice.
 */
export const notifiedStatuses = [
  'ready_for_pickup',
  'picked_up',
  'in_transit',
  'on_hold',
  'failed',
  'returning',
  'returned',
] as const satisfies EventPayloads['order.status_changed']['to'][]

export type NotifiedStatus = (typeof notifiedStatuses)[number]

export function isToldStatus(status: string): status is NotifiedStatus {
  return (notifiedStatuses as readonly string[]).includes(status)
}

export const noticeRules: { [T in NoticeEvent]: NoticeRule<T> } = {
  'session.moq_reached': { path: ({ code }) => `/s/${code}` },
  'participant.joined': {
    asksFor: ({ paymentId }) => paymentId,
    path: ({ paymentCode }) => `/pay/${paymentCode}`,
  },
  // A buyer who leaves knows about it and gets no notice. A buyer whose time ran out gets the notice of the
  // event of their payment.
  'participant.released': {
    wanted: ({ because, wasPaid }) => because === 'closed' && !wasPaid,
    path: ({ code }) => `/s/${code}`,
  },
  'payment.paid': {},
  'payment.expired': {},
  'payment.failed': {},
  'order.created': {
    asksFor: ({ paymentId }) => paymentId,
    path: ({ paymentCode }) => `/pay/${paymentCode}`,
  },
  // For a direct order, order.paid repeats payment.paid, so there is no second notice. For an order of a
  // session, the notice reports that the group succeeded.
  'order.paid': { wanted: ({ sessionId }) => sessionId !== null },
  // The buyer of an unpaid order that ended with its payment already got the notice of payment.expired.
  'order.cancelled': { wanted: ({ reason, wasPaid }) => wasPaid || reason !== 'payment_expired' },
  'order.status_changed': { wanted: ({ to }) => isToldStatus(to) },
  'order.delivered': {},
  'return.refused': {},
  // A refund into the wallet succeeds at the same moment, and refund.succeeded sends the notice.
  'refund.decided': { wanted: ({ destination }) => destination === 'source' },
  // The buyer is notified once, while the refund is retried. A refund that goes into the wallet instead
  // succeeds at the same moment, and refund.succeeded sends the notice.
  'refund.failed': { wanted: ({ attempt, isTriedAgain }) => attempt === 1 && isTriedAgain },
  'refund.waiting': {},
  'refund.succeeded': {},
  // A withdrawal that needs no approval is sent at once, and the buyer is notified of that step.
  'withdrawal.status_changed': { wanted: ({ to, byStaff }) => to !== 'approved' || byStaff },
}
