import { defineErrors } from '../kernel/index.ts'

export const notificationErrors = defineErrors('notification', {
  user_not_found: ['not_found', 'No user has this id or phone number. See the users with laku users list.'],
  template_unknown: [
    'invalid',
    'Staff cannot send a message with this template. Choose one of the templates in `known`.',
  ],
  params_wrong: [
    'invalid',
    'The parameters do not fit this template. Give the parameters listed in `takes`, in that order, with --param.',
  ],
  push_service_unknown: [
    'invalid',
    'This push address belongs to no push service that we support. Turn on notifications in another browser.',
  ],
  not_resendable: [
    'conflict',
    'No delivery of this notification failed or was skipped, so nothing can be sent again. See its deliveries with laku notifications show.',
  ],
  not_found: ['not_found', 'This notification was not found. Check its id.'],
})
