import './events.ts'

export { reviewChecks } from './checks.ts'
export { createReview } from './create-review.ts'
export { editReview } from './edit-review.ts'
export { hideReview, publishReview } from './moderate-review.ts'
export { getReview, listReviews, reviewsOfProduct } from './read-reviews.ts'
export { reviewTransitions } from './transitions.ts'
