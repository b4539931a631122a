-- What every domain stands on: events, audit, idempotency keys, attention, switches, the development clock.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: its rows are written once', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create table events (
  id uuid primary key,
  type text not null,
  aggregate_kind text not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  actor text not null,
  request_id text,
  occurred_at timestamptz not null
);
create index events_of_aggregate on events (aggregate_id, occurred_at);
create trigger events_written_once before update or delete on events for each row execute function refuse_change();
create trigger events_not_truncated before truncate on events for each statement execute function refuse_change();

create table audit_log (
  id uuid primary key,
  actor_kind text not null check (actor_kind in ('staff', 'customer', 'provider', 'system')),
  actor_id text not null,
  actor_name text not null,
  reason text,
  command text not null,
  subject_kind text not null,
  subject_id text not null,
  before jsonb,
  after jsonb,
  request_id text,
  occurred_at timestamptz not null
);
create index audit_of_subject on audit_log (subject_id, occurred_at);
create index audit_by_time on audit_log (occurred_at, id);
create trigger audit_written_once before update or delete on audit_log for each row execute function refuse_change();
create trigger audit_not_truncated before truncate on audit_log for each statement execute function refuse_change();

-- A key belongs to the actor who sent it. `expires_at` is null for calls that move money: their keys stay.
create table idempotency_keys (
  scope text not null,
  key text not null,
  request_hash text not null,
  status smallint,
  response jsonb,
  created_at timestamptz not null,
  expires_at timestamptz,
  primary key (scope, key)
);
create index idempotency_keys_due on idempotency_keys (expires_at) where expires_at is not null;

-- What a person must look at. One open row a kind and subject, however often it is raised.
create table attention (
  id uuid primary key,
  kind text not null,
  subject_kind text not null,
  subject_id text not null,
  message text not null,
  command text not null,
  details jsonb not null default '{}',
  times integer not null default 1,
  since timestamptz not null,
  resolved_at timestamptz,
  resolved_by text,
  resolution text
);
create index attention_of_subject on attention (subject_id);
create unique index attention_open on attention (kind, subject_id) where resolved_at is null;

create table switches (
  name text primary key check (name in ('joins', 'payouts', 'xendit', 'biteship', 'whatsapp', 'email', 'sms')),
  paused boolean not null default false,
  reason text,
  changed_by text,
  changed_at timestamptz
);
insert into switches (name) values ('joins'), ('payouts'), ('xendit'), ('biteship'), ('whatsapp'), ('email'), ('sms');

-- Development shifts the clock of every process here; production refuses to start when it is not zero.
create table clock (
  one boolean primary key default true check (one),
  shift_s bigint not null default 0
);
insert into clock default values;
