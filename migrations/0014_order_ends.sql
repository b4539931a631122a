-- How orders end: the return window.

-- Set when it is delivered, so that a changed policy moves no window that has begun.
alter table orders add column return_until timestamptz;
create index orders_return_window on orders (return_until) where status = 'delivered';
