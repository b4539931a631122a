import { defineErrors } from '../kernel/index.ts'

export const whatsappErrors = defineErrors('whatsapp', {
  message_not_found: ['not_found', 'There is no such message.'],
  phone_invalid: ['invalid', 'This is no phone number; write it like 0812-3456-7890 or +62 812-3456-7890.'],
  country_not_served: [
    'invalid',
    'We send no messages to numbers of this country (policy.messageCountries).',
  ],
  template_of_codes: ['forbidden', 'Codes are sent by laku alone; choose another template.'],
  staff_limited: ['limited', 'You have sent as many messages today as one person may; go on tomorrow.'],
})
