import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { reviewTransitions } from '../../domain/review/transitions.ts'

const statuses = statesOf(reviewTransitions)

export const list = defineList({
  name: 'list',
  description: 'List reviews, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--product <product>', description: 'only of this product (UUID)' },
  ],
  input: z.object({ status: z.enum(statuses).optional(), product: z.uuid().optional() }),
  examples: ['laku reviews list --status pending'],
  run: async (context, { status, product: productId }, page) => {
    const { listReviews } = await import('../../domain/review/read-reviews.ts')
    return await context.read((work) => listReviews(work, { status, productId, ...page }))
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'rating', kind: 'number', value: (row) => row.rating },
    { name: 'body', value: (row) => row.body },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
  empty: 'No reviews. Try another --status; buyers write them once their items have arrived.',
})
