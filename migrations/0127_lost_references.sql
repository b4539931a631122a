-- A reference of laku's own form that this database does not know: it lacks what another copy of it did (docs/adr/0097).
alter table database_identity add column lost_reference text;
