-- How far the calls to a provider's endpoint are given out, in real milliseconds: shared by every process. `granted` is the
-- last claim's, so that one UPDATE both takes and tells.
create table provider_pace (
  endpoint text primary key,
  given_until_ms double precision not null,
  granted integer not null default 0
) with (fillfactor = 50);

-- A buyer's place in the line for an invoice: when its call may be made.
alter table payments add column invoice_turn_at timestamptz;
