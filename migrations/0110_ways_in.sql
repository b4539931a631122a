-- A change of what lets somebody in, or says where money goes: who is told of it, and what undoes it while it cools off.
create table way_changes (
  id uuid primary key,
  subject_kind text not null check (subject_kind in ('user', 'factory')),
  subject_id uuid not null,
  way text not null check (way in ('phone', 'email', 'bank_account', 'tax_id')),
  -- Sealed under the subject's own key; null where there was none.
  old_sealed text,
  -- The row of a new bank account.
  account_id uuid,
  changed_by text not null,
  changed_at timestamptz not null,
  stoppable_until timestamptz not null,
  stopped_at timestamptz
);
create index way_changes_of on way_changes (subject_kind, subject_id, changed_at);

-- A key for each subject, itself sealed: without its row nobody reads what the audit log kept sealed of them.
create table way_keys (
  subject_kind text not null check (subject_kind in ('user', 'factory')),
  subject_id uuid not null,
  key_sealed text not null,
  primary key (subject_kind, subject_id)
);

-- An address takes codes from `email_confirmed_at` on; `email_proven_at`: who set it proved to hold the phone.
alter table users
  add column email_proven_at timestamptz,
  add column email_confirmed_at timestamptz,
  add column withdrawals_from timestamptz;

alter table otp_challenges
  drop constraint otp_challenges_purpose_check,
  add constraint otp_challenges_purpose_check check (purpose in ('login', 'withdrawal', 'email'));
-- One that was stopped while it cooled off is never paid to.
alter table factory_bank_accounts
  drop constraint factory_bank_accounts_status_check,
  add constraint factory_bank_accounts_status_check check (status in ('pending', 'approved', 'replaced', 'stopped'));
alter table auth_sessions
  drop constraint auth_sessions_ended_because_check,
  add constraint auth_sessions_ended_because_check
    check (ended_because in ('logout', 'reuse', 'suspended', 'revoked', 'changed'));
