import { defineErrors } from '../kernel/index.ts'

export const notificationErrors = defineErrors('notification', {
  not_found: ['not_found', 'There is no such notification.'],
})
