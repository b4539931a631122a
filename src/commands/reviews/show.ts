import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one review with its full text.',
  args: [{ name: 'review', description: 'the UUID of the review' }],
  input: z.object({ review: z.uuid() }),
  examples: ['laku reviews show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { review }) => {
    const { getReview } = await import('../../domain/review/read-reviews.ts')
    return await context.read((work) => getReview(work, review))
  },
  fields: [
    { name: 'id', kind: 'code', value: (review) => review.id },
    { name: 'status', kind: 'status', value: (review) => review.status },
    { name: 'status_reason', heading: 'why', value: (review) => review.statusReason },
    { name: 'rating', kind: 'number', value: (review) => review.rating },
    { name: 'body', value: (review) => review.body },
    { name: 'photos', value: (review) => review.photos.join(' ') },
    { name: 'product_id', heading: 'product', kind: 'code', value: (review) => review.productId },
    { name: 'order_item_id', heading: 'order item', kind: 'code', value: (review) => review.orderItemId },
    { name: 'user_id', heading: 'buyer', kind: 'code', value: (review) => review.userId },
    { name: 'created_at', kind: 'time', value: (review) => review.createdAt },
    { name: 'updated_at', kind: 'time', value: (review) => review.updatedAt },
  ],
})
