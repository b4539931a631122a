import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { suspenseRowChecks } from './row-checks.ts'
import { waitingSuspenseStates } from './transitions.ts'

// The maximum number of rows that one check lists. A broken invariant may concern ten thousand rows, but a
// person needs only the first few.
const SHOWN = 10

/**
 * The checks that the records of money in suspense agree with the ledger, besides the ledger's own checks.
 */
export const suspenseChecks: readonly Check[] = [
  checkOf(
    'the suspense accounts equal the suspense items that wait',
    sql<{ line: string }>`
      select format('%s holds %s, what waits in it is %s', coalesce(l.key, i.key), coalesce(l.held, 0), coalesce(i.due, 0)) as line
      from (
        select a.key, sum(e.amount_idr) as held from ledger_accounts a join ledger_entries e on e.account_id = a.id
        where a.key like 'suspense:%' group by a.key
      ) l full join (
        select 'suspense:' || code as key, sum(amount_idr) as due from suspense_items where status in ${inSql(waitingSuspenseStates)} group by code
      ) i on i.key = l.key
      where coalesce(l.held, 0) <> coalesce(i.due, 0) limit ${SHOWN}`,
  ),
  ...suspenseRowChecks,
]
