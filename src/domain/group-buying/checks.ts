import { sql } from 'kysely'
import { type Check, checkOf, finalStates, inSql } from '../kernel/index.ts'
import { wasReceived } from '../payment/index.ts'
import {
  liveParticipantStates,
  paidParticipantStates,
  refundingSessionStates,
  runningSessionStates,
  sessionTransitions,
} from './transitions.ts'

// The maximum number of violations that one check of a group-buying invariant lists. A broken invariant can
// have ten thousand violations, but a person needs only the first few.
const SHOWN = 10

/**
 * The invariants of group buying: a session's counts, its capacity, its escrow, its participants and its
 * stock agree with the rows behind them. Also, no session stays open once it is complete.
 */
export const groupBuyingChecks: readonly Check[] = [
  checkOf(
    "a session's units and participants equal their rows",
    sql<{ line: string }>`
      select format('%s counts %s paid, %s held, %s participants; its rows say %s, %s, %s',
        s.code, s.paid_units, s.held_units, s.participants, coalesce(c.paid, 0), coalesce(c.held, 0), coalesce(c.people, 0)) as line
      from group_buying_sessions s left join (
        select session_id,
          sum(units) filter (where status in ${inSql(paidParticipantStates)}) as paid,
          sum(units) filter (where status = 'held') as held,
          count(*) filter (where status in ${inSql(paidParticipantStates)}) as people
        from group_participants group by session_id
      ) c on c.session_id = s.id
      where (s.paid_units, s.held_units, s.participants)
        is distinct from (coalesce(c.paid, 0), coalesce(c.held, 0), coalesce(c.people, 0)) limit ${SHOWN}`,
  ),
  checkOf(
    'no session exceeds its capacity',
    sql<{ line: string }>`
      select format('%s sold %s of %s', s.code, c.units, s.capacity) as line
      from group_buying_sessions s join (
        select session_id, sum(units) as units from group_participants where status in ${inSql(liveParticipantStates)} group by session_id
      ) c on c.session_id = s.id
      where c.units > s.capacity limit ${SHOWN}`,
  ),
  checkOf(
    'escrow equals the paid money less released and refunded money',
    sql<{ line: string }>`
      select format('%s holds %s, its payments say %s (%s)', s.code, e.held, e.due, s.status) as line
      from group_buying_sessions s cross join lateral (
        select coalesce((
            select b.balance_idr from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = 'escrow:' || s.id
          ), 0) as held,
          coalesce((
            select sum(y.amount_idr - y.returned_idr)
            from payments y join group_participants p on p.id = y.participant_id
            where y.session_id = s.id and ${wasReceived('y')} and p.status <> 'ordered'
          ), 0) as due
      ) e
      where e.held <> e.due or (s.status in ${inSql(finalStates(sessionTransitions))} and e.held <> 0) limit ${SHOWN}`,
  ),
  checkOf(
    'a paid participant has a place, an order or a full refund',
    sql<{ line: string }>`
      select format('participant %s is %s in %s (%s), paid %s, refunded %s, orders %s',
        p.id, p.status, s.code, s.status, f.paid, f.returned, f.orders) as line
      from group_participants p join group_buying_sessions s on s.id = p.session_id
      cross join lateral (
        select
          (select coalesce(sum(y.amount_idr), 0) from payments y where y.participant_id = p.id and ${wasReceived('y')}) as paid,
          exists (select from payments y where y.participant_id = p.id and y.status = 'refunded') as refunded,
          (select coalesce(sum(y.returned_idr), 0) from payments y where y.participant_id = p.id) as returned,
          (select count(*) from orders o where o.participant_id = p.id) as orders
      ) f
      where not case p.status
        when 'held' then s.status = 'forming' and f.paid = 0 and f.orders = 0
        when 'paid' then f.paid > 0 and f.orders = 0 and case
          when s.status in ${inSql(refundingSessionStates)} then f.returned = f.paid
          else s.status in ${inSql(runningSessionStates)} and f.returned = 0 end
        when 'ordered' then f.paid > 0 and f.orders = 1
        else f.returned = f.paid and f.orders = 0 and (p.status <> 'refunded' or f.refunded) end
      limit ${SHOWN}`,
  ),
  checkOf(
    'no session that is complete is still forming',
    sql<{ line: string }>`
      select format('%s forms with %s of %s paid units', code, paid_units, moq) as line
      from group_buying_sessions
      where status = 'forming' and case close_policy when 'at_moq' then paid_units >= moq else paid_units >= capacity end
      limit ${SHOWN}`,
  ),
  checkOf(
    'only sessions that wait for stock have shortages, and reserve stock only for buyers who wait',
    sql<{ line: string }>`
      select format('%s is %s, yet it %s', s.code, s.status, w.what) as line from (
        select session_id, 'is short of stock' as what from stock_shortages
        union select subject_id, 'holds stock' from stock_reservations where subject_kind = 'session' and status = 'open'
      ) w join group_buying_sessions s on s.id = w.session_id
      where s.status not in ('pending_stock', 'orders_created') and not (s.status = 'moq_reached' and w.what = 'holds stock')
      limit ${SHOWN}`,
  ),
]
