import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { heldToRows } from '../ledger/index.ts'
import { countedCheck } from '../ops/index.ts'
import { failedPayoutStates } from '../payout/index.ts'
import { letGoWithdrawalStates, returnedWithdrawalStates, unsentWithdrawalStates } from './transitions.ts'

// The maximum number of rows that one check lists. A broken invariant may concern ten thousand rows, but a
// person needs only the first few.
const SHOWN = 10

/**
 * The kinds of ledger posting by which money may enter or leave a buyer's wallet: payments and their returns,
 * gifts, corrections and withdrawals.
 */
const ways = [
  'payment.held',
  'payment.freed',
  'payment.confirmed',
  'quarantine.applied',
  'escrow.released',
  'refund.decided',
  'refund.to_wallet',
  'payment.claimed',
  'payment.claim_returned',
  'payment.claim_collected',
  'wallet.goodwill',
  'wallet.correction',
  'suspense.wallet',
  'suspense.undone',
  'withdrawal.held',
  'withdrawal.succeeded',
  'withdrawal.failed',
  'withdrawal.reversed',
  'withdrawal.rejected',
]

/**
 * The SQL join from withdrawal `w` to the payout that has the same state as the withdrawal. A payout whose
 * money went into suspense is not joined.
 */
const ownPayout = sql`left join payouts o on o.subject_id = w.id and o.purpose = 'withdrawal' and o.status = w.status and not o.set_aside`

/** The checks that withdrawals and wallet adjustments agree with their postings in the ledger. */
export const walletRowChecks: readonly Check[] = [
  heldToRows({
    name: 'withdrawals',
    kinds: [
      'withdrawal.held',
      'withdrawal.submitted',
      'withdrawal.unsent',
      'withdrawal.succeeded',
      'withdrawal.failed',
      'withdrawal.reversed',
      'withdrawal.rejected',
    ],
    due: sql`
      select w.id::text, true, l.account, l.idr from withdrawals w ${ownPayout}
      cross join lateral (
        select 'wallet:' || w.user_id, case when w.status in ${inSql(returnedWithdrawalStates)} then 0 else w.amount_idr + w.fee_idr end
        union all
        select 'withdrawals-held',
          -case when w.status in ${inSql(unsentWithdrawalStates)} then w.amount_idr + w.fee_idr when w.status = 'submitted' then w.fee_idr else 0 end
        union all
        select case when o.route = 'bank' then 'bank-transfers-in-flight' else 'payouts-in-flight' end, -w.amount_idr
        where w.status = 'submitted'
        union all
        select case when w.by_hand or o.route = 'bank' then 'bank' else 'gateway' end, -w.amount_idr where w.status = 'succeeded'
        union all
        select 'fee-income', -w.fee_idr where w.status = 'succeeded'
      ) l(account, idr)`,
  }),
  heldToRows({
    name: 'adjustments of wallets',
    kinds: ['wallet.goodwill', 'wallet.correction'],
    due: sql`
      select j.id::text, true, l.account, l.idr from wallet_adjustments j
      cross join lateral (values ('wallet:' || j.user_id, -j.change_idr),
        (case j.kind when 'goodwill' then 'subsidy' else 'adjustments' end, j.change_idr)) l(account, idr)
      where j.status = 'posted'`,
  }),
  countedCheck({
    name: 'every adjustment of a wallet is counted in the limits, and every count has one',
    kinds: ['goodwill', 'correction'],
    rows: sql`select id::text from wallet_adjustments`,
    subject: 'wallet_adjustment',
    decided: sql`
      select j.id::text, 'the adjustment ' || j.id, abs(j.change_idr), 'user:' || j.user_id, j.requested_by,
        case when j.decided_by = j.requested_by then '' else j.decided_by end
      from wallet_adjustments j where j.status = 'posted'`,
  }),
  countedCheck({
    name: 'every withdrawal that was let go is counted in the limits, and every count has one',
    kinds: ['withdrawal'],
    rows: sql`select id::text from withdrawals`,
    subject: 'withdrawal',
    decided: sql`
      select w.id::text, w.code, w.amount_idr, 'user:' || w.user_id, 'customer:' || w.user_id, null::text
      from withdrawals w where w.status in ${inSql(letGoWithdrawalStates)}`,
  }),
  countedCheck({
    name: 'every withdrawal that a person said came back is counted in the limits, and every count has one',
    kinds: ['withdrawal_returned'],
    rows: sql`select id::text from withdrawals`,
    subject: 'withdrawal',
    decided: sql`
      select w.id::text, w.code, w.amount_idr, 'user:' || w.user_id, null::text, null::text
      from withdrawals w where w.by_hand and w.status = 'reversed'
      union all
      select o.subject_id::text, o.key, o.amount_idr, 'user:' || o.user_id, null::text, null::text from payouts o
      where o.route = 'bank' and o.purpose = 'withdrawal' and o.user_id is not null
        and o.failure_code = 'BANK_REJECTED' and o.status in ${inSql(failedPayoutStates)}`,
  }),
  checkOf(
    'every movement of a wallet has a known kind',
    sql<{ line: string }>`
      select format('%s moved %s by %s of the kind %s', a.key, -e.amount_idr, t.key, t.kind) as line
      from ledger_accounts a join ledger_entries e on e.account_id = a.id join ledger_transactions t on t.id = e.transaction_id
      where a.key like 'wallet:%' and t.kind <> all(${ways}) limit ${SHOWN}`,
  ),
]
