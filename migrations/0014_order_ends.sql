-- How orders end: the return window, and orders that wait for stock.

-- Set when it is delivered, so that a changed policy moves no window that has begun.
alter table orders add column return_until timestamptz;
create index orders_return_window on orders (return_until) where status = 'delivered';
-- Few: the oldest paid is given its stock first.
create index orders_waiting_stock on orders (paid_at, id) where status = 'on_hold' and not allocated;
