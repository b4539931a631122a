-- Staff type the provider's id of a chargeback. An id that differs only in case is the same one, wherever laku has it: booked,
-- or in suspense.
create index chargebacks_of_key_in_any_case on chargebacks (upper(ledger_key));
create index chargebacks_of_line_in_any_case on chargebacks (upper(provider_transaction_id)) where provider_transaction_id is not null;
create index suspended_chargebacks_in_any_case on suspense_items (upper(provider_id)) where kind = 'chargeback';
