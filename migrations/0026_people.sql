-- Users who are suspended or gone; what they want to hear and where; push; messages written by staff.

alter table users
  add column suspended_because text,
  add column deleted_at timestamptz,
  add constraint users_deleted_whole check ((status = 'deleted') = (deleted_at is not null));
create index users_by_status on users (status, id);

create table notification_preferences (
  user_id uuid not null references users,
  kind text not null check (kind in ('orders', 'money', 'sessions', 'shop')),
  channel text not null check (channel in ('push', 'email', 'whatsapp')),
  wanted boolean not null,
  primary key (user_id, kind, channel)
);

create table push_subscriptions (
  id uuid primary key,
  user_id uuid not null references users,
  endpoint text not null unique,
  p256dh text not null,
  auth text not null,
  created_at timestamptz not null
);
create index push_subscriptions_of_user on push_subscriptions (user_id);

alter table notification_deliveries drop constraint notification_deliveries_channel_check;
alter table notification_deliveries add constraint notification_deliveries_channel_check check (channel in ('email', 'push'));
create index notification_deliveries_by_status on notification_deliveries (status, id);

-- One message in six seconds a recipient (Meta, 131056): when the next one to a number may go.
create table whatsapp_pace (
  to_phone text primary key,
  next_at timestamptz not null
);
create index whatsapp_pace_over on whatsapp_pace (next_at);
create index whatsapp_messages_by_status on whatsapp_messages (status, id);
