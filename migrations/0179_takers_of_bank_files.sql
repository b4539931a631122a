-- Everybody who took a batch's file may have given it to the bank. So none of them may cancel the batch alone.
alter table bank_batches add column taken_by text[] not null default '{}';
-- A cancelled batch stays as it is: an update would check its two persons again, by rules that are stricter now.
update bank_batches set taken_by = array[handed_out_by] where handed_out_by is not null and status <> 'cancelled';
alter table bank_batches add constraint bank_batch_cancelled_by_no_taker
  check (status <> 'cancelled' or cancelled_by is null or not (cancelled_by = any(taken_by)));

-- A line that is left out of the file, because its account cannot be read or its receiver is suspended, was never
-- sent. So a reference of the whole batch does not confirm it.
alter table payouts add column in_file boolean not null default false;
update payouts set in_file = true
where batch_id in (select id from bank_batches where handed_out_at is not null);
