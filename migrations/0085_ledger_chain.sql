-- The chain: pages of committed postings, each bound to the page before, so that a deleted posting is found.
-- A job writes it; a posting itself takes no lock, row or round trip for it.
create table ledger_chain (
  page bigint primary key check (page > 0),
  kind text not null check (kind in ('page', 'break')),
  -- The cluster whose transaction numbers these are: they start anew in a restored copy.
  system_id text not null,
  -- From this transaction number on, and below the other one. A break stands for all that was there before it.
  from_xid xid8 not null,
  through_xid xid8 not null check (through_xid >= from_xid),
  -- Recorded from this time on: postings of before the last break belong to it.
  recorded_since timestamptz not null,
  transactions bigint not null check (transactions >= 0),
  digest text not null,
  head text not null unique,
  declared_by text check ((kind = 'break') = (declared_by is not null)),
  reason text check ((kind = 'break') = (reason is not null)),
  taken_at timestamptz not null default clock_timestamp()
);
create trigger ledger_chain_written_once before update or delete on ledger_chain for each row execute function refuse_change();
create trigger ledger_chain_not_truncated before truncate on ledger_chain for each statement execute function refuse_change();

-- What is not in the chain yet is found by its transaction number.
create index ledger_transactions_by_writer on ledger_transactions (written_in);

-- A snapshot waits by the same numbers now (domain/ledger/committed.ts): no posting holds a lock for it.
drop trigger ledger_transactions_hold_off_snapshots on ledger_transactions;
drop function ledger_hold_off_snapshots();
