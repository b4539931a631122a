-- A payout says whose money it is and which payout it follows: its room reads no table of those who make payouts (docs/adr/0113).
alter table payouts
  add column user_id uuid,
  add column factory_id uuid,
  -- the subject that this one's subject is another try of
  add column earlier_subject_id uuid;
update payouts p set user_id = w.user_id, earlier_subject_id = w.retry_of from withdrawals w where w.id = p.subject_id;
update payouts p set factory_id = s.factory_id from settlements s where s.id = p.subject_id;
-- Whoever is erased is found by it.
create index payouts_of_user on payouts (user_id) where user_id is not null;
