-- Whoever had a number in between does not get it back, also where it moved on since (docs/adr/0173). So a change keeps
-- the value that it set (`new_sealed`), and says whether it stands though its holder stopped it (`stands`).
alter table way_changes add column new_sealed text, add column stands boolean not null default false;
