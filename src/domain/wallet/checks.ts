import { sql } from 'kysely'
import { type Check, checkOf, inSql } from '../kernel/index.ts'
import { walletRowChecks } from './row-checks.ts'
import { debitedWithdrawalStates, pendingWithdrawalStates } from './transitions.ts'

/** The checks of the wallets' invariants, besides the ledger's own checks. */
export const walletChecks: readonly Check[] = [
  checkOf(
    'every wallet with money in it belongs to a user',
    sql<{ line: string }>`
      select format('%s holds %s and has no wallet', a.key, b.balance_idr) as line
      from ledger_accounts a join ledger_balances b on b.account_id = a.id
      where a.key like 'wallet:%' and b.balance_idr > 0
        and not exists (select from wallets w where 'wallet:' || w.user_id = a.key)
      limit 10`,
  ),
  checkOf(
    'withdrawals-held equals the held withdrawals and the fees of those under way',
    sql<{ line: string }>`
      select format('withdrawals-held holds %s, its withdrawals say %s', b.held, w.due) as line
      from (
        select coalesce(sum(b.balance_idr), 0) as held
        from ledger_accounts a join ledger_balances b on b.account_id = a.id where a.key = 'withdrawals-held'
      ) b cross join (
        select coalesce(sum(fee_idr + case status when 'submitted' then 0 else amount_idr end), 0) as due
        from withdrawals where status in ${inSql(pendingWithdrawalStates)}
      ) w
      where b.held <> w.due`,
  ),
  checkOf(
    'the money of an account that is being closed is being paid out or was paid out',
    sql<{ line: string }>`
      select format('user %s is being closed, and no withdrawal does it', u.id) as line from users u
      where u.closing_since is not null and not exists (
        select from withdrawals w where w.user_id = u.id and w.closes_account
          and w.status in ${inSql(debitedWithdrawalStates)})
      limit 10`,
  ),
  checkOf(
    'a withdrawal and its payout agree',
    sql<{ line: string }>`
      select format('%s is %s over %s, its payout is %s over %s', w.code, w.status, w.amount_idr, p.status, p.amount_idr) as line
      from withdrawals w left join payouts p on p.subject_id = w.id and p.purpose = 'withdrawal'
      where not coalesce(p.set_aside, false) and not (p.status is not distinct from 'failed' and p.failure_code is not distinct from 'INSUFFICIENT_BALANCE'
          and (w.status = 'rejected' or w.due_at is not null or exists (select from payouts n where n.subject_id = w.id and n.id > p.id)))
        and case when w.status in ('held', 'rejected') then p.id is not null and coalesce(p.failure_code, '') not in ('OLDER_ONE_ARRIVED', 'TAKEN_BACK')
        when w.by_hand and p.id is null then w.status not in ('held', 'rejected', 'succeeded', 'reversed')
        else p.amount_idr is distinct from w.amount_idr and not (w.status = 'approved' and p.id is null and w.due_at is not null)
          or p.status is not null and p.status <> case w.status when 'approved' then 'created' else w.status end end
      limit 10`,
  ),
  checkOf(
    'every withdrawal paid by hand has its bank reference',
    sql<{ line: string }>`
      select format('%s was paid by hand, and its bank reference is gone', w.code) as line from withdrawals w
      where w.status = 'succeeded' and w.by_hand and not exists (
        select from bank_references r where r.subject_kind = 'withdrawal' and r.subject_id = w.id::text)
        and not exists (select from payouts p where p.subject_id = w.id and p.status = 'succeeded')
      limit 10`,
  ),
  ...walletRowChecks,
]
