import type { EventPayloads } from '../kernel/index.ts'

/**
 * The types of events about which a buyer gets a notice. Only session.moq_reached is about a whole session:
 * each buyer with a paid place gets its notice. All other events are about the buyer's own place, payment,
 * order, return, refund or withdrawal.
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
   * Returns whether an event of this type leads to a notice, judged by its payload. A rule without this
   * function sends a notice for every event of its type.
   */
  wanted?: (payload: EventPayloads[T]) => boolean
  /**
   * Returns the payment that this notice asks the buyer to make. The notice is not sent once that payment is
   * paid or has ended.
   */
  asksFor?: (payload: EventPayloads[T]) => string
  /** Returns the path of the page that the notice links to, below the shop's public URL. */
  path?: (payload: EventPayloads[T]) => string
}

/**
 * The order statuses that lead to a notice when an order gets them. Any other order status leads to no
 * notice, or is reported by the notice of another event.
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
  // The buyer gets a notice only if their place was unpaid when the session closed. A buyer who leaves a
  // session needs no notice. A buyer who did not pay in time gets the notice of payment.expired.
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
  // No notice for a direct order, because the buyer already got the notice of payment.paid. For a session's
  // order, the notice reports that the group buy succeeded.
  'order.paid': { wanted: ({ sessionId }) => sessionId !== null },
  // No notice if an unpaid order was cancelled because its payment expired: the buyer already got the notice
  // of payment.expired.
  'order.cancelled': { wanted: ({ reason, wasPaid }) => wasPaid || reason !== 'payment_expired' },
  'order.status_changed': { wanted: ({ to }) => isToldStatus(to) },
  'order.delivered': {},
  'return.refused': {},
  // If a refund goes into the wallet, the buyer gets no notice that the refund was decided. The money is
  // there at once, and the buyer gets the notice of refund.succeeded.
  'refund.decided': { wanted: ({ destination }) => destination === 'source' },
  // The buyer gets one notice when a refund fails for the first time and is retried. If the money goes into
  // the wallet instead, the buyer gets the notice of refund.succeeded.
  'refund.failed': { wanted: ({ attempt, isTriedAgain }) => attempt === 1 && isTriedAgain },
  'refund.waiting': {},
  'refund.succeeded': {},
  // If no staff had to approve the withdrawal, the buyer gets no notice of an approval. Such a withdrawal is
  // sent at once, and the buyer gets the notice that it was sent.
  'withdrawal.status_changed': { wanted: ({ to, byStaff }) => to !== 'approved' || byStaff },
}
