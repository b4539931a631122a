import { addRatings, type RatingChange } from '../factory/index.ts'
import type { Work } from '../kernel/index.ts'

/**
 * Reaction to a published review that appears, changes or is hidden: updates the rating of its product, in
 * the same way as the factory's rating.
 */
export async function rateProducts(
  work: Work,
  events: readonly { payload: RatingChange & { productId: string } }[],
): Promise<void> {
  const changes = events.map(({ payload: { productId, ...change } }) => ({ id: productId, ...change }))
  await addRatings(work, 'products', changes)
}
