-- Answers under idempotency keys hold codes and amounts alone. Names and addresses stood in them sealed; a repeated request
-- reads them again from where they belong.
update idempotency_keys
set response = regexp_replace(response::text, '"sealed:[^"]*"', '"not kept"', 'g')::jsonb
where response::text like '%"sealed:%';
