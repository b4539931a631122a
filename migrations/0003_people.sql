-- user, auth, address

create table users (
  id uuid primary key,
  phone text,
  name text,
  email text,
  locale text not null default 'id' check (locale in ('id', 'en')),
  status text not null default 'active' check (status in ('active', 'suspended', 'deleted')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (status = 'deleted' or phone is not null)
);
create unique index users_phone on users (phone) where status <> 'deleted';

create table otp_challenges (
  id uuid primary key,
  phone text not null,
  code_hash text not null,
  ip text,
  tries smallint not null default 0,
  status text not null default 'open' check (status in ('open', 'used', 'spent', 'replaced')),
  -- the last way its code was sent; it only goes forward
  channel text not null default 'whatsapp' check (channel in ('whatsapp', 'email', 'sms')),
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index otp_challenges_of_phone on otp_challenges (phone, created_at);
create index otp_challenges_of_ip on otp_challenges (ip, created_at);
create index otp_challenges_by_time on otp_challenges (created_at);

-- One row a family: a log-in and all its rotated refresh tokens. Only the newest token is good; the one before it
-- for 10 s more, for an answer that was lost.
create table auth_sessions (
  id uuid primary key,
  user_id uuid not null references users,
  token_hash text not null unique,
  previous_hash text unique,
  rotated_at timestamptz not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_because text check (ended_because in ('logout', 'reuse', 'suspended', 'revoked'))
);
create index auth_sessions_of_user on auth_sessions (user_id) where ended_at is null;
create index auth_sessions_ended on auth_sessions (ended_at) where ended_at is not null;
create index auth_sessions_expired on auth_sessions (expires_at);

create table staff (
  id uuid primary key,
  name text not null unique,
  role text not null check (role in ('support', 'warehouse', 'finance', 'agent', 'service', 'admin')),
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null
);
create table staff_tokens (
  id uuid primary key,
  staff_id uuid not null references staff,
  token_hash text not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index staff_tokens_of_staff on staff_tokens (staff_id);

create table addresses (
  id uuid primary key,
  user_id uuid not null references users,
  label text not null,
  recipient_name text not null,
  phone text not null,
  street text not null,
  district text not null,
  city text not null,
  province text not null,
  postal_code text not null check (postal_code ~ '^[0-9]{5}$'),
  area_id text,
  is_default boolean not null default false,
  created_at timestamptz not null,
  deleted_at timestamptz
);
create index addresses_of_user on addresses (user_id, id) where deleted_at is null;
create unique index addresses_one_default on addresses (user_id) where is_default and deleted_at is null;
