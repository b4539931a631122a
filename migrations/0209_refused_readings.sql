-- How often in a row the provider refused the place at which the reading of its list would go on (docs/adr/0158).
alter table provider_book_reads add column refusals integer not null default 0;
