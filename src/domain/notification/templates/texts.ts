import type { EventPayloads } from '../../kernel/index.ts'
import type { NoticeEvent } from '../notice-rules.ts'

/** The title and body of a notice, each in one line: a WhatsApp template takes no line breaks. */
export interface NoticeText {
  title: string
  body: string
}

/** The functions that write the notice of each event, in one language. */
export type NoticeTexts = { [T in NoticeEvent]: (payload: EventPayloads[T]) => NoticeText }

/** The payload of the event that reports a withdrawal's new state. */
export type WithdrawalPayload = EventPayloads['withdrawal.status_changed']
export type WithdrawalState = WithdrawalPayload['to']

/**
 * The reasons for a refund that notices explain, as the domains name them. Notices do not mention other
 * reasons.
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
 * Returns the sentence for a refund's reason, followed by a space; nothing for a reason that notices do not
 * explain.
 */
export function because(reasons: Record<RefundReason, string>, reason: string): string {
  return Object.hasOwn(reasons, reason) ? `${reasons[reason as RefundReason]} ` : ''
}
