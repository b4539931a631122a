-- Money that moved, in the provider's book or at the bank, and that has no place in ours yet. It lies on the ledger's account
-- `suspense:{code}` of its object until a person disposes of it, or until the opposite is heard.
create table suspense_items (
  id uuid primary key,
  -- the business key of what moved: it is put in once
  key text not null unique,
  -- the code of the object: the payment's, the refund's, the payout's key, or the provider's own id of a line
  code text not null,
  kind text not null check (kind in ('payment', 'refund', 'payout', 'chargeback', 'movement', 'bank', 'shipment')),
  subject_id uuid,
  -- the provider's id of the object or of the line, by which its book is held against ours
  provider_id text,
  -- what left us (above zero), or came to us (below zero)
  amount_idr bigint not null check (amount_idr <> 0),
  -- the account that it left or came to
  account text not null,
  why text not null,
  user_id uuid references users,
  factory_id uuid references factories,
  status text not null default 'open'
    check (status in ('open', 'requested', 'cleared', 'offset', 'wallet', 'collected', 'written_off', 'reassigned')),
  -- what somebody asked for that waits for another person: the disposal, and to whom or what
  asked jsonb,
  note text,
  asked_by text,
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null,
  -- above the policy's limit nobody decides alone
  constraint suspense_two_people check (status <> 'requested' or (asked is not null and asked_by is not null)),
  constraint suspense_is_decided check ((status in ('open', 'requested')) = (decided_at is null))
);
create index suspense_items_open on suspense_items (id) where status in ('open', 'requested');
create index suspense_items_of_code on suspense_items (code);
create index suspense_items_of_provider on suspense_items (provider_id) where provider_id is not null;
create index suspense_items_of_user on suspense_items (user_id) where status in ('open', 'requested');
-- one person's decisions of a day
create index suspense_items_decided on suspense_items (decided_by, decided_at) where decided_at is not null;
