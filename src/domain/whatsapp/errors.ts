import { defineErrors } from '../kernel/index.ts'

export const whatsappErrors = defineErrors('whatsapp', {
  message_not_found: [
    'not_found',
    'No WhatsApp message has this id. See the messages with laku whatsapp list.',
  ],
  phone_invalid: [
    'invalid',
    'This phone number is not valid. Write it like 0812-3456-7890 or +62 812-3456-7890.',
  ],
  country_not_served: [
    'invalid',
    'We do not send messages to phone numbers of this country. Use an Indonesian phone number.',
  ],
  template_of_codes: [
    'forbidden',
    'Staff cannot send this template, because only laku itself sends codes. Choose another template.',
  ],
  staff_limited: [
    'limited',
    'You have sent as many messages today as one person may send. Wait for the number of seconds in `retry_after_s`, then send the next one.',
  ],
})
