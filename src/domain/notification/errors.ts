import { defineErrors } from '../kernel/index.ts'

export const notificationErrors = defineErrors('notification', {
  user_not_found: ['not_found', 'There is no such user.'],
  template_unknown: ['invalid', 'Staff write by one of these templates.'],
  params_wrong: ['invalid', 'This template takes other parameters.'],
  push_service_unknown: ['invalid', 'This is the address of no push service that laku knows.'],
  not_resendable: ['conflict', 'Only what failed or was skipped is sent again.'],
  not_found: ['not_found', 'There is no such notification.'],
})
