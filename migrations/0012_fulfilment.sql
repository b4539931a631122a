-- Times in a row that the stock of a closed session could not be checked at all.
alter table group_buying_sessions add column fulfil_failures integer not null default 0 check (fulfil_failures >= 0);

-- Orders that were made while the stock could not be checked, and wait for it.
create index orders_waiting_for_stock on orders (session_id, id) where status = 'on_hold' and not allocated and session_id is not null;
