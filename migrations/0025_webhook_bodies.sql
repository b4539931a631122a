-- Bodies of deliveries that are over their time are found without the rows that lost theirs.
create index webhook_inbox_bodies on webhook_inbox (received_at) where body is not null and status <> 'received';
