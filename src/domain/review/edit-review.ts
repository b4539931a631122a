import { requireCustomer, secondsAfter, type Work } from '../kernel/index.ts'
import { reviewErrors } from './errors.ts'
import { lockReview } from './lock-review.ts'
import { getReview } from './read-reviews.ts'
import type { ReviewView } from './views.ts'

export interface ReviewChanges {
  rating?: number | undefined
  body?: string | undefined
  photos?: string[] | undefined
}

const DAY_S = 86_400

/**
 * Changes the acting buyer's own review, within policy.reviewEditDays after it was written. If the review is
 * published, the ratings of its product and factory change too.
 * @throws review.not_found (another customer's too), edit_window_over, kernel.forbidden
 */
export async function editReview(
  work: Work,
  input: ReviewChanges & { reviewId: string },
): Promise<ReviewView> {
  const userId = requireCustomer(work.actor)
  const { reviewId } = input
  const before = await lockReview(work, reviewId)
  if (before.userId !== userId) throw reviewErrors.not_found({ reviewId })
  const days = work.policy.reviewEditDays
  if (secondsAfter(before.createdAt, days * DAY_S) < work.now)
    throw reviewErrors.edit_window_over({ reviewId, days })
  const rating = input.rating ?? before.rating
  await work.tx
    .updateTable('reviews')
    .set({
      rating,
      body: input.body ?? before.body,
      photos: JSON.stringify(input.photos ?? before.photos),
      updatedAt: work.now,
    })
    .where('id', '=', reviewId)
    .execute()
  if (before.status === 'published' && rating !== before.rating) {
    const { productId, factoryId } = before
    const payload = { reviewId, productId, factoryId, sumChange: rating - before.rating, countChange: 0 }
    work.emit({ type: 'review.rerated', aggregate: ['review', reviewId], payload })
  }
  return await getReview(work, reviewId)
}
