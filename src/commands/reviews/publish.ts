import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const publish = defineChange({
  name: 'publish',
  description: 'Publish a review. From now on it counts in the ratings.',
  args: [{ name: 'review', description: 'the UUID of the review' }],
  input: z.object({ review: z.uuid() }),
  examples: ['laku reviews publish 01990000-0000-7000-8000-000000000001'],
  change: async (work, { review: reviewId }) => {
    const { publishReview } = await import('../../domain/review/index.ts')
    return await publishReview(work, { reviewId })
  },
  done: ({ rating }) => `The review (${rating} of 5) is published.`,
})
