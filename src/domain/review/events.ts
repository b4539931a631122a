/** By how much a review changes the ratings of its product and factory. */
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
    /** A published one has other stars now. */
    'review.rerated': RatingDelta
  }
}

export {}
