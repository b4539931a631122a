-- A line that the provider's list shows late is read by a reading that begins policy.providerListLagMinutes before
-- `whole_through`, the end of the last such reading (docs/adr/0158).
alter table provider_book_reads
  add column whole_through timestamptz,
  add column whole_at timestamptz,
  -- of the reading under way: where it begins, whether it has the whole lag, and the server's start when it began
  add column reads_from timestamptz,
  add column is_whole boolean not null default true,
  add column began_on timestamptz;
-- The first reading goes back a day once, because readings overlapped by 300 s only and missed lines that came later.
update provider_book_reads set whole_through = through - interval '1 day' where through is not null;
-- A reading under way is begun anew: its beginning is not known.
update provider_book_reads set after_id = null, next_through = null;
