-- Guards in SQL as well: a CHECK that asks for a second person called is_second_person by whatever path the application's session had,
-- and a temporary table named staff, or a function named staff_named, answered for it.
do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
      and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, public, pg_temp']
  loop
    execute format('alter function %s set search_path = pg_catalog, public, pg_temp', one);
  end loop;
end $$;
