import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { newId, requireStaff, type Work } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'
import { getMessage, type MessageView } from './list-messages.ts'
import { queueMessages } from './queue-messages.ts'

/** A template that the provider approved, or free text, which is taken only within 24 hours of the recipient's last message. */
export type StaffMessage = { to: string } & (
  | { template: string; params?: string[] | undefined; language?: string | undefined }
  | { body: string }
)

/**
 * The service map's `POST /api/whatsapp/send`: queues a message, which goes out after the commit.
 * @throws whatsapp.phone_invalid, kernel.forbidden
 */
export async function sendByStaff(work: Work, { to, ...content }: StaffMessage): Promise<MessageView> {
  requireStaff(work.actor, 'support', 'service')
  const number = parsePhoneNumberFromString(to, 'ID')
  if (!number?.isPossible()) throw whatsappErrors.phone_invalid()
  const [id] = await queueMessages(work, [{ dedupeKey: `staff:${newId()}`, to: number.number, ...content }])
  if (id === undefined) throw new Error('a message with a key of its own was queued before')
  const after = 'template' in content ? { template: content.template } : {}
  work.audit({ command: 'whatsapp send', subject: ['whatsapp_message', id], after })
  return await getMessage(work, id)
}
