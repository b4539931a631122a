/**
 * The change that one review makes to the ratings of its product and factory. It changes the sum of stars and
 * the number of reviews.
 */
interface RatingDelta {
  reviewId: string
  productId: string
  factoryId: string
  sumChange: number
  countChange: number
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'review.written': { reviewId: string; productId: string; userId: string }
    'review.published': RatingDelta
    'review.hidden': RatingDelta
    /** The number of stars of a published review has changed. */
    'review.rerated': RatingDelta
  }
}

export {}
