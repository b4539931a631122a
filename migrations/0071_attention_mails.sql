-- What waits for a person is mailed: each item once when it is about money, and all that is open once a day.
alter table attention add column mailed_at timestamptz;
create table attention_mails (
  one boolean primary key default true check (one),
  -- the last day, in Jakarta, whose list was sent
  daily date
);
insert into attention_mails default values;
