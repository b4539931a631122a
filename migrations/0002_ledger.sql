-- The double-entry book. Debit is +, credit is -; whole rupiah. Written once: corrections are new transactions.

create table ledger_accounts (
  id bigint generated always as identity primary key,
  key text not null unique,
  kind text not null check (kind in ('asset', 'liability', 'income', 'expense')),
  may_go_negative boolean not null
);

create table ledger_transactions (
  id uuid primary key,
  key text not null unique,
  request_hash text not null,
  kind text not null,
  subject_kind text not null,
  subject_id uuid not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  written_in xid8 not null default pg_current_xact_id(),
  seal text not null
);
create index ledger_transactions_of_subject on ledger_transactions (subject_id);
create index ledger_transactions_by_time on ledger_transactions (occurred_at, id);

create table ledger_entries (
  seq bigint generated always as identity primary key,
  transaction_id uuid not null references ledger_transactions,
  account_id bigint not null references ledger_accounts,
  amount_idr bigint not null check (amount_idr <> 0),
  session_id uuid,
  order_item_id uuid,
  factory_id uuid,
  user_id uuid
);
create index ledger_entries_of_transaction on ledger_entries (transaction_id);
create index ledger_entries_of_account on ledger_entries (account_id, seq);
create index ledger_entries_of_order_item on ledger_entries (order_item_id) where order_item_id is not null;

-- Accounts that may not go below zero: one row each, in the account's own sign, kept by the trigger below.
create table ledger_balances (
  account_id bigint primary key references ledger_accounts,
  balance_idr bigint not null default 0 constraint ledger_balance_not_negative check (balance_idr >= 0)
) with (fillfactor = 50);

-- The others have no row to queue on: their balance is the last snapshot and the entries after it.
create table ledger_snapshots (
  account_id bigint not null references ledger_accounts,
  through_seq bigint not null,
  balance_idr bigint not null,
  taken_at timestamptz not null default clock_timestamp(),
  primary key (account_id, through_seq)
);

create function ledger_refuse_unbalanced() returns trigger language plpgsql as $$
declare
  off_by bigint;
  entries integer;
  tx uuid := case tg_table_name when 'ledger_entries' then (to_jsonb(new) ->> 'transaction_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
begin
  select coalesce(sum(amount_idr), 0), count(*) into off_by, entries from ledger_entries where transaction_id = tx;
  if off_by <> 0 or entries < 2 then
    raise exception 'ledger transaction % does not balance: % entries, off by %', tx, entries, off_by
      using errcode = 'check_violation', constraint = 'ledger_transaction_balances';
  end if;
  return null;
end $$;
create constraint trigger ledger_transaction_balances after insert on ledger_transactions
  deferrable initially deferred for each row execute function ledger_refuse_unbalanced();

-- Entries belong to a transaction of the same database transaction: nobody adds to a closed one.
-- So one deferred check a transaction is enough, however many entries it has.
create function ledger_entries_join_open_transaction() returns trigger language plpgsql as $$
begin
  if exists (
    select from (select distinct transaction_id from written) w
    join ledger_transactions t on t.id = w.transaction_id
    where t.written_in <> pg_current_xact_id()
  ) then
    raise exception 'entries can only be written with their ledger transaction'
      using errcode = 'check_violation', constraint = 'ledger_transaction_closed';
  end if;
  return null;
end $$;

-- A snapshot must not miss an entry with a lower number that is committed after it: postings hold this lock together,
-- a snapshot takes it alone for a moment (domain/ledger/snapshots.ts).
create function ledger_hold_off_snapshots() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtext('ledger snapshots'));
  return null;
end $$;
create trigger ledger_transactions_hold_off_snapshots before insert on ledger_transactions
  for each statement execute function ledger_hold_off_snapshots();

-- The balance rows follow the entries, locked in the order of their ids, each written once a statement.
create function ledger_follow_entries() returns trigger language plpgsql security definer set search_path from current as $$
begin
  perform from ledger_balances
    where account_id in (select account_id from written)
    order by account_id for no key update;
  update ledger_balances b
    set balance_idr = b.balance_idr + d.change_idr
    from (
      select w.account_id, sum(case a.kind when 'liability' then -w.amount_idr when 'income' then -w.amount_idr else w.amount_idr end) as change_idr
      from written w join ledger_accounts a on a.id = w.account_id
      where not a.may_go_negative
      group by w.account_id
    ) d
    where b.account_id = d.account_id;
  return null;
end $$;
create trigger ledger_entries_join_open_transaction after insert on ledger_entries
  referencing new table as written for each statement execute function ledger_entries_join_open_transaction();
create trigger ledger_entries_move_balances after insert on ledger_entries
  referencing new table as written for each statement execute function ledger_follow_entries();

create function ledger_open_balance() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if not new.may_go_negative then
    insert into ledger_balances (account_id) values (new.id);
  end if;
  return null;
end $$;
create trigger ledger_accounts_open_balance after insert on ledger_accounts
  for each row execute function ledger_open_balance();

-- Refused to everybody by trigger, and to the application's role by grant as well.
create trigger ledger_accounts_written_once before update or delete on ledger_accounts for each row execute function refuse_change();
create trigger ledger_accounts_not_truncated before truncate on ledger_accounts for each statement execute function refuse_change();
create trigger ledger_transactions_written_once before update or delete on ledger_transactions for each row execute function refuse_change();
create trigger ledger_transactions_not_truncated before truncate on ledger_transactions for each statement execute function refuse_change();
create trigger ledger_entries_written_once before update or delete on ledger_entries for each row execute function refuse_change();
create trigger ledger_entries_not_truncated before truncate on ledger_entries for each statement execute function refuse_change();
create trigger ledger_snapshots_not_truncated before truncate on ledger_snapshots for each statement execute function refuse_change();
create trigger ledger_snapshots_written_once before update on ledger_snapshots for each row execute function refuse_change();

-- A balance row moves only inside the trigger above: a direct change is refused even where one role owns everything.
create function ledger_balances_only_follow() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception '% on ledger_balances is refused: balances follow the entries', tg_op using errcode = 'insufficient_privilege';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger ledger_balances_only_follow before insert or update or delete on ledger_balances
  for each row execute function ledger_balances_only_follow();
create trigger ledger_balances_not_truncated before truncate on ledger_balances for each statement execute function refuse_change();
