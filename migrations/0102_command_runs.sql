-- Commands that staff run in the server. Which one was done under which key, how it ended, and, of what took long, what it said: so that
-- a broken connection or a restarted server leaves nobody without the outcome.
create table command_runs (
  id uuid primary key,
  staff_id uuid not null references staff (id),
  -- Under one key of a person a command is done once.
  key text not null,
  request_hash text not null,
  -- Its words without arguments: `orders cancel`.
  command text not null,
  attempt integer not null default 1,
  started_at timestamptz not null default now(),
  -- The server that runs it says so every few seconds; one that is silent is gone.
  seen_at timestamptz not null default now(),
  ended_at timestamptz,
  exit_code smallint,
  stop_asked_at timestamptz,
  -- The answer of a change, sealed, written in the change's own transaction.
  kept text,
  unique (staff_id, key),
  check ((ended_at is null) = (exit_code is null))
);
create index command_runs_started on command_runs (staff_id, started_at desc);
create index command_runs_age on command_runs (started_at);

-- What a run said, sealed: it may hold personal data and a token that is shown once. It is forgotten after a day.
create table command_run_lines (
  run_id uuid not null references command_runs (id) on delete cascade,
  first_line integer not null,
  lines integer not null,
  sealed text not null,
  written_at timestamptz not null default now(),
  primary key (run_id, first_line)
);
create index command_run_lines_age on command_run_lines (written_at);
