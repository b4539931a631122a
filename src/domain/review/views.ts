import type { ReviewStatus } from './transitions.ts'

/** A review as everybody reads it. */
export interface PublicReview {
  id: string
  productId: string
  /** 1 to 5 stars */
  rating: number
  body: string | null
  /** Addresses of pictures. */
  photos: string[]
  /** The buyer's first name, all but its first letter hidden. */
  author: string
  createdAt: Date
}

/** A review as its writer and staff see it. */
export interface ReviewView extends Omit<PublicReview, 'author'> {
  orderItemId: string
  factoryId: string
  userId: string
  status: ReviewStatus
  /** Why it is hidden. */
  statusReason: string | null
  updatedAt: Date
}
