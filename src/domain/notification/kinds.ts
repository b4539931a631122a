import type { NoticeEvent } from './notice-rules.ts'

/** The subjects of notices. People choose by subject which notices they get. */
export const noticeKinds = ['orders', 'money', 'sessions', 'shop'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** The channels of notices beside the inbox, which gets every notice. */
export const noticeChannels = ['push', 'email', 'whatsapp'] as const
export type NoticeChannel = (typeof noticeChannels)[number]

/** Returns the subject of a notice, by the first word of its event's name. */
export function kindOf(event: NoticeEvent): NoticeKind {
  if (/^(payment|refund|withdrawal)\./.test(event)) return 'money'
  return event.startsWith('order.') ? 'orders' : 'sessions'
}
