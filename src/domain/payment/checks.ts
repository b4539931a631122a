import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { goesBack, WRITTEN_OFF } from './entitlement/read-gone.ts'
import { paymentRowChecks, refundedFromReview } from './row-checks.ts'
import {
  arrivedRefundStates,
  receivedStates,
  sendableRefundStates,
  ungrantedRefundStates,
} from './transitions.ts'

// The maximum number of violations that one check of an invariant lists. There may be ten thousand, but a
// person needs only the first few.
const SHOWN = 10

/**
 * Returns a check of an invariant: the balance of this ledger account equals the sum of the refunds in these
 * states.
 */
const holds = (account: string, states: readonly string[]): Check =>
  checkOf(
    `${account} equals the sum of its refunds`,
    sql<{ line: string }>`
      select format('%s holds %s, its refunds say %s', ${account}::text, b.held, r.due) as line
      from (
        select coalesce(sum(b.balance_idr), 0) as held
        from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = ${account}
      ) b cross join (
        select coalesce(sum(amount_idr), 0) as due from refunds where destination = 'source' and status = any(${states})
      ) r
      where b.held <> r.due`,
  )

/**
 * The checks of the invariants about payments and refunds (numbers 1 and 6 in the list of laku's invariants).
 */
export const paymentChecks: readonly Check[] = [
  checkOf(
    'every received payment is in the ledger with its amount',
    sql<{ line: string }>`
      select format('%s is %s over %s, the ledger says %s', p.code, p.status, p.amount_idr, coalesce(l.amount, 0)) as line
      from payments p left join lateral (
        select -sum(e.amount_idr) filter (where split_part(a.key, ':', 1) in ('escrow', 'order-funds')) as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.key = 'payment:' || p.id || ':confirmed'
      ) l on true
      where not ${refundedFromReview} and case when p.status in ${inSql(receivedStates)} then coalesce(l.amount, 0) <> p.amount_idr
        else l.amount is not null end
      limit ${SHOWN}`,
  ),
  checkOf(
    'the refunds and rebates of a payment agree with the ledger and never exceed the paid amount',
    sql<{ line: string }>`
      select format('%s of %s: %s returned, %s refunded; refunds say %s and %s, rebates %s', p.code, p.amount_idr,
        p.returned_idr, p.refunded_idr, r.decided, r.done, b.rebate) as line
      from payments p
      cross join lateral (
        select coalesce(sum(amount_idr) filter (where status not in ${inSql(ungrantedRefundStates)}), 0) as decided,
          coalesce(sum(amount_idr) filter (where status in ${inSql(arrivedRefundStates)}), 0) as done
        from refunds where payment_id = p.id and quarantine_id is null
      ) r
      cross join lateral (
        select coalesce(-sum(e.amount_idr), 0) as rebate
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.key = 'participant:' || p.participant_id || ':released' and a.key in ('wallet:' || p.user_id, 'chargeback-loss', 'subsidy')
          and p.status in ${inSql(receivedStates)}
      ) b
      where p.status in ${inSql(receivedStates)} and not ${refundedFromReview} and (
        p.returned_idr <> r.decided + b.rebate or p.refunded_idr <> r.done or p.returned_idr > p.amount_idr
        or (p.status = 'refunded') <> (r.done > 0 and r.done + b.rebate = p.amount_idr)) limit ${SHOWN}`,
  ),
  checkOf(
    'a buyer gets back no more than they paid, from us and the card issuer together, except a recorded debt',
    sql<{ line: string }>`
      select format('%s: its buyer paid %s and has %s of it, besides a debt of %s that was written off', p.code, i.paid, b.has, w.idr) as line
      from payments p
      cross join lateral (
        -- What was too much went into the wallet at once: it is theirs, and was never the payment's.
        select coalesce(sum(e.amount_idr), 0) as paid
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.key = 'payment:' || p.id || ':confirmed' and a.key in ('gateway', 'quarantine', 'wallet:' || p.user_id, 'payment-hold:' || p.id)
      ) i
      cross join lateral (
        select p.charged_back_idr + coalesce(-sum(e.amount_idr), 0) as has
        from (${goesBack}) t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where a.key in ('gateway', 'buyer-claims', 'wallet:' || p.user_id)
      ) b
      cross join lateral (
        -- The buyer has the money of a debt that was written off. So what they get after it is too much.
        select coalesce(-sum(e.amount_idr), 0) as idr, max(t.recorded_at) as at
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.subject_id = p.id and t.kind = ${WRITTEN_OFF} and a.key = 'buyer-claims'
      ) w
      cross join lateral (
        select coalesce(-sum(e.amount_idr), 0) as idr
        from (${goesBack}) g join ledger_transactions t on t.id = g.id and t.recorded_at > w.at
        join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where a.key in ('gateway', 'buyer-claims', 'wallet:' || p.user_id)
      ) later
      where (p.returned_idr > 0 or p.charged_back_idr > 0)
        and (b.has > i.paid or (w.idr > 0 and later.idr > 0 and b.has + w.idr > i.paid))
        and exists (select from ledger_transactions t where t.key = 'payment:' || p.id || ':confirmed') limit ${SHOWN}`,
  ),
  checkOf(
    'the money held from wallets equals the wallet parts of the payments that wait',
    sql<{ line: string }>`
      select format('%s is %s, its wallet pays %s, held is %s', p.code, p.status, p.wallet_idr, coalesce(b.balance_idr, 0)) as line
      from payments p left join ledger_accounts a on a.key = 'payment-hold:' || p.id left join ledger_balances b on b.account_id = a.id
      where p.method = 'invoice' and (p.wallet_idr > 0 or a.id is not null) and coalesce(b.balance_idr, 0) <> case
        when p.status = 'pending' then p.wallet_idr
        when p.status = 'review'
          and exists (select from quarantined_money q where q.payment_id = p.id and q.kind = 'wrong_amount' and q.status = 'waiting')
          and not exists (select from ledger_transactions t where t.key = 'payment:' || p.id || ':freed') then p.wallet_idr
        else 0 end
      limit ${SHOWN}`,
  ),
  checkOf(
    'the quarantine account equals the quarantined money that waits',
    sql<{ line: string }>`
      select format('quarantine holds %s, what waits in it is %s', b.held, q.due) as line
      from (
        select coalesce(sum(b.balance_idr), 0) as held
        from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = 'quarantine'
      ) b cross join (
        select coalesce(sum(amount_idr - charged_back_idr), 0) as due from quarantined_money where status = 'waiting'
      ) q
      where b.held <> q.due`,
  ),
  checkOf(
    'every chargeback of a payment is in the ledger',
    sql<{ line: string }>`
      select format('%s was charged back %s, the ledger says %s, its chargebacks %s', p.code, p.charged_back_idr, l.amount, c.amount) as line
      from payments p cross join lateral (
        select coalesce(sum(e.amount_idr), 0) as amount
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
        where t.subject_id = p.id and t.kind = 'payment.charged_back'
          and e.account_id = (select id from ledger_accounts where key = 'chargeback-loss')
      ) l cross join lateral (
        select coalesce(sum(amount_idr - won_idr), 0) as amount from chargebacks where payment_id = p.id
      ) c
      where (p.charged_back_idr <> l.amount or p.charged_back_idr <> c.amount) and (p.charged_back_idr <> 0 or p.id in (
        select t.subject_id from ledger_accounts a join ledger_entries e on e.account_id = a.id
        join ledger_transactions t on t.id = e.transaction_id where a.key = 'chargeback-loss')) limit ${SHOWN}`,
  ),
  holds('refunds-payable', sendableRefundStates),
  holds('refunds-in-flight', ['submitted']),
  ...paymentRowChecks,
]
