-- Since when a payout waits for money that can be spent at the provider.
alter table payouts add column waits_since timestamptz;
create index payouts_waiting on payouts (created_at) where waits_since is not null;
