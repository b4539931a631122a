-- Notices of a changed number or address that were sent before links were sealed show the link that stops the change
-- (docs/adr/0174). A queued notice keeps its link, because it is still to be sent.
update whatsapp_messages set params = jsonb_set(params, '{2}', '"{{1}}"')
where dedupe_key like 'way\_in:%' and status <> 'queued' and params ->> 2 like '%/stop/%';
