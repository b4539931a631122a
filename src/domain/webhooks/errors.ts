import { defineErrors } from '../kernel/index.ts'

/** The codes begin with `payment`, where the inbox stood before: scripts rely on them. */
export const webhookErrors = defineErrors('payment', {
  webhook_not_found: ['not_found', 'There is no such delivery.'],
  webhook_body_cleared: [
    'conflict',
    'The body of this delivery was cleared after its time; it cannot be processed again.',
  ],
})
