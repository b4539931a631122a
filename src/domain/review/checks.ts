import { sql } from 'kysely'
import type { Check } from '../kernel/index.ts'

// The maximum number of violations that one check lists. There may be ten thousand violations, but a person
// needs only the first few.
const SHOWN = 10

/**
 * The checks of products' and factories' ratings. A rating is stored as a running total; the checks compare
 * it with the sum over all published reviews.
 */
export const reviewChecks: readonly Check[] = [
  {
    name: 'ratings agree with the published reviews',
    violations: async (tx) => {
      const { rows } = await sql<{ line: string }>`
        with counted as (
          select product_id, factory_id, sum(rating) as stars, count(*) as reviews from reviews
          where status = 'published' group by product_id, factory_id
        )
        (select format('product %s has %s stars of %s, its reviews say %s of %s',
            p.id, p.rating_sum, p.rating_count, coalesce(c.stars, 0), coalesce(c.reviews, 0)) as line
          from products p left join counted c on c.product_id = p.id
          where (p.rating_sum, p.rating_count) is distinct from (coalesce(c.stars, 0), coalesce(c.reviews, 0)) limit ${SHOWN})
        union all
        (select format('factory %s has %s stars of %s, its reviews say %s of %s',
            f.id, f.rating_sum, f.rating_count, coalesce(c.stars, 0), coalesce(c.reviews, 0))
          from factories f
          left join (select factory_id, sum(stars) as stars, sum(reviews) as reviews from counted group by 1) c on c.factory_id = f.id
          where (f.rating_sum, f.rating_count) is distinct from (coalesce(c.stars, 0), coalesce(c.reviews, 0)) limit ${SHOWN})
      `.execute(tx)
      return rows.map((row) => row.line)
    },
  },
]
