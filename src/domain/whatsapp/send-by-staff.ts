import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { newId, requireStaff, type Work } from '../kernel/index.ts'
import { whatsappErrors } from './errors.ts'
import { getMessage, type MessageView } from './list-messages.ts'
import { queueMessages } from './queue-messages.ts'
import { isServedCountry } from './served-countries.ts'
import { requireStaffTurn } from './staff-turn.ts'

/**
 * A message that staff send: a template that the provider approved, or free text. WhatsApp accepts free text
 * only within 24 hours of the recipient's last message.
 */
export type StaffMessage = { to: string } & (
  | { template: string; params?: string[] | undefined; language?: string | undefined }
  | { body: string }
)

/**
 * Queues a message that staff or a service sends (`POST /api/whatsapp/send`). The message is sent after the
 * commit.
 * @throws whatsapp.phone_invalid, country_not_served, template_of_codes, staff_limited, kernel.forbidden
 */
export async function sendByStaff(work: Work, { to, ...content }: StaffMessage): Promise<MessageView> {
  requireStaff(work.actor, 'support', 'service')
  const number = parsePhoneNumberFromString(to, 'ID')
  if (!number?.isPossible()) throw whatsappErrors.phone_invalid()
  if (!isServedCountry(work.policy, number.number)) throw whatsappErrors.country_not_served()
  if ('template' in content && codeTemplates.includes(content.template))
    throw whatsappErrors.template_of_codes()
  await requireStaffTurn(work)
  const [id] = await queueMessages(work, [{ dedupeKey: `staff:${newId()}`, to: number.number, ...content }])
  if (id === undefined) throw new Error('a message with a key of its own was queued before')
  // The audit log keeps only a masked phone number. The full number is in the message itself, and is deleted
  // with it.
  const receiver = masked(number.number)
  const after = { to: receiver, ...('template' in content ? { template: content.template } : {}) }
  work.audit({ command: 'whatsapp send', subject: ['whatsapp_message', id], after })
  return await getMessage(work, id)
}

/** The templates of one-time codes. Staff cannot send them: only laku fills them, with codes that it made. */
const codeTemplates: readonly string[] = ['laku_otp', 'laku_code', 'laku_code_for']

const masked = (phone: string) => `${phone.slice(0, 5)}…${phone.slice(-4)}`
