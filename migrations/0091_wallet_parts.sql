-- What of a payment the buyer's wallet pays; the rest comes by invoice. All of one that is paid from the wallet.
alter table payments add column wallet_idr bigint not null default 0;
update payments set wallet_idr = amount_idr where method = 'wallet';
alter table payments add constraint payments_wallet_part
  check (wallet_idr >= 0 and wallet_idr <= amount_idr and (method = 'wallet') = (wallet_idr = amount_idr));

-- A refund to the source and what goes into the wallet beside it are two rows of one decision, with one posting: the source's.
alter table refunds add column part_of uuid references refunds,
  add constraint refunds_part_in_wallet check (part_of is null or (destination = 'wallet' and status = 'succeeded'));
create index refunds_parts on refunds (part_of) where part_of is not null;

-- Both are counted as one against the limit of who decides.
create function require_refund_limit_use() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from limit_uses where subject_id = coalesce(new.part_of, new.id)::text and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $$;
drop trigger refunds_counted on refunds;
create trigger refunds_counted before insert on refunds
  for each row when (new.requested_by like 'staff:%' and new.status <> 'requested') execute function require_refund_limit_use();
