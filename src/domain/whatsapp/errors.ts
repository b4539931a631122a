import { defineErrors } from '../kernel/index.ts'

export const whatsappErrors = defineErrors('whatsapp', {
  message_not_found: ['not_found', 'There is no such message.'],
  phone_invalid: ['invalid', 'This is no phone number; write it like 0812-3456-7890 or +62 812-3456-7890.'],
})
