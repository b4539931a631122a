-- Quotes that are long over are forgotten.
create index shipping_rates_over on shipping_rates (expires_at);
