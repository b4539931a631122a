import { addRatings, type RatingChange } from '../factory/index.ts'
import type { Work } from '../kernel/index.ts'

/**
 * Reaction to a published review that appears, changes or is hidden: updates the rating of its product, as
 * the factory's rating is updated.
 */
export async function rateProducts(
  work: Work,
  events: readonly { payload: RatingChange & { productId: string } }[],
): Promise<void> {
  const changes = events.map(({ payload: { productId, ...change } }) => ({ id: productId, ...change }))
  await addRatings(work, 'products', changes)
}
