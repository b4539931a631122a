import { type RawBuilder, sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { heldToRows } from '../ledger/index.ts'
import { countedCheck } from '../ops/index.ts'
import {
  arrivedRefundStates,
  receivedStates,
  sendableRefundStates,
  ungrantedRefundStates,
} from './transitions.ts'

// The maximum number of violations that one check lists. There may be ten thousand violations, but a person
// needs only the first few.
const SHOWN = 10

/**
 * The SQL condition that the money for payment `p` had a wrong amount, and was sent from quarantine back to
 * the payer.
 */
export const refundedFromReview: RawBuilder<boolean> = sql`exists (
  select from quarantined_money q where q.payment_id = p.id and q.kind = 'wrong_amount'
    and p.status = 'refunded' and not exists (select from ledger_transactions t where t.key = 'payment:' || p.id || ':confirmed'))`

const isReceived = sql`(p.status in ${inSql(receivedStates)} and not ${refundedFromReview})`

/**
 * The SQL that counts three kinds of ledger account as one: money at the provider, money that matches no
 * payment (quarantine), and unexplained money (suspense). The checks need only their sum, because money may
 * move between them in several ways.
 */
const atProvider = sql`case when a.key in ('gateway', 'quarantine') or a.key like 'suspense:%' then 'gateway' else a.key end`

/** The SQL condition that the company wrote off what the provider had refunded too much of payment `p`. */
const isSurplusWrittenOff = sql`exists (
  select from suspense_items i join ledger_transactions w on w.subject_id = i.id and w.kind = 'suspense.written_off'
  where i.kind = 'refund' and i.amount_idr > 0 and i.subject_id in (
    select p.id union all select o.id from refunds o where o.payment_id = p.id
    union all select q.id from quarantined_money q where q.payment_id = p.id))`

/** The checks that payments, refunds, quarantined money and chargebacks agree with their ledger postings. */
export const paymentRowChecks: readonly Check[] = [
  heldToRows({
    name: 'payments',
    kinds: ['payment.held', 'payment.freed', 'payment.confirmed'],
    as: atProvider,
    due: sql`
      select p.id::text, true, l.account, l.idr from payments p
      cross join lateral (select coalesce(p.paid_amount_idr, p.amount_idr) as came_idr) c
      cross join lateral (
        select case when p.session_id is null then 'order-funds:' || p.order_id else 'escrow:' || p.session_id end, -p.amount_idr
        union all
        select 'gateway', c.came_idr - p.wallet_idr
        union all
        -- The company takes on what is missing of an invoice; what is too much is the buyer's.
        select 'subsidy', p.amount_idr - c.came_idr where c.came_idr < p.amount_idr
        union all
        select 'wallet:' || p.user_id, p.wallet_idr - greatest(0, c.came_idr - p.amount_idr)
      ) l(account, idr)
      where ${isReceived}
      union all
      -- Of one in review the wallet's part is held, or was free before.
      select p.id::text, true, l.account, case p.status when 'pending' then l.idr when 'review' then null else 0 end
      from payments p
      cross join lateral (values ('wallet:' || p.user_id, p.wallet_idr), ('payment-hold:' || p.id, -p.wallet_idr)) l(account, idr)
      where p.wallet_idr > 0 and not ${isReceived}`,
  }),
  heldToRows({
    name: 'refunds',
    kinds: ['refund.decided', 'refund.submitted', 'refund.failed', 'refund.succeeded', 'refund.to_wallet'],
    // The check of refunds compares only these ledger accounts. Other checks cover the accounts of factories,
    // of the company and of withheld money.
    as: sql`case when a.key in ('refunds-payable', 'refunds-in-flight', 'gateway', 'quarantine') or a.key like 'wallet:%' then a.key end`,
    due: sql`
      select r.id::text, true, l.account, l.idr from refunds r left join payments p on p.id = r.payment_id
      cross join lateral (select r.destination = 'wallet' and r.status in ${inSql(arrivedRefundStates)} as in_wallet) w
      cross join lateral (
        select 'refunds-payable', case when r.status in ${inSql(sendableRefundStates)} then -r.amount_idr else 0 end
        union all
        select 'refunds-in-flight', case r.status when 'submitted' then -r.amount_idr else 0 end
        union all
        select 'gateway', -r.amount_idr where r.status = 'succeeded' and not w.in_wallet
        union all
        select 'quarantine', r.amount_idr where r.quarantine_id is not null
        union all
        -- Where others gave to the payment or took from it, a part of it is theirs.
        select 'wallet:' || p.user_id, case
          when r.quarantine_id is not null or (p.charged_back_idr = 0 and coalesce(p.paid_amount_idr, p.amount_idr) >= p.amount_idr
            and not exists (select from ledger_transactions c where c.subject_id = p.id and c.kind = 'payment.charged_back')
            and not ${isSurplusWrittenOff}) then -r.amount_idr end
        where w.in_wallet and p.id is not null
        union all
        -- The wallet's part of a refund to the source is a row of its own, and the same posting.
        select 'wallet:' || p.user_id, -part.amount_idr from refunds part where part.part_of = r.id
      ) l(account, idr)
      where r.status not in ${inSql(ungrantedRefundStates)} and r.part_of is null`,
  }),
  checkOf(
    'every refund by the provider is booked once, at its refund or in suspense',
    sql<{ line: string }>`
      select format('%s is %s, the provider refunded %s of it; booked are %s', r.code, r.status, f.gone, b.booked) as line
      from refunds r
      cross join lateral (
        select coalesce(sum(booked_idr), 0) as gone, array_agg(provider_refund_id) as ids from provider_refunds where refund_id = r.id
      ) f
      cross join lateral (
        select case when r.status = 'succeeded' and r.destination = 'source' then r.amount_idr else 0 end
          + coalesce((select sum(amount_idr) from suspense_items where kind = 'refund' and provider_id = any(f.ids)), 0) as booked
      ) b
      where f.gone <> b.booked limit ${SHOWN}`,
  ),
  heldToRows({
    name: 'quarantined money',
    kinds: ['payment.quarantined', 'quarantine.applied'],
    of: sql`t.key`,
    as: sql`case when a.key like 'wallet:%' then 'wallet' else a.key end`,
    due: sql`
      select 'invoice:' || q.provider_invoice_id || ':quarantined', true, l.account, l.idr from quarantined_money q
      cross join lateral (values ('gateway', q.amount_idr), ('quarantine', -q.amount_idr)) l(account, idr)
      union all
      select 'quarantine:' || q.id || ':applied', true, l.account, l.idr from quarantined_money q
      cross join lateral (
        values ('quarantine', q.amount_idr - q.charged_back_idr), ('wallet', q.charged_back_idr - q.amount_idr)
      ) l(account, idr)
      where q.status = 'applied' and not exists (
        select from payments p where p.provider_invoice_id = q.provider_invoice_id and ${isReceived})`,
  }),
  countedCheck({
    name: 'every refund by staff is counted in the limits, and every count has one',
    kinds: ['refund'],
    rows: sql`select id::text from refunds`,
    subject: 'refund',
    decided: sql`
      select r.id::text, r.code, r.amount_idr, 'user:' || p.user_id, r.requested_by, case when r.decided_by = r.requested_by then '' else r.decided_by end
      from refunds r left join payments p on p.id = r.payment_id
      where r.requested_by like 'staff:%' and r.part_of is null and r.status not in ${inSql(ungrantedRefundStates)}`,
  }),
  countedCheck({
    name: 'every decision about quarantined money is counted in the limits, and every count has one',
    kinds: ['quarantine'],
    rows: sql`select id::text from quarantined_money`,
    subject: 'quarantine',
    decided: sql`select q.id::text, 'the quarantined ' || q.provider_invoice_id, null::bigint, null::text, 'staff:' || q.decided_by, null::text from quarantined_money q where q.status = 'applied'`,
  }),
  countedCheck({
    name: 'every count of a moved chargeback in the limits has its chargeback',
    kinds: ['chargeback_moved'],
    // A move raises `corrections`, and its count has the number from before. Not every correction is a move.
    rows: sql`select c.id || ':' || n from chargebacks c, generate_series(0, c.corrections - 1) n`,
    subject: 'chargeback',
    decided: sql`select null::text, null::text, null::bigint, null::text, null::text, null::text where false`,
  }),
  checkOf(
    'every chargeback that moved to another payment is counted in the limits',
    sql<{ line: string }>`
      with corrections as (
        select c.id, c.ledger_key, t.subject_id as payment_id,
          case when t.key = c.ledger_key || ':corrected' then 0 else substring(t.key from '[0-9]+$')::int - 1 end as nth
        from ledger_transactions t join chargebacks c on c.ledger_key = regexp_replace(t.key, ':corrected(:[0-9]+)?$', '')
        where t.kind = 'payment.charged_back' and t.key <> c.ledger_key
      ), moves as (
        select m.id, m.ledger_key, m.nth, 'user:' || was.user_id as was, 'user:' || now.user_id as now
        from corrections m join corrections n on n.id = m.id and n.nth = m.nth + 1 and n.payment_id <> m.payment_id
        join payments was on was.id = m.payment_id join payments now on now.id = n.payment_id
        where exists (
          select from ledger_entries e join ledger_accounts a on a.id = e.account_id
          join ledger_transactions t on t.id = e.transaction_id
          where t.key = m.ledger_key || ':corrected' || case m.nth when 0 then '' else ':' || (m.nth + 1) end and a.key like 'suspense:%')
      )
      -- A move back gives nothing, so the count of an earlier move to the same buyer's loss stands for it.
      select format('%s moved away from %s, and no limit counts it', m.ledger_key, m.was) as line
      from moves m
      where not exists (
        select from limit_uses u
        where u.kind = 'chargeback_moved' and u.subject_id = any(array(select m.id || ':' || n from generate_series(0, m.nth) n))
          and (u.receiver = m.was or u.receiver = m.now and u.subject_id <> m.id || ':' || m.nth))
      limit ${SHOWN}`,
  ),
  heldToRows({
    name: 'debts of buyers written off',
    kinds: ['payment.claim_written_off'],
    of: sql`t.key`,
    due: sql`
      select u.subject_id, true, l.account, l.idr from limit_uses u
      cross join lateral (values ('chargeback-loss', u.amount_idr), ('buyer-claims', -u.amount_idr)) l(account, idr)
      where u.kind = 'write_off' and u.subject_kind = 'claim'`,
  }),
  checkOf(
    'every paid invoice is booked once, at its payment or in quarantine',
    sql<{ line: string }>`
      select format('%s of %s is booked at %s and in quarantine', p.provider_invoice_id, p.amount_idr, p.code) as line
      from payments p join quarantined_money q on q.provider_invoice_id = p.provider_invoice_id
      join ledger_transactions t on t.key = 'payment:' || p.id || ':confirmed'
      join ledger_entries e on e.transaction_id = t.id and e.amount_idr > 0
      join ledger_accounts a on a.id = e.account_id and a.key = 'gateway'
      limit ${SHOWN}`,
  ),
  heldToRows({
    name: 'chargebacks',
    kinds: ['payment.charged_back', 'quarantine.charged_back'],
    of: sql`coalesce(
      (select c.ledger_key from chargeback_wins w join chargebacks c on c.id = w.chargeback_id where w.ledger_key = t.key),
      regexp_replace(t.key, ':corrected(:[0-9]+)?$', ''))`,
    as: sql`case when a.key like 'suspense:%' then 'gateway' else a.key end`,
    due: sql`
      select c.ledger_key, true, l.account, l.idr from chargebacks c
      cross join lateral (
        values (case when c.quarantine_id is null then 'chargeback-loss' else 'quarantine' end, c.amount_idr - c.won_idr),
          ('gateway', c.won_idr - c.amount_idr)
      ) l(account, idr)`,
  }),
]
