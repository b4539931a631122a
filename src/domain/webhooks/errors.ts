import { defineErrors } from '../kernel/index.ts'

/**
 * The errors of webhook deliveries. Their codes begin with `payment`, because webhook deliveries were once
 * part of the payment domain. The codes stay, because scripts rely on them.
 */
export const webhookErrors = defineErrors('payment', {
  webhook_not_found: [
    'not_found',
    'No webhook delivery has this id. See the deliveries with laku webhooks list.',
  ],
  webhook_body_cleared: [
    'conflict',
    'The content of this old webhook delivery was deleted, so it cannot be processed again. Ask the provider to send it again.',
  ],
})
