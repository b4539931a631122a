-- Answers from before names were sealed (ADR 0111) still hold them readable: migration 0140 looked at sealed ones alone. The
-- fields are those of src/domain/kernel/idempotency/kept-answers.ts; a name is personal beside a phone number.
create function keep_no_names(answer jsonb) returns jsonb language plpgsql immutable
set search_path = pg_catalog, public, pg_temp as $$
begin
  case jsonb_typeof(answer)
    when 'array' then
      return coalesce((select jsonb_agg(keep_no_names(value) order by n) from jsonb_array_elements(answer) with ordinality as t(value, n)), '[]');
    when 'object' then
      return coalesce((
        select jsonb_object_agg(key, case
          when value <> 'null' and (key in ('recipient_name', 'account_holder_name', 'account_number', 'phone', 'email', 'to',
            'street', 'district', 'city', 'province', 'postal_code', 'label', 'note', 'decision_note', 'status_reason',
            'suspended_because', 'title', 'body') or (key = 'name' and answer ? 'phone')) then to_jsonb('not kept'::text)
          else keep_no_names(value) end)
        from jsonb_each(answer)), '{}');
    else
      return answer;
  end case;
end $$;

update idempotency_keys set response = keep_no_names(response)
where response is not null and response <> keep_no_names(response);

drop function keep_no_names(jsonb);

-- Keys of calls that moved money had no end once; those of today end after 90 days.
update idempotency_keys set expires_at = created_at + interval '90 days' where expires_at is null;
