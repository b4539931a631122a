-- When a payment's buyer came back from the provider's page, the first time: most likely paid, so that the provider is asked soon.
alter table payments add column buyer_back_at timestamptz;
