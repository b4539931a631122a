import type { EventPayloads } from '../kernel/index.ts'

/**
 * The events that a buyer is notified of. That a session reached its MOQ is told to each of its paid buyers;
 * how it ends each hears of by the events of their own place, payment, order and refund, which name them.
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

/** An event of a whole session, which names no buyer. */
export function isSessionEvent(type: string): type is 'session.moq_reached' {
  return type === 'session.moq_reached'
}

export interface NoticeRule<T extends NoticeEvent> {
  /** Absent: always told. */
  wanted?: (payload: EventPayloads[T]) => boolean
  /** The payment that this notice asks for; it is not told once that is paid or over. */
  asksFor?: (payload: EventPayloads[T]) => string
  /** The path, below the public address, at which the reader goes on. */
  path?: (payload: EventPayloads[T]) => string
}

/**
 * Parcels and troubles that a buyer waits to hear of; the other states are told by events of their own, or by
 * nobody.
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
  // A buyer who leaves knows about it. A buyer whose time ran out is told by the event of their payment.
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
  // For a direct order this is the same update as payment.paid; for a session's it says that the group
  // succeeded.
  'order.paid': { wanted: ({ sessionId }) => sessionId !== null },
  // The buyer of an unpaid order that ended with its payment has heard payment.expired.
  'order.cancelled': { wanted: ({ reason, wasPaid }) => wasPaid || reason !== 'payment_expired' },
  'order.status_changed': { wanted: ({ to }) => isToldStatus(to) },
  'order.delivered': {},
  'return.refused': {},
  // Into the wallet it succeeds in the same moment, and that is told.
  'refund.decided': { wanted: ({ destination }) => destination === 'source' },
  // Told once, while it is tried again; what goes into the wallet instead succeeds in the same moment, and
  // that is told.
  'refund.failed': { wanted: ({ attempt, isTriedAgain }) => attempt === 1 && isTriedAgain },
  'refund.waiting': {},
  'refund.succeeded': {},
  // A withdrawal that needs no approval is on its way at once, and that step is told.
  'withdrawal.status_changed': { wanted: ({ to, byStaff }) => to !== 'approved' || byStaff },
}
