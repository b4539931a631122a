import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description: 'One review, whole.',
  args: [{ name: 'review', description: 'UUID' }],
  input: z.object({ review: z.uuid() }),
  examples: ['laku reviews show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { review }) => {
    const { getReview } = await import('../../domain/review/read-reviews.ts')
    return await context.read((work) => getReview(work, review))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'status_reason', heading: 'why', value: (one) => one.statusReason },
    { name: 'rating', kind: 'number', value: (one) => one.rating },
    { name: 'body', value: (one) => one.body },
    { name: 'photos', value: (one) => one.photos.join(' ') },
    { name: 'product_id', heading: 'product', kind: 'code', value: (one) => one.productId },
    { name: 'order_item_id', heading: 'order item', kind: 'code', value: (one) => one.orderItemId },
    { name: 'user_id', heading: 'buyer', kind: 'code', value: (one) => one.userId },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'updated_at', kind: 'time', value: (one) => one.updatedAt },
  ],
})
