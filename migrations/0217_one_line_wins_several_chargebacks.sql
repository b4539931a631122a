-- One line of the provider's list may bring several chargebacks back, and one chargeback may come back by several lines. Each
-- part has a posting of its own (docs/adr/0179).
create table chargeback_wins (
  ledger_key text primary key,
  line_id text not null,
  chargeback_id uuid not null references chargebacks (id),
  amount_idr bigint not null check (amount_idr > 0)
);
create index chargeback_wins_of_line on chargeback_wins (line_id);
create index chargeback_wins_of_chargeback on chargeback_wins (chargeback_id);
insert into chargeback_wins (ledger_key, line_id, chargeback_id, amount_idr)
select 'chargeback-won:' || won_transaction_id, won_transaction_id, id, won_idr from chargebacks
where won_transaction_id is not null and won_idr > 0;
alter table chargebacks drop column won_transaction_id;
