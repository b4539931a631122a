-- Lines of the provider's book that do not agree with ours yet. Each is asked about again, and what stays is put into suspense.
create table provider_lines (
  id text primary key,
  type text not null,
  -- as it was read last
  line jsonb not null,
  looks integer not null default 0,
  seen_at timestamptz not null,
  next_look_at timestamptz not null
);
create index provider_lines_due on provider_lines (next_look_at);

-- A dispute that was won comes back under a line of its own.
alter table chargebacks
  add column won_idr bigint not null default 0 check (won_idr >= 0),
  add column won_transaction_id text unique,
  -- money that never left quarantine was taken back out of it
  add column quarantine_id uuid references quarantined_money,
  -- how often the provider corrected it: part of the key of each correction
  add column corrections integer not null default 0,
  drop constraint chargebacks_amount_idr_check,
  add constraint chargebacks_amount_idr_check check (amount_idr >= 0 and won_idr <= amount_idr);
update chargebacks c set corrections = 1
where exists (select from ledger_transactions t where t.key = c.ledger_key || ':corrected');

alter table quarantined_money
  add column charged_back_idr bigint not null default 0 check (charged_back_idr between 0 and amount_idr),
  drop constraint quarantined_money_status_check,
  add constraint quarantined_money_status_check check (status in ('waiting', 'applied', 'refunded', 'charged_back'));

-- The provider's book held against ours, once a day: from where the last run proved that both agree. One runs at a time, in all processes.
create table reconciliations (
  id uuid primary key,
  status text not null default 'running' check (status in ('running', 'agrees', 'differs', 'broken_off')),
  since timestamptz not null,
  -- up to here both books agree
  proven_through timestamptz not null,
  until timestamptz not null,
  lines integer not null default 0,
  -- what does not agree, at most the first hundred
  differences jsonb not null default '[]',
  started_at timestamptz not null,
  heard_at timestamptz not null,
  finished_at timestamptz
);
create unique index reconciliations_one_runs on reconciliations ((true)) where status = 'running';
create index reconciliations_by_start on reconciliations (started_at);
