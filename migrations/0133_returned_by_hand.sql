-- The bank may send back what was paid by hand: it is reversed then, and keeps the reference that it left under.
alter table withdrawals drop constraint withdrawals_sent_by_hand,
  add constraint withdrawals_sent_by_hand check (hand_reference is null or (by_hand and status in ('succeeded', 'reversed')));
