-- Seals of the book under a newer key: the first ones stay with their rows, which are written once and bound to the chain. These only
-- stand in for them once the older key is gone. Nothing is proven by their being here, only by the key that they are under.
create table ledger_reseals (
  transaction_id uuid primary key references ledger_transactions,
  seal text not null
);
create table ledger_chain_reseals (
  page bigint primary key references ledger_chain,
  head text not null
);
