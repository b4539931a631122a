-- Money that was put into suspense before its receiver was stored names nobody, so decisions about it count by item. What laku's
-- own rows know of open items is filled in: the factory or user of its payout, and the buyer of its refund or payment. The bank
-- account is encrypted for each table, so no statement can copy it: laku reads it from the payout when somebody decides
-- (docs/adr/0180).
with owners as (
  select i.id, o.user_id, o.factory_id from suspense_items i join payouts o
    on o.id = i.subject_id or o.provider_payout_id = i.provider_id or o.key in (i.code, i.reference)
  where i.status in ('open', 'requested') and i.user_id is null and i.factory_id is null
  union
  select i.id, p.user_id, null from suspense_items i join refunds r on r.id = i.subject_id or r.provider_refund_id = i.provider_id or r.code = i.code
    join payments p on p.id = r.payment_id
  where i.status in ('open', 'requested') and i.user_id is null and i.factory_id is null
  union
  select i.id, p.user_id, null from suspense_items i join payments p on p.id = i.subject_id or p.code in (i.code, i.reference)
  where i.status in ('open', 'requested') and i.user_id is null and i.factory_id is null
  union
  select i.id, p.user_id, null from suspense_items i join quarantined_money q on q.id = i.subject_id join payments p on p.id = q.payment_id
  where i.status in ('open', 'requested') and i.user_id is null and i.factory_id is null
), single as (
  select o.id, (array_agg(o.user_id))[1] as user_id, (array_agg(o.factory_id))[1] as factory_id
  from owners o where o.user_id is not null or o.factory_id is not null
  group by o.id having count(*) = 1
)
update suspense_items i set user_id = s.user_id, factory_id = s.factory_id from single s
where i.id = s.id and not exists (select from users u where u.id = s.user_id and u.status = 'deleted');
