import { sql } from 'kysely'
import { type Check, inSql } from '../kernel/index.ts'
import { heldToRows } from '../ledger/index.ts'
import { countedCheck } from '../ops/index.ts'
import { disposals } from './transitions.ts'

const undone = sql`
  select i.id || ':' || n from suspense_items i cross join lateral generate_series(1, i.undos) n where i.undos > 0`

/**
 * The check that suspense items agree with their ledger postings into suspense and out of it. A chargeback
 * that was assigned to its payment left suspense by a posting of another kind, which this check ignores. Two
 * items that cleared each other must add up to zero on one ledger account.
 */
export const suspenseRowChecks: readonly Check[] = [
  heldToRows({
    name: 'items of suspense',
    kinds: [
      'suspense.opened',
      'suspense.offset',
      'suspense.wallet',
      'suspense.collected',
      'suspense.written_off',
      'suspense.reassigned',
      'suspense.undone',
    ],
    due: sql`
      select i.id::text, true, l.account, l.idr from suspense_items i
      cross join lateral (
        select case i.status
          when 'offset' then 'factory:' || coalesce(i.asked ->> 'factoryId', i.factory_id::text)
          when 'wallet' then 'wallet:' || coalesce(i.asked ->> 'userId', i.user_id::text)
          when 'collected' then 'bank'
          when 'written_off' then case when i.amount_idr < 0 then 'adjustments' when i.kind = 'chargeback' then 'chargeback-loss' else 'bad-debt' end
          when 'reassigned' then case when i.asked ->> 'place' = 'fee' then 'gateway-fees' when i.asked ->> 'place' like 'quarantine:%' then 'quarantine' end
          end as place
      ) p
      cross join lateral (
        select i.account, -i.amount_idr
        union all
        select coalesce(p.place, 'suspense:' || i.code), i.amount_idr
      ) l(account, idr)`,
  }),
  countedCheck({
    name: 'every decision about suspense is counted in the limits, and every count has one',
    kinds: ['suspense'],
    rows: sql`select id::text from suspense_items`,
    subject: 'suspense',
    decided: sql`
      select i.id::text, i.code, null::bigint, null::text, i.asked_by, case when i.decided_by = i.asked_by then '' else i.decided_by end
      from suspense_items i
      where i.status in ${inSql(disposals)} and not i.by_fact`,
  }),
  countedCheck({
    name: 'every decision about suspense that was taken back is counted in the limits, and every count has one',
    kinds: ['suspense_undone'],
    rows: undone,
    subject: 'suspense',
    decided: sql`select u.id, 'taking back ' || u.id, null::bigint, null::text, null::text, null::text from (${undone}) u(id)`,
  }),
]
