import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { reviewErrors } from './errors.ts'
import type { ReviewView } from './views.ts'

/** @throws review.not_found */
export async function lockReview(work: Work, reviewId: string): Promise<ReviewView> {
  const { rows } = await sql<ReviewView>`
    select id, order_item_id, product_id, factory_id, user_id, rating, body, photos, status, status_reason, created_at, updated_at
    from reviews where id = ${reviewId} for no key update`.execute(work.tx)
  const review = rows[0]
  if (!review) throw reviewErrors.not_found({ reviewId })
  return review
}
