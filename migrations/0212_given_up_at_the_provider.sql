-- What the provider shows as under way for ever is given up by two persons, with the ticket of the provider's support. The columns differ
-- from those of a lost call (dead_*): a payout may be declared dead first, and be heard as under way later.
alter table payouts
  add column given_up_asked_by text,
  add column given_up_ticket text,
  add column given_up_by text,
  add column given_up_at timestamptz,
  add constraint payouts_given_up_by_two check (
    given_up_by is null or (given_up_asked_by is not null and given_up_ticket is not null and is_second_person(given_up_asked_by, given_up_by)));
alter table provider_refunds
  add column given_up_asked_by text,
  add column given_up_ticket text,
  add column given_up_by text,
  add column given_up_at timestamptz,
  add constraint provider_refunds_given_up_by_two check (
    given_up_by is null or (given_up_asked_by is not null and given_up_ticket is not null and is_second_person(given_up_asked_by, given_up_by)));
