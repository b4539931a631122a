-- What this database is, and which keys belong to it. Its owner alone says so (laku db migrate, laku db keys): a process of development
-- with production's DATABASE_URL shifted the clock, opened a session with invented stock and sealed under the key that is in the source.

-- Where the row is missing the database is production's, but for the embedded one.
create table database_environment (
  one boolean primary key default true check (one),
  name text not null check (name in ('development', 'production')),
  stamped_at timestamptz not null default clock_timestamp(),
  stamped_by text not null default session_user
);
create trigger database_environment_stays before update or delete on database_environment
  for each row execute function refuse_change();

-- Names of the keys that read and write here, which tell one key from another and nothing else about it. Several stand here while they
-- rotate. A retired one is written with no more; nothing here is under it.
create table database_keys (
  purpose text not null check (purpose in ('encryption', 'seal')),
  id text not null check (id ~ '^[A-Za-z0-9_-]{8}$'),
  admitted_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz,
  primary key (purpose, id)
);
