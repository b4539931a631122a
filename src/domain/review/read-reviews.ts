import { type RawBuilder, sql } from 'kysely'
import { pageOf, requireStaff, type Tx, type Work } from '../kernel/index.ts'
import { reviewErrors } from './errors.ts'
import type { ReviewStatus } from './transitions.ts'
import type { PublicReview, ReviewView } from './views.ts'

const columns = sql`r.id, r.order_item_id, r.product_id, r.factory_id, r.user_id, r.rating, r.body, r.photos, r.status,
  r.status_reason, r.created_at, r.updated_at`

/**
 * Returns the SQL filter for the reviews that the actor may read with all fields: a customer's own reviews,
 * or all reviews for staff.
 */
function visible({ actor }: Work): RawBuilder<unknown> {
  if (actor.kind === 'customer') return sql`r.user_id = ${actor.id}::uuid`
  requireStaff(actor, 'support', 'warehouse', 'finance', 'agent', 'service')
  return sql`true`
}

/**
 * Returns one review with all fields. Customers can read only their own reviews, staff can read any.
 * @throws review.not_found, kernel.forbidden
 */
export async function getReview(work: Work, reviewId: string): Promise<ReviewView> {
  const { rows } = await sql<ReviewView>`
    select ${columns} from reviews r where r.id = ${reviewId}::uuid and ${visible(work)}`.execute(work.tx)
  const review = rows[0]
  if (!review) throw reviewErrors.not_found({ reviewId })
  return review
}

/**
 * Returns one keyset page of reviews, newest first, for staff.
 * @throws kernel.forbidden
 */
export async function listReviews(
  work: Work,
  filter: {
    status?: ReviewStatus | undefined
    productId?: string | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: ReviewView[]; nextCursor: string | null }> {
  const conditions = [
    visible(work),
    filter.status ? sql`r.status = ${filter.status}` : sql`true`,
    filter.productId ? sql`r.product_id = ${filter.productId}::uuid` : sql`true`,
    filter.cursor ? sql`r.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const { rows } = await sql<ReviewView>`
    select ${columns} from reviews r where ${sql.join(conditions, sql` and `)}
    order by r.id desc limit ${filter.limit + 1}`.execute(work.tx)
  return paged(rows, filter.limit)
}

/** Returns the published reviews of a product, newest first, with only the fields that are public. */
export async function reviewsOfProduct(
  tx: Tx,
  filter: { productId: string; limit: number; cursor?: string | undefined },
): Promise<{ data: PublicReview[]; nextCursor: string | null }> {
  const after = filter.cursor ? sql`r.id < ${filter.cursor}::uuid` : sql`true`
  // The status is a literal in the SQL, so that the partial index of published reviews is used.
  const { rows } = await sql<PublicReview & { name: string | null }>`
    select r.id, r.product_id, r.rating, r.body, r.photos, u.name, r.created_at
    from reviews r join users u on u.id = r.user_id
    where r.product_id = ${filter.productId}::uuid and r.status = 'published' and ${after}
    order by r.id desc limit ${filter.limit + 1}`.execute(tx)
  return paged(
    rows.map(({ name, ...review }) => ({ ...review, author: maskedName(name) })),
    filter.limit,
  )
}

/**
 * Masks a reviewer's name: `B***` for Budi Santoso. The masked name tells only that a person wrote the
 * review.
 */
export function maskedName(name: string | null): string {
  const first = [...(name?.trim() ?? '')][0]
  return `${first?.toUpperCase() ?? ''}***`
}

function paged<R extends { id: string }>(rows: R[], limit: number): { data: R[]; nextCursor: string | null } {
  return pageOf(rows, limit, (row) => row.id)
}
