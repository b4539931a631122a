-- After a restore nobody but staff knows which files for the bank left in the lost day. While the row is here
-- and not complete, no other file is made; complete before the database is known: what was adopted first.
create table bank_files_in_doubt (
  one boolean primary key default true check (one),
  since timestamptz not null,
  is_complete boolean not null default false
);
