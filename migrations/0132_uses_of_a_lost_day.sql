-- What the provider shows of a lost day was given by somebody whom nobody knows: it counts against whoever acts next (docs/adr/0105).
create or replace function used_alone(counted text, who text, whom text, acc text, since timestamptz, except_kind text, except_subject text)
returns bigint language sql stable set search_path = pg_catalog, public, pg_temp as $$
  select greatest(
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and person in (who, 'the lost day') and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and receiver = whom and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and account = acc and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)))::bigint
$$;
