-- The account to which the company's bank sends money on has columns of its own. A request wrote it over the account that the
-- provider named, and a rejection erased both, so the limit of that account was forgotten (docs/adr/0161).
alter table suspense_items add column sent_channel text, add column sent_number text,
  add constraint suspense_sent_account_is_whole check ((sent_channel is null) = (sent_number is null));
