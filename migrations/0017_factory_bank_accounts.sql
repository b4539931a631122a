-- Where a factory is paid. A row is never changed but for its status: what was paid to where stays known.
create table factory_bank_accounts (
  id uuid primary key,
  factory_id uuid not null references factories,
  channel_code text not null,
  -- encrypted
  account_number text not null,
  account_holder text not null,
  status text not null default 'pending' check (status in ('pending', 'approved', 'replaced')),
  set_by text not null,
  set_at timestamptz not null,
  approved_by text,
  approved_at timestamptz,
  -- the end of the cooling-off
  usable_from timestamptz,
  constraint bank_account_two_people check (approved_by <> set_by),
  check ((status = 'approved') <= (approved_by is not null and usable_from is not null))
);
create unique index factory_bank_accounts_one_pending on factory_bank_accounts (factory_id) where status = 'pending';
create index factory_bank_accounts_of_factory on factory_bank_accounts (factory_id, usable_from) where status = 'approved';
