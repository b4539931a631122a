import { sql } from 'kysely'
import { insertRows, newId, requireCustomer, type Work } from '../kernel/index.ts'
import { reviewErrors } from './errors.ts'
import { getReview } from './read-reviews.ts'
import type { ReviewView } from './views.ts'

export interface NewReview {
  orderItemId: string
  /** The rating: 1 to 5 stars. */
  rating: number
  body?: string | undefined
  /** The URLs of the buyer's photos, which are stored elsewhere. */
  photos?: string[] | undefined
}

interface Item {
  productId: string
  factoryId: string
  status: string
}

/**
 * Saves the acting buyer's review of an item from their own delivered order. Each order item can have only
 * one review. The review becomes public after staff have read it.
 * @throws review.item_not_found, not_delivered, reviewed_already, kernel.forbidden
 */
export async function createReview(work: Work, input: NewReview): Promise<ReviewView> {
  const userId = requireCustomer(work.actor)
  const { orderItemId, rating, body, photos = [] } = input
  const item = await boughtItem(work, orderItemId, userId)
  if (item.status !== 'delivered' && item.status !== 'completed') {
    throw reviewErrors.not_delivered({ orderItemId, orderStatus: item.status })
  }
  const { productId, factoryId } = item
  const row = {
    id: newId(),
    orderItemId,
    productId,
    factoryId,
    userId,
    rating,
    body: body ?? null,
    photos: photos as never,
    status: 'pending',
    createdAt: work.now,
    updatedAt: work.now,
  }
  const [id] = await insertRows(work.tx, 'reviews', [row], { onConflictDoNothing: true, returning: 'id' })
  if (id === undefined) throw reviewErrors.reviewed_already({ orderItemId })
  work.emit({
    type: 'review.written',
    aggregate: ['review', id],
    payload: { reviewId: id, productId, userId },
  })
  return await getReview(work, id)
}

async function boughtItem(work: Work, orderItemId: string, userId: string): Promise<Item> {
  const { rows } = await sql<Item>`
    select i.product_id, i.factory_id, o.status from order_items i join orders o on o.id = i.order_id
    where i.id = ${orderItemId} and o.user_id = ${userId}`.execute(work.tx)
  const item = rows[0]
  if (!item) throw reviewErrors.item_not_found({ orderItemId })
  return item
}
