import type { ReviewStatus } from './transitions.ts'

/** A review with only the fields that are public. */
export interface PublicReview {
  id: string
  productId: string
  /** The rating: 1 to 5 stars. */
  rating: number
  body: string | null
  /** The URLs of the buyer's photos. */
  photos: string[]
  /** The buyer's first name, reduced to its first letter, such as `B***`. */
  author: string
  createdAt: Date
}

/** A review with all fields, for its writer and staff. */
export interface ReviewView extends Omit<PublicReview, 'author'> {
  orderItemId: string
  factoryId: string
  userId: string
  status: ReviewStatus
  /** The reason why staff hid the review; null if it is not hidden. */
  statusReason: string | null
  updatedAt: Date
}
