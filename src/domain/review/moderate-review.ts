import { moveState, requireReason, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { lockReview } from './lock-review.ts'
import { getReview } from './read-reviews.ts'
import { type ReviewStatus, reviewMachine, reviewTransitions } from './transitions.ts'
import type { ReviewView } from './views.ts'

/**
 * Publishes a review, at the request of staff. From now on the review counts in the ratings of its product
 * and factory.
 * @throws review.not_found, kernel.illegal_transition, kernel.forbidden
 */
export async function publishReview(work: Work, input: { reviewId: string }): Promise<ReviewView> {
  return await moderate(work, input.reviewId, 'published', null)
}

/**
 * Hides a review, at the request of staff, and stores their reason. From now on the review does not count in
 * the ratings.
 * @throws review.not_found, kernel.illegal_transition, kernel.reason_required, kernel.forbidden
 */
export async function hideReview(
  work: Work,
  input: { reviewId: string; reason?: string },
): Promise<ReviewView> {
  const reason = requireReason(work, input.reason)
  return await moderate(work, input.reviewId, 'hidden', reason)
}

async function moderate(
  work: Work,
  reviewId: string,
  to: ReviewStatus,
  reason: string | null,
): Promise<ReviewView> {
  requireStaff(work.actor, 'support')
  const { status, rating, productId, factoryId } = await lockReview(work, reviewId)
  requireTransition(reviewTransitions, status, to, 'review')
  const set = { statusReason: reason, updatedAt: work.now }
  await moveState(work, reviewMachine, { to, ids: [reviewId], set, all: true })
  // Only published reviews count in the ratings. So the ratings do not change if a pending review is hidden.
  const counted = Number(to === 'published') - Number(status === 'published')
  work.emit({
    type: to === 'published' ? 'review.published' : 'review.hidden',
    aggregate: ['review', reviewId],
    payload: { reviewId, productId, factoryId, sumChange: counted * rating, countChange: counted },
  })
  const subject: [string, string] = ['review', reviewId]
  work.audit({
    command: `reviews ${to === 'published' ? 'publish' : 'hide'}`,
    subject,
    before: { status },
    after: { status: to },
  })
  return await getReview(work, reviewId)
}
