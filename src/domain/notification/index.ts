import './events.ts'

export { dueEmails, emailsDue } from './claim-emails.ts'
export { notificationErrors } from './errors.ts'
export { listNotifications, type NotificationView, readNotification } from './list-notifications.ts'
export type { Mail, MailAttachment, Mailer } from './mailer.ts'
export { type NoticeEvent, noticeEvents } from './notice-rules.ts'
export { notifyOf } from './notify-of.ts'
export { type MailContext, sendEmails } from './send-emails.ts'
