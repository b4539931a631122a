-- Whose message it is, where it is a user's: a number changes hands, and what was written to a person stays theirs.
alter table whatsapp_messages add column user_id uuid references users;
create index whatsapp_messages_of_user on whatsapp_messages (user_id, id) where user_id is not null;
update whatsapp_messages m set user_id = u.id from users u where u.phone = m.to_phone and u.status <> 'deleted';
