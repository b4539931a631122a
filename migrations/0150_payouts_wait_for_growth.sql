-- A payout whose two forerunners failed for want of balance, although the balance read as enough, waits until the
-- balance has grown by what the payout takes. `short_since` is when that waiting began, `short_idr` the lowest
-- balance (IDR) that was read since.
alter table payouts add short_since timestamptz, add short_idr bigint;
