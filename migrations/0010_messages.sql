-- whatsapp, notification

create table whatsapp_messages (
  id uuid primary key,
  dedupe_key text not null unique,
  to_phone text not null,
  template text,
  language text not null default 'id',
  params jsonb not null default '[]',
  -- parameters that may not be read at rest (a one-time code), encrypted
  sealed_params text,
  body text,
  status text not null default 'queued' check (status in ('queued', 'sent', 'delivered', 'read', 'failed')),
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  -- a one-time code that is not sent by then goes another way
  send_by timestamptz,
  provider_message_id text unique,
  failure_code text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((template is null) <> (body is null))
);
create index whatsapp_messages_due on whatsapp_messages (next_attempt_at) where status = 'queued';
create index whatsapp_messages_sealed on whatsapp_messages (created_at) where sealed_params is not null;
create index whatsapp_messages_to on whatsapp_messages (to_phone, created_at);

create table notifications (
  id uuid primary key,
  user_id uuid not null references users,
  dedupe_key text not null unique,
  template text not null,
  locale text not null,
  title text not null,
  body text not null,
  link text,
  created_at timestamptz not null,
  read_at timestamptz
);
create index notifications_of_user on notifications (user_id, id);

-- What goes out beside the inbox, but for WhatsApp, which has its own table.
create table notification_deliveries (
  id uuid primary key,
  notification_id uuid not null references notifications,
  channel text not null check (channel in ('email')),
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed', 'skipped')),
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  provider_message_id text,
  failure_code text,
  updated_at timestamptz not null,
  unique (notification_id, channel)
);
create index notification_deliveries_due on notification_deliveries (next_attempt_at) where status = 'queued';
