-- How much of a limit is used up, whatever it is of: a leaky bucket in one column. A name is a number, an address, a device.
create table paces (
  name text primary key,
  -- Before this its next one is not due; a name whose time has passed is as good as none.
  next_at timestamptz not null
);
create index paces_over on paces (next_at);

-- What paid messages a day took: who is not known yet spends from a part of it.
create table code_spending (
  day date not null,
  channel text not null check (channel in ('whatsapp', 'sms')),
  strangers integer not null default 0,
  known integer not null default 0,
  primary key (day, channel)
);

-- A code that the holder of a number called for by WhatsApp: good in every browser that asked for this number.
create table called_codes (
  phone text primary key,
  code_hash text not null,
  made_at timestamptz not null,
  expires_at timestamptz not null
);
create index called_codes_over on called_codes (expires_at);

-- A code is for one thing; it goes by another way when nobody says that it was delivered.
alter table otp_challenges
  add column purpose text not null default 'login' check (purpose in ('login', 'withdrawal')),
  add column known boolean not null default false,
  add column sends smallint not null default 1,
  add column sent_at timestamptz,
  add column next_way_at timestamptz;
create index otp_challenges_next_way on otp_challenges (next_way_at) where next_way_at is not null;
-- Limits are kept in paces now.
drop index otp_challenges_of_ip;

-- Each browser tab that refreshed at the same moment goes on by itself: which token of each is the newest, and since when.
alter table auth_sessions
  add column branches jsonb not null default '{}',
  add column device text;
