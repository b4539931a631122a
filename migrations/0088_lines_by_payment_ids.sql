-- Lines of the provider's book are joined by its id of a payment and of its request where they name neither link nor reference. Null until a
-- payment is confirmed, so that opening one writes nothing here.
create index payments_by_provider_payment on payments (provider_payment_id) where provider_payment_id is not null;
create index payments_by_provider_request on payments (provider_payment_request_id) where provider_payment_request_id is not null;
create index quarantined_by_provider_payment on quarantined_money (provider_payment_id) where provider_payment_id is not null;
create index quarantined_by_provider_request on quarantined_money (provider_payment_request_id) where provider_payment_request_id is not null;
