import { type RawBuilder, sql } from 'kysely'
import { type Check, checkOf } from '../kernel/index.ts'
import { type LimitedKind, LOST_DAY } from './limits.ts'

// The maximum number of rows that one check lists.
const SHOWN = 10

interface CountedRows {
  /** The name of the check, as in "every withdrawal that staff let go is counted in the limits". */
  name: string
  /** The kinds under which decisions about these rows are counted. */
  kinds: readonly LimitedKind[]
  /**
   * The SQL that selects the rows about which a person decided, as `id`, `label`, `idr`, `receiver`, `person`
   * and `second`. `idr` is the least sum that the count must have. `receiver` gets the money, as limits name
   * it. `person` and `second` are the two who decided, as `personOf` or `actorLabel` names them; `second` is
   * empty if one decided alone. Each of the four is null if it may differ or if the row does not say it. The
   * conditions are those of the table's trigger.
   */
  decided: RawBuilder<unknown>
  /** The SQL that selects the ids of all these rows, as text. */
  rows: RawBuilder<unknown>
  /** The word by which counts name such a row as their subject. */
  subject: string
}

/** The SQL condition that two texts name two people; false if the row, or its name now, says nobody. */
const isOther = (decided: RawBuilder<unknown>, counted: RawBuilder<unknown>) => sql`(${decided} <> ${counted}
  and (${decided} = '' or ${counted} = '' or staff_named(${decided}) is null or staff_named(${decided}) is distinct from staff_named(${counted}))
  and (${decided} = '' or ${decided} like 'customer:%' or staff_named(${decided}) is not null))`

/**
 * A check that the limits of one person and the rows of business agree, both ways: each decision is counted
 * under its own kind, with its whole sum, for its receiver and its people, and each count has its row. A
 * superuser who deletes or changes counts could otherwise decide about the same sums again and nobody would
 * see it. Counts of a day that a restore lost have no row, and name nobody who decided; neither do those that
 * a migration made for older decisions. What laku itself or a provider decides has no receiver in the limits.
 * It reads each table once.
 */
export const countedCheck = ({ name, kinds, decided, rows, subject }: CountedRows): Check =>
  checkOf(
    name,
    sql<{ line: string }>`
      (select case when u.idr is null then format('%s was decided, and no limit counts it', d.label)
        when u.idr < d.idr then format('%s gave %s, and a limit counts only %s', d.label, d.idr, u.idr)
        else format('%s is counted for %s, %s and %s, and is of %s, %s and %s', d.label, u.receiver, u.person, u.second,
          coalesce(d.receiver, u.receiver), coalesce(d.person, u.person), coalesce(d.second, u.second)) end as line
      from (${decided}) d(id, label, idr, receiver, person, second)
      left join (
        select subject_id, amount_idr as idr, receiver, person, coalesce(second_person, '') as second,
          person = ${LOST_DAY} or person = 'system:migration' and undone_at = used_at as is_unnamed
        from limit_uses where kind = any(${kinds})
      ) u on u.subject_id = d.id
      where u.idr is null or u.idr < d.idr
        or not u.is_unnamed and (
          d.receiver <> u.receiver and not (u.receiver = 'nobody' and u.person ~ '^(system|provider):')
          or ${isOther(sql`d.person`, sql`u.person`)} or ${isOther(sql`d.second`, sql`u.second`)})
      limit ${SHOWN})
      union all
      (select format('a limit counts %s %s of %s, which does not exist', u.kind, u.subject_id, u.amount_idr)
      from limit_uses u
      where u.kind = any(${kinds}) and u.subject_kind = ${subject} and u.person <> ${LOST_DAY} and not exists (select from (${rows}) r(id) where r.id = u.subject_id) limit ${SHOWN})`,
  )
