-- Goods come back whose buyer has had all of the money before: the return is accepted, and refunds nothing more.
alter table order_returns drop constraint order_returns_refund_idr_check;
alter table order_returns add constraint order_returns_refund_idr_check check (refund_idr >= 0);
