import type { NoticeEvent } from './notice-rules.ts'

/** The kinds of notices. A buyer chooses by kind which notices they get. */
export const noticeKinds = ['orders', 'money', 'sessions', 'shop'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** The channels by which a notice may be sent besides the inbox, which gets every notice. */
export const noticeChannels = ['push', 'email', 'whatsapp'] as const
export type NoticeChannel = (typeof noticeChannels)[number]

/** Returns the kind of a notice, by the first word of the name of the event that it reports. */
export function kindOf(event: NoticeEvent): NoticeKind {
  if (/^(payment|refund|withdrawal)\./.test(event)) return 'money'
  return event.startsWith('order.') ? 'orders' : 'sessions'
}
