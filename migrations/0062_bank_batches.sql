-- Transfers that leave through the company's own bank, many in one file (docs/adr/0058).

create table bank_batches (
  id uuid primary key,
  -- as people call it
  number bigint generated always as identity unique,
  status text not null check (status in ('made', 'handed_out', 'done', 'cancelled')),
  made_by text not null,
  made_at timestamptz not null,
  -- its file left laku: from then on the bank may have it
  handed_out_by text,
  handed_out_at timestamptz,
  cancelled_by text,
  status_reason text,
  finished_at timestamptz,
  -- when a person is told that it still waits for the bank's word; null: they were, or there is nothing to wait for
  remind_at timestamptz,
  constraint bank_batch_handed_out check (status in ('made', 'cancelled') or handed_out_at is not null),
  -- what may be at the bank is taken back by two
  constraint bank_batch_cancelled_by_another check (
    status <> 'cancelled' or handed_out_at is null or is_second_person(handed_out_by, cancelled_by))
);
create index bank_batches_open on bank_batches (id) where status in ('made', 'handed_out');
create index bank_batches_remind on bank_batches (remind_at) where remind_at is not null;

-- By which way a payout goes: by the provider, or as a line of a batch for the bank.
alter table payouts add column route text not null default 'provider' check (route in ('provider', 'bank')),
  add column batch_id uuid references bank_batches,
  add constraint payouts_of_the_bank check (
    case route when 'bank' then batch_id is not null and next_check_at is null and provider_payout_id is null else batch_id is null end);
create index payouts_of_batch on payouts (batch_id) where batch_id is not null;

-- The bank's references, each once, whatever it is of; without spaces and signs, in capitals.
create table bank_references (
  reference text primary key check (reference ~ '^[A-Z0-9]+$'),
  -- as it was given
  given text not null,
  subject_kind text not null,
  subject_id text not null,
  noted_by text not null,
  noted_at timestamptz not null
);
create index bank_references_of_subject on bank_references (subject_id);
insert into bank_references (reference, given, subject_kind, subject_id, noted_by, noted_at)
select distinct on (reference) reference, hand_reference, 'withdrawal', id::text, coalesce(decided_by, 'unknown'), coalesce(finished_at, created_at)
from (select *, regexp_replace(upper(hand_reference), '[^A-Z0-9]', '', 'g') as reference from withdrawals where hand_reference is not null) w
where reference <> '' order by reference, id;
