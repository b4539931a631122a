-- A code for a new number: it is sent there, its holder reads it out to staff, and it is good for this user or factory alone.
alter table otp_challenges
  drop constraint otp_challenges_purpose_check,
  add constraint otp_challenges_purpose_check check (purpose in ('login', 'withdrawal', 'email', 'phone')),
  add column about_kind text check (about_kind in ('user', 'factory')),
  add column about_id uuid,
  add constraint otp_challenges_about_check check ((purpose = 'phone') = (about_kind is not null and about_id is not null));
create index otp_challenges_about on otp_challenges (about_id) where about_id is not null;
