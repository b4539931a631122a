import './events.ts'

export { dueMessages, messagesDue } from './claim-messages.ts'
export { type NewMessage, queueMessages } from './queue-messages.ts'
export { type MessageNews, recordStatuses } from './record-statuses.ts'
export { forgetSecretParams, secretParamsOf } from './secret-params.ts'
export { sendMessages } from './send-messages.ts'
export type { SentWhatsApp, WhatsAppSender, WhatsAppTemplate, WhatsAppText } from './sender.ts'
export { type MessageStatus, messageTransitions } from './transitions.ts'
