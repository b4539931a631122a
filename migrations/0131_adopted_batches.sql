-- A batch that was taken over from a file has no file to be written: its accounts are that file's word, and the bank has it (docs/adr/0103).
alter table bank_batches add column is_adopted boolean not null default false;
