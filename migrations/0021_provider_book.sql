-- How far the provider's own book has been read: its fees, what staff moved there, and what card issuers took back.
create table provider_book_reads (
  provider text primary key check (provider in ('xendit')),
  -- everything that changed before this instant, of the provider's clock, was read; null: nothing was
  through timestamptz,
  -- in the middle of a reading: its last transaction, and where the next reading starts once this one is at its end
  after_id text,
  next_through timestamptz,
  read_at timestamptz
);
insert into provider_book_reads (provider) values ('xendit');
