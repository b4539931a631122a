-- A copy of the data folder shows no mark of its own, but its server was started anew: what the provider knows is read before money leaves
-- a server that was started since, and a server of a data folder knows where that folder was (docs/adr/0099).
alter table database_identity rename column lost_reference to doubt;
alter table provider_book_reads add column server_start timestamptz;
-- The server that is upgraded goes on.
update provider_book_reads set server_start = pg_postmaster_start_time() where through is not null;
