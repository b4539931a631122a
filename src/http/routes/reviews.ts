import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, statesOf, toWire } from '../../domain/kernel/index.ts'
import {
  createReview,
  editReview,
  getReview,
  reviewsOfProduct,
  reviewTransitions,
} from '../../domain/review/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { readAgain } from '../read-again.ts'
import { byId, listOf, paging } from '../wire-parts.ts'

const rating = z.int().min(1).max(5)
const text = z.string().trim().min(1).max(2_000)
const photos = z.array(z.url({ protocol: /^https$/ }).max(500)).max(10)

const publicReview = z.object({
  id: z.uuid(),
  product_id: z.uuid(),
  rating: z.int(),
  body: z.string().nullable(),
  photos: z.array(z.string()),
  author: z.string(),
  created_at: z.string(),
})
const review = publicReview.omit({ author: true }).extend({
  order_item_id: z.uuid(),
  status: z.enum(statesOf(reviewTransitions)),
  status_reason: z.string().nullable(),
  updated_at: z.string(),
})
const reviews = listOf(publicReview)

const again = readAgain((work, { id }) => getReview(work, id))

const newReview = z.strictObject({
  order_item_id: z.uuid(),
  rating,
  body: text.optional(),
  photos: photos.optional(),
})
const changes = z
  .strictObject({ rating: rating.optional(), body: text.optional(), photos: photos.optional() })
  .refine((given) => Object.keys(given).length > 0, 'nothing to change')
const page = z.strictObject(paging)

/**
 * The routes of reviews. Everybody may read published reviews; buyers may write one once the goods have
 * arrived.
 */
export const reviewRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/products/:id/reviews',
      {
        config: { access: 'open' },
        schema: {
          summary: 'Published reviews of a product',
          params: byId,
          querystring: page,
          response: { 200: reviews },
        },
      },
      async (request) => {
        const filter = { productId: request.params.id, ...request.query }
        return toWire(
          await request.readPublic(`reviews ${JSON.stringify(filter)}`, (work) =>
            reviewsOfProduct(work.tx, filter),
          ),
        )
      },
    )

    app.post(
      '/api/reviews',
      {
        config: { access: 'customer', keyExpires: true, again },
        schema: { summary: 'Review an item that was delivered', body: newReview, response: { 201: review } },
      },
      async (request, reply) =>
        await request.change(reply, 201, (work) => createReview(work, fromWire(request.body))),
    )

    app.patch(
      '/api/reviews/:id',
      {
        config: { access: 'customer', keyExpires: true, again },
        schema: {
          summary: 'Edit a review within its window',
          params: byId,
          body: changes,
          response: { 200: review },
        },
      },
      async (request, reply) => {
        const input = { reviewId: request.params.id, ...fromWire(request.body) }
        return await request.change(reply, 200, (work) => editReview(work, input))
      },
    )
  }
