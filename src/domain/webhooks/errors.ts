import { defineErrors } from '../kernel/index.ts'

/**
 * The errors of webhook deliveries. Their codes begin with `payment`, because the inbox belonged to the
 * payment domain before, and scripts rely on these codes.
 */
export const webhookErrors = defineErrors('payment', {
  webhook_not_found: ['not_found', 'There is no such delivery.'],
  webhook_body_cleared: [
    'conflict',
    'The body of this delivery was cleared after its time; it cannot be processed again.',
  ],
})
