-- A temporary table comes before all others unless it is named last: one called ledger_entries let laku_app commit an unbalanced
-- transaction, and one called ledger_balances overdraw a wallet. Every guard looks in the catalogue, then in public.
do $$
declare
  guard regprocedure;
begin
  for guard in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prolang in (select oid from pg_language where lanname = 'plpgsql')
  loop
    execute format('alter function %s set search_path = pg_catalog, public, pg_temp', guard);
  end loop;
end $$;
