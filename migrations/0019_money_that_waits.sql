-- What waits for staff: money that fits no payment, refunds that need a second person, and money lost to chargebacks.

-- One row an invoice that was paid and fits nothing. The ledger's `quarantine` is the sum of those that wait.
create table quarantined_money (
  id uuid primary key,
  kind text not null check (kind in ('wrong_amount', 'paid_twice', 'unknown')),
  payment_id uuid references payments,
  provider_invoice_id text not null unique,
  channel text,
  paid_at timestamptz not null,
  amount_idr bigint not null check (amount_idr > 0),
  status text not null default 'waiting' check (status in ('waiting', 'applied', 'refunded')),
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null
);
create index quarantined_money_by_id on quarantined_money (id) where status = 'waiting';
create index quarantined_money_of_payment on quarantined_money (payment_id) where payment_id is not null;

-- A refund is of a payment, or of quarantined money, for which there may be none.
alter table refunds
  alter column payment_id drop not null,
  add column quarantine_id uuid unique references quarantined_money,
  -- who pays for it once the money was released: the factory its share of the goods, or the company
  add column borne_by text check (borne_by in ('factory', 'company')),
  -- staff's words, for who approves it
  add column note text,
  add column requested_by text,
  add column decided_by text,
  add constraint refunds_of_something check (payment_id is not null or quarantine_id is not null);
create index refunds_by_status on refunds (status, id) where status in ('requested', 'approved', 'submitted', 'failed');

-- What card issuers took back of a payment; not a refund, for nobody decided it here.
alter table payments
  add column charged_back_idr bigint not null default 0 check (charged_back_idr >= 0);
