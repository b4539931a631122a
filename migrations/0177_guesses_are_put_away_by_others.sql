-- An item about guessed codes of a second factor is put away by finance, as an item about a change of staff is, and never by whom it is
-- about: who guesses holds that person's token. After a day it ends by itself.
create function guesses_are_put_away_by_others() returns trigger
  language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
  person record;
begin
  if written_by_owner(tg_relid) or new.kind <> 'factor_guessed' or new.resolved_at is null or old.resolved_at is not null then return new; end if;
  if new.resolved_by not like 'staff:%' and shop_now() - new.since >= interval '1 day' then return new; end if;
  select * into person from acting_person();
  if new.subject_id is not distinct from person.id
    or not exists (select from staff where id::text = person.id and role in ('finance', 'admin'))
  then
    raise exception 'the attention item % (%) is resolved by somebody else of finance', old.id, old.kind using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger guesses_are_put_away_by_others before update on attention for each row execute function guesses_are_put_away_by_others();
