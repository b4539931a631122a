import { addRatings, type RatingChange } from '../factory/index.ts'
import type { Work } from '../kernel/index.ts'

/** Reaction to what happens to a published review: the product's rating follows as its factory's does. */
export async function rateProducts(
  work: Work,
  events: readonly { payload: RatingChange & { productId: string } }[],
): Promise<void> {
  const changes = events.map(({ payload: { productId, ...change } }) => ({ id: productId, ...change }))
  await addRatings(work, 'products', changes)
}
