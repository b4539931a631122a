import { sql } from 'kysely'
import { asRecords, type Work } from '../kernel/index.ts'

/** By how much a product's published ratings change: their sum, and how many they are. */
export interface ProductRatingChange {
  productId: string
  sumChange: number
  countChange: number
}

/** Reaction to what happens to a published review: the product's rating follows by increments, never by a scan. */
export async function rateProducts(
  work: Work,
  events: readonly { payload: ProductRatingChange }[],
): Promise<void> {
  const changes = events.map(({ payload: { productId, sumChange, countChange } }) => ({
    id: productId,
    sumChange,
    countChange,
  }))
  await sql`
    with changes as (
      select id, sum(sum_change) as sum_change, sum(count_change) as count_change
      from jsonb_to_recordset(${asRecords(changes)}::jsonb) as r(id uuid, sum_change integer, count_change integer) group by id
    ), locked as (
      select id from products where id in (select id from changes) order by id for no key update
    )
    update products p set rating_sum = p.rating_sum + c.sum_change, rating_count = p.rating_count + c.count_change
    from changes c join locked l on l.id = c.id where p.id = c.id`.execute(work.tx)
}
