import { sql } from 'kysely'
import { asRecords, type Work } from '../kernel/index.ts'

/** The change of a product's or factory's published ratings: of their sum in stars, and of their count. */
export interface RatingChange {
  sumChange: number
  countChange: number
}

/**
 * Reacts to changes of published reviews: adds each change to the factory's rating, and never counts all
 * reviews again.
 */
export async function rateFactories(
  work: Work,
  events: readonly { payload: RatingChange & { factoryId: string } }[],
): Promise<void> {
  const changes = events.map(({ payload: { factoryId, ...change } }) => ({ id: factoryId, ...change }))
  await addRatings(work, 'factories', changes)
}

/**
 * Adds changes to the ratings of factories or of products. Each row is updated once, and rows are locked in
 * the order of their ids.
 */
export async function addRatings(
  work: Work,
  table: 'factories' | 'products',
  changes: readonly (RatingChange & { id: string })[],
): Promise<void> {
  const records = changes.map(({ id, sumChange, countChange }) => ({ id, sumChange, countChange }))
  await sql`
    with changes as (
      select id, sum(sum_change) as sum_change, sum(count_change) as count_change
      from jsonb_to_recordset(${asRecords(records)}::jsonb) as r(id uuid, sum_change integer, count_change integer) group by id
    ), locked as (
      select id from ${sql.table(table)} where id in (select id from changes) order by id for no key update
    )
    update ${sql.table(table)} t set rating_sum = t.rating_sum + c.sum_change, rating_count = t.rating_count + c.count_change
    from changes c join locked l on l.id = c.id where t.id = c.id`.execute(work.tx)
}
