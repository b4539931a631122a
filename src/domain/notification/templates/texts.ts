import type { EventPayloads } from '../../kernel/index.ts'
import type { NoticeEvent } from '../notice-rules.ts'

/** The title and body of a notice, each in one line: WhatsApp refuses line breaks in a template. */
export interface NoticeText {
  title: string
  body: string
}

/** The functions that write notices in one language, one function for each event type. */
export type NoticeTexts = { [T in NoticeEvent]: (payload: EventPayloads[T]) => NoticeText }

/** The payload of the event that reports a withdrawal's new state. */
export type WithdrawalPayload = EventPayloads['withdrawal.status_changed']
export type WithdrawalState = WithdrawalPayload['to']

/**
 * The reasons for a refund that a notice explains to the buyer. A refund for any other reason is reported
 * without its reason.
 */
export type RefundReason =
  | 'session_failed'
  | 'session_cancelled'
  | 'session_closed'
  | 'hold_expired'
  | 'paid_twice'
  | 'buyer_left'
  | 'order_cancelled'
  | 'order_undeliverable'
  | 'order_returned'
  | 'parcel_lost'
  | 'out_of_stock'
  | 'fee_trued'

/**
 * Returns the sentence that explains to the buyer why there is a refund, followed by a space. Returns an
 * empty text for a reason that notices do not explain.
 */
export function because(reasons: Record<RefundReason, string>, reason: string): string {
  return Object.hasOwn(reasons, reason) ? `${reasons[reason as RefundReason]} ` : ''
}
