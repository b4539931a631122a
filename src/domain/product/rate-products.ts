import { addRatings, type RatingChange } from '../factory/index.ts'
import type { Work } from '../kernel/index.ts'

/**
 * Reaction to a review that is published, gets another rating or is hidden: updates the rating of its
 * product. The factory's rating is updated in the same way.
 */
export async function rateProducts(
  work: Work,
  events: readonly { payload: RatingChange & { productId: string } }[],
): Promise<void> {
  const changes = events.map(({ payload: { productId, ...change } }) => ({ id: productId, ...change }))
  await addRatings(work, 'products', changes)
}
