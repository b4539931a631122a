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
   * The SQL that selects the rows about which a person decided, as `id`, `label` and `idr`. `idr` is the
   * least sum that the count must have; null if it may differ. The conditions are those of the table's
   * trigger.
   */
  decided: RawBuilder<unknown>
  /** The SQL that selects the ids of all these rows, as text. */
  rows: RawBuilder<unknown>
  /** The word by which counts name such a row as their subject. */
  subject: string
}

/**
 * A check that the limits of one person and the rows of business agree, both ways: each decision is counted
 * under its own kind and with its whole sum, and each count has its row. A superuser who deletes counts could
 * otherwise decide about the same sums again and nobody would see it. Counts of a day that a restore lost
 * have no row. It reads each table once.
 */
export const countedCheck = ({ name, kinds, decided, rows, subject }: CountedRows): Check =>
  checkOf(
    name,
    sql<{ line: string }>`
      (select case when u.idr is null then format('%s was decided, and no limit counts it', d.label)
        else format('%s gave %s, and a limit counts only %s', d.label, d.idr, u.idr) end as line
      from (${decided}) d(id, label, idr)
      left join (
        select subject_id, max(amount_idr) as idr from limit_uses where kind = any(${kinds}) group by subject_id
      ) u on u.subject_id = d.id
      where u.idr is null or u.idr < d.idr limit ${SHOWN})
      union all
      (select format('a limit counts %s %s of %s, which does not exist', u.kind, u.subject_id, u.amount_idr)
      from limit_uses u
      where u.kind = any(${kinds}) and u.subject_kind = ${subject} and u.person <> ${LOST_DAY} and not exists (select from (${rows}) r(id) where r.id = u.subject_id) limit ${SHOWN})`,
  )
