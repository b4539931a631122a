import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const hide = defineChange({
  name: 'hide',
  description: 'Hide a review. It no longer counts in the ratings.',
  args: [{ name: 'review', description: 'the UUID of the review' }],
  input: z.object({ review: z.uuid() }),
  examples: ['laku reviews hide 01990000-0000-7000-8000-000000000001 --reason "an advertisement"'],
  needsReason: true,
  change: async (work, { review: reviewId }, reason) => {
    const { hideReview } = await import('../../domain/review/index.ts')
    return await hideReview(work, { reviewId, reason })
  },
  done: ({ rating }) => `The review (${rating} of 5) is hidden.`,
})
