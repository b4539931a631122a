import { sql } from 'kysely'
import { asRecords, type Work } from '../kernel/index.ts'

/** By how much a factory's published ratings change: their sum, and how many they are. */
export interface FactoryRatingChange {
  factoryId: string
  sumChange: number
  countChange: number
}

/** Reaction to what happens to a published review: the factory's rating follows by increments, never by a scan. */
export async function rateFactories(
  work: Work,
  events: readonly { payload: FactoryRatingChange }[],
): Promise<void> {
  const changes = events.map(({ payload: { factoryId, sumChange, countChange } }) => ({
    id: factoryId,
    sumChange,
    countChange,
  }))
  await sql`
    with changes as (
      select id, sum(sum_change) as sum_change, sum(count_change) as count_change
      from jsonb_to_recordset(${asRecords(changes)}::jsonb) as r(id uuid, sum_change integer, count_change integer) group by id
    ), locked as (
      select id from factories where id in (select id from changes) order by id for no key update
    )
    update factories f set rating_sum = f.rating_sum + c.sum_change, rating_count = f.rating_count + c.count_change
    from changes c join locked l on l.id = c.id where f.id = c.id`.execute(work.tx)
}
