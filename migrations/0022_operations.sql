-- What staff list: open attention, deliveries by time, changes by who made them.
create index attention_open_by_id on attention (id) where resolved_at is null;
create index webhook_inbox_by_time on webhook_inbox (received_at, id);
create index audit_of_actor on audit_log (actor_name, occurred_at, id);
