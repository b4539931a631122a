-- The provider refuses whatever comes from our account, or by one template: its messages wait until one that is tried gets through.
create table whatsapp_holds (
  -- `account`, or `template:NAME:LANGUAGE`
  scope text primary key,
  code text not null,
  since timestamptz not null,
  probe_at timestamptz not null,
  probes integer not null default 0
);

-- A held message has no time of its own: the hold's probe brings it back.
alter table whatsapp_messages add column held_scope text;
create index whatsapp_messages_held on whatsapp_messages (held_scope, created_at)
  where status = 'queued' and held_scope is not null;
