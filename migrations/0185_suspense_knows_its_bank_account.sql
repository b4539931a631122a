-- Money in suspense may have gone to a bank account that the provider tells, or that staff name. The account is stored here,
-- its number encrypted: laku finds the account's owner by it, and decisions about its money count together (docs/adr/0161).
alter table suspense_items add column bank_channel text, add column bank_number text,
  add constraint suspense_bank_account_is_whole check ((bank_channel is null) = (bank_number is null));
