-- The schema as the migrations leave it. Made by `npm run generate`; CI fails when it drifts.

create table acting_secret (
  one boolean default true not null,
  secret text default ((gen_random_uuid())::text || (gen_random_uuid())::text) not null,
  constraint acting_secret_pkey PRIMARY KEY (one),
  constraint acting_secret_one_check CHECK (one)
);

create table addresses (
  id uuid not null,
  user_id uuid not null,
  label text not null,
  recipient_name text not null,
  phone text not null,
  street text not null,
  district text not null,
  city text not null,
  province text not null,
  postal_code text not null,
  area_id text,
  is_default boolean default false not null,
  created_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  constraint addresses_pkey PRIMARY KEY (id),
  constraint addresses_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint addresses_postal_code_check CHECK ((postal_code ~ '^[0-9]{5}$'::text))
);

create table agent_offices (
  id uuid not null,
  name text not null,
  phone text not null,
  street text not null,
  city text not null,
  province text not null,
  postal_code text not null,
  status text default 'active'::text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint agent_offices_name_key UNIQUE (name),
  constraint agent_offices_pkey PRIMARY KEY (id),
  constraint agent_offices_postal_code_check CHECK ((postal_code ~ '^[0-9]{5}$'::text)),
  constraint agent_offices_status_check CHECK ((status = ANY (ARRAY['active'::text, 'closed'::text])))
);

create table attention (
  id uuid not null,
  kind text not null,
  subject_kind text not null,
  subject_id text not null,
  message text not null,
  command text not null,
  details jsonb default '{}'::jsonb not null,
  times integer default 1 not null,
  since timestamp with time zone not null,
  resolved_at timestamp with time zone,
  resolved_by text,
  resolution text,
  mailed_at timestamp with time zone,
  constraint attention_pkey PRIMARY KEY (id)
);

create table attention_mails (
  one boolean default true not null,
  daily date,
  constraint attention_mails_pkey PRIMARY KEY (one),
  constraint attention_mails_one_check CHECK (one)
);

create table audit_log (
  id uuid not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  reason text,
  command text not null,
  subject_kind text not null,
  subject_id text not null,
  before jsonb,
  after jsonb,
  request_id text,
  occurred_at timestamp with time zone not null,
  constraint audit_log_pkey PRIMARY KEY (id),
  constraint audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['staff'::text, 'customer'::text, 'provider'::text, 'system'::text])))
);

create table auth_sessions (
  id uuid not null,
  user_id uuid not null,
  token_hash text not null,
  previous_hash text,
  rotated_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_because text,
  branches jsonb default '{}'::jsonb not null,
  device text,
  constraint auth_sessions_previous_hash_key UNIQUE (previous_hash),
  constraint auth_sessions_token_hash_key UNIQUE (token_hash),
  constraint auth_sessions_pkey PRIMARY KEY (id),
  constraint auth_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint auth_sessions_ended_because_check CHECK ((ended_because = ANY (ARRAY['logout'::text, 'reuse'::text, 'suspended'::text, 'revoked'::text, 'changed'::text])))
);

create table bank_batches (
  id uuid not null,
  number bigint generated always as identity not null,
  status text not null,
  made_by text not null,
  made_at timestamp with time zone not null,
  handed_out_by text,
  handed_out_at timestamp with time zone,
  cancelled_by text,
  status_reason text,
  finished_at timestamp with time zone,
  remind_at timestamp with time zone,
  is_adopted boolean default false not null,
  taken_by text[] default '{}'::text[] not null,
  constraint bank_batches_number_key UNIQUE (number),
  constraint bank_batches_pkey PRIMARY KEY (id),
  constraint bank_batch_cancelled_by_another CHECK (((status <> 'cancelled'::text) OR (handed_out_at IS NULL) OR is_second_person(handed_out_by, cancelled_by))),
  constraint bank_batch_cancelled_by_no_taker CHECK (((status <> 'cancelled'::text) OR (cancelled_by IS NULL) OR (NOT (cancelled_by = ANY (taken_by))))),
  constraint bank_batch_handed_out CHECK (((status = ANY (ARRAY['made'::text, 'cancelled'::text])) OR (handed_out_at IS NOT NULL))),
  constraint bank_batches_status_check CHECK ((status = ANY (ARRAY['made'::text, 'handed_out'::text, 'done'::text, 'cancelled'::text])))
);

create table bank_files_in_doubt (
  one boolean default true not null,
  since timestamp with time zone not null,
  is_complete boolean default false not null,
  constraint bank_files_in_doubt_pkey PRIMARY KEY (one),
  constraint bank_files_in_doubt_one_check CHECK (one)
);

create table bank_references (
  reference text not null,
  given text not null,
  subject_kind text not null,
  subject_id text not null,
  noted_by text not null,
  noted_at timestamp with time zone not null,
  constraint bank_references_pkey PRIMARY KEY (reference),
  constraint bank_references_reference_check CHECK ((reference ~ '^[A-Z0-9]+$'::text))
);

create table called_codes (
  phone text not null,
  code_hash text not null,
  made_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint called_codes_pkey PRIMARY KEY (phone)
);

create table chargeback_wins (
  ledger_key text not null,
  line_id text not null,
  chargeback_id uuid not null,
  amount_idr bigint not null,
  constraint chargeback_wins_pkey PRIMARY KEY (ledger_key),
  constraint chargeback_wins_chargeback_id_fkey FOREIGN KEY (chargeback_id) REFERENCES chargebacks(id),
  constraint chargeback_wins_amount_idr_check CHECK ((amount_idr > 0))
);

create table chargebacks (
  id uuid not null,
  ledger_key text not null,
  payment_id uuid,
  amount_idr bigint not null,
  provider_transaction_id text,
  created_at timestamp with time zone not null,
  won_idr bigint default 0 not null,
  quarantine_id uuid,
  corrections integer default 0 not null,
  constraint chargebacks_ledger_key_key UNIQUE (ledger_key),
  constraint chargebacks_provider_transaction_id_key UNIQUE (provider_transaction_id),
  constraint chargebacks_pkey PRIMARY KEY (id),
  constraint chargebacks_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint chargebacks_quarantine_id_fkey FOREIGN KEY (quarantine_id) REFERENCES quarantined_money(id),
  constraint chargebacks_amount_idr_check CHECK (((amount_idr >= 0) AND (won_idr <= amount_idr))),
  constraint chargebacks_won_idr_check CHECK ((won_idr >= 0))
);

create table clock (
  one boolean default true not null,
  shift_s bigint default 0 not null,
  constraint clock_pkey PRIMARY KEY (one),
  constraint clock_one_check CHECK (one)
);

create table code_spending (
  day date not null,
  channel text not null,
  strangers integer default 0 not null,
  known integer default 0 not null,
  constraint code_spending_pkey PRIMARY KEY (day, channel),
  constraint code_spending_channel_check CHECK ((channel = ANY (ARRAY['whatsapp'::text, 'sms'::text])))
);

create table command_run_lines (
  run_id uuid not null,
  first_line integer not null,
  lines integer not null,
  sealed text not null,
  written_at timestamp with time zone default now() not null,
  constraint command_run_lines_pkey PRIMARY KEY (run_id, first_line),
  constraint command_run_lines_run_id_fkey FOREIGN KEY (run_id) REFERENCES command_runs(id) ON DELETE CASCADE
);

create table command_runs (
  id uuid not null,
  staff_id uuid not null,
  key text not null,
  request_hash text not null,
  command text not null,
  attempt integer default 1 not null,
  started_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  exit_code smallint,
  stop_asked_at timestamp with time zone,
  kept text,
  key_is_free boolean default false not null,
  constraint command_runs_pkey PRIMARY KEY (id),
  constraint command_runs_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint command_runs_check CHECK (((ended_at IS NULL) = (exit_code IS NULL))),
  constraint command_runs_key_is_free_check CHECK (((NOT key_is_free) OR ((ended_at IS NOT NULL) AND (exit_code <> ALL (ARRAY[0, 8])) AND (kept IS NULL))))
);

create table commission_history (
  id uuid not null,
  factory_id uuid not null,
  commission_bps integer not null,
  since timestamp with time zone not null,
  set_by text not null,
  constraint commission_history_pkey PRIMARY KEY (id),
  constraint commission_history_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint commission_history_commission_bps_check CHECK (((commission_bps >= 0) AND (commission_bps <= 10000)))
);

create table database_environment (
  one boolean default true not null,
  name text not null,
  stamped_at timestamp with time zone default clock_timestamp() not null,
  stamped_by text default SESSION_USER not null,
  constraint database_environment_pkey PRIMARY KEY (one),
  constraint database_environment_name_check CHECK ((name = ANY (ARRAY['development'::text, 'production'::text]))),
  constraint database_environment_one_check CHECK (one)
);

create table database_identity (
  one boolean default true not null,
  system_id text not null,
  timeline text not null,
  written_in xid8 default pg_current_xact_id() not null,
  place text,
  is_restored boolean default false not null,
  doubt text,
  constraint database_identity_pkey PRIMARY KEY (one),
  constraint database_identity_one_check CHECK (one)
);

create table database_keys (
  purpose text not null,
  id text not null,
  admitted_at timestamp with time zone default clock_timestamp() not null,
  retired_at timestamp with time zone,
  constraint database_keys_pkey PRIMARY KEY (purpose, id),
  constraint database_keys_id_check CHECK ((id ~ '^[A-Za-z0-9_-]{8}$'::text)),
  constraint database_keys_purpose_check CHECK ((purpose = ANY (ARRAY['encryption'::text, 'seal'::text])))
);

create table events (
  id uuid not null,
  type text not null,
  aggregate_kind text not null,
  aggregate_id uuid not null,
  payload jsonb not null,
  actor text not null,
  request_id text,
  occurred_at timestamp with time zone not null,
  constraint events_pkey PRIMARY KEY (id)
);

create table factories (
  id uuid not null,
  name text not null,
  phone text not null,
  email text,
  city text not null,
  province text not null,
  postal_code text not null,
  verification text default 'unverified'::text not null,
  status text default 'inactive'::text not null,
  commission_bps integer not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  tax_id_kind text,
  tax_id_sealed text,
  suspended_because text,
  rating_sum bigint default 0 not null,
  rating_count integer default 0 not null,
  constraint factories_pkey PRIMARY KEY (id),
  constraint factories_check CHECK (((status <> 'active'::text) OR (verification = 'verified'::text))),
  constraint factories_commission_bps_check CHECK (((commission_bps >= 0) AND (commission_bps <= 10000))),
  constraint factories_postal_code_check CHECK ((postal_code ~ '^[0-9]{5}$'::text)),
  constraint factories_rating_count_check CHECK ((rating_count >= 0)),
  constraint factories_rating_sum_check CHECK ((rating_sum >= 0)),
  constraint factories_status_check CHECK ((status = ANY (ARRAY['inactive'::text, 'active'::text, 'suspended'::text]))),
  constraint factories_tax_id_kind_check CHECK ((tax_id_kind = ANY (ARRAY['npwp'::text, 'nik'::text]))),
  constraint factories_tax_id_whole CHECK (((tax_id_kind IS NULL) = (tax_id_sealed IS NULL))),
  constraint factories_verification_check CHECK ((verification = ANY (ARRAY['unverified'::text, 'pending'::text, 'verified'::text, 'rejected'::text])))
);

create table factory_bank_accounts (
  id uuid not null,
  factory_id uuid not null,
  channel_code text not null,
  account_number text not null,
  account_holder text not null,
  status text default 'pending'::text not null,
  set_by text not null,
  set_at timestamp with time zone not null,
  approved_by text,
  approved_at timestamp with time zone,
  usable_from timestamp with time zone,
  constraint factory_bank_accounts_pkey PRIMARY KEY (id),
  constraint factory_bank_accounts_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint bank_account_two_people CHECK ((approved_by <> set_by)),
  constraint factory_bank_accounts_check CHECK (((status = 'approved'::text) <= ((approved_by IS NOT NULL) AND (usable_from IS NOT NULL)))),
  constraint factory_bank_accounts_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'replaced'::text, 'stopped'::text])))
);

create table group_buying_sessions (
  id uuid not null,
  code text not null,
  product_id uuid not null,
  factory_id uuid not null,
  status text not null,
  status_reason text,
  close_policy text default 'at_moq'::text not null,
  moq integer not null,
  capacity integer,
  per_user_limit integer,
  commission_bps integer not null,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone not null,
  paid_units integer default 0 not null,
  held_units integer default 0 not null,
  participants integer default 0 not null,
  final_unit_price_idr bigint,
  extensions integer default 0 not null,
  closed_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  fulfil_failures integer default 0 not null,
  final_min_units integer,
  constraint group_buying_sessions_code_key UNIQUE (code),
  constraint group_buying_sessions_pkey PRIMARY KEY (id),
  constraint group_buying_sessions_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint group_buying_sessions_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id),
  constraint group_buying_sessions_check CHECK ((capacity >= moq)),
  constraint group_buying_sessions_check1 CHECK ((ends_at > starts_at)),
  constraint group_buying_sessions_check2 CHECK (((starts_at IS NOT NULL) OR (status = ANY (ARRAY['draft'::text, 'cancelled'::text, 'refunded'::text])))),
  constraint group_buying_sessions_check3 CHECK (((final_min_units IS NULL) = (final_unit_price_idr IS NULL))),
  constraint group_buying_sessions_close_policy_check CHECK ((close_policy = ANY (ARRAY['at_moq'::text, 'at_deadline'::text]))),
  constraint group_buying_sessions_commission_bps_check CHECK (((commission_bps >= 0) AND (commission_bps <= 10000))),
  constraint group_buying_sessions_fulfil_failures_check CHECK ((fulfil_failures >= 0)),
  constraint group_buying_sessions_held_units_check CHECK ((held_units >= 0)),
  constraint group_buying_sessions_moq_check CHECK ((moq > 0)),
  constraint group_buying_sessions_paid_units_check CHECK ((paid_units >= 0)),
  constraint group_buying_sessions_participants_check CHECK ((participants >= 0)),
  constraint group_buying_sessions_per_user_limit_check CHECK ((per_user_limit > 0)),
  constraint group_buying_sessions_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'forming'::text, 'moq_reached'::text, 'pending_stock'::text, 'orders_created'::text, 'success'::text, 'failed'::text, 'cancelled'::text, 'refunded'::text]))),
  constraint session_capacity_kept CHECK (((capacity IS NULL) OR ((paid_units + held_units) <= capacity)))
);

create table group_participants (
  id uuid not null,
  session_id uuid not null,
  user_id uuid not null,
  status text not null,
  units integer not null,
  goods_idr bigint not null,
  shipping_idr bigint not null,
  total_idr bigint not null,
  courier_company text not null,
  courier_type text not null,
  address jsonb not null,
  joined_at timestamp with time zone not null,
  hold_expires_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  ended_at timestamp with time zone,
  fee_estimated boolean default false not null,
  constraint group_participants_pkey PRIMARY KEY (id),
  constraint group_participants_session_id_fkey FOREIGN KEY (session_id) REFERENCES group_buying_sessions(id),
  constraint group_participants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint group_participants_check CHECK ((total_idr = (goods_idr + shipping_idr))),
  constraint group_participants_shipping_idr_check CHECK ((shipping_idr >= 0)),
  constraint group_participants_status_check CHECK ((status = ANY (ARRAY['held'::text, 'paid'::text, 'ordered'::text, 'expired'::text, 'left'::text, 'refunded'::text]))),
  constraint group_participants_units_check CHECK ((units > 0))
);

create table idempotency_keys (
  scope text not null,
  key text not null,
  request_hash text not null,
  status smallint,
  response jsonb,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  constraint idempotency_keys_pkey PRIMARY KEY (scope, key)
);

create table installation (
  one boolean default true not null,
  id text default upper("left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 6)) not null,
  made_at timestamp with time zone default now() not null,
  constraint installation_pkey PRIMARY KEY (one),
  constraint installation_id_check CHECK ((id ~ '^[0-9A-F]{6}$'::text)),
  constraint installation_one_check CHECK (one)
);

create table ledger_accounts (
  id bigint generated always as identity not null,
  key text not null,
  kind text not null,
  may_go_negative boolean not null,
  constraint ledger_accounts_key_key UNIQUE (key),
  constraint ledger_accounts_pkey PRIMARY KEY (id),
  constraint ledger_accounts_kind_check CHECK ((kind = ANY (ARRAY['asset'::text, 'liability'::text, 'income'::text, 'expense'::text])))
);

create table ledger_balances (
  account_id bigint not null,
  balance_idr bigint default 0 not null,
  constraint ledger_balances_pkey PRIMARY KEY (account_id),
  constraint ledger_balances_account_id_fkey FOREIGN KEY (account_id) REFERENCES ledger_accounts(id),
  constraint ledger_balance_not_negative CHECK ((balance_idr >= 0))
);

create table ledger_chain (
  page bigint not null,
  kind text not null,
  system_id text not null,
  from_xid xid8 not null,
  through_xid xid8 not null,
  recorded_since timestamp with time zone not null,
  transactions bigint not null,
  digest text not null,
  head text not null,
  declared_by text,
  reason text,
  taken_at timestamp with time zone default clock_timestamp() not null,
  constraint ledger_chain_head_key UNIQUE (head),
  constraint ledger_chain_pkey PRIMARY KEY (page),
  constraint ledger_chain_check CHECK ((through_xid >= from_xid)),
  constraint ledger_chain_check1 CHECK (((kind = 'break'::text) = (declared_by IS NOT NULL))),
  constraint ledger_chain_check2 CHECK (((kind = 'break'::text) = (reason IS NOT NULL))),
  constraint ledger_chain_kind_check CHECK ((kind = ANY (ARRAY['page'::text, 'break'::text]))),
  constraint ledger_chain_page_check CHECK ((page > 0)),
  constraint ledger_chain_transactions_check CHECK ((transactions >= 0))
);

create table ledger_chain_reseals (
  page bigint not null,
  head text not null,
  constraint ledger_chain_reseals_pkey PRIMARY KEY (page),
  constraint ledger_chain_reseals_page_fkey FOREIGN KEY (page) REFERENCES ledger_chain(page)
);

create table ledger_entries (
  seq bigint generated always as identity not null,
  transaction_id uuid not null,
  account_id bigint not null,
  amount_idr bigint not null,
  session_id uuid,
  order_item_id uuid,
  factory_id uuid,
  user_id uuid,
  constraint ledger_entries_pkey PRIMARY KEY (seq),
  constraint ledger_entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES ledger_accounts(id),
  constraint ledger_entries_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES ledger_transactions(id),
  constraint ledger_entries_amount_idr_check CHECK ((amount_idr <> 0))
);

create table ledger_reseals (
  transaction_id uuid not null,
  seal text not null,
  constraint ledger_reseals_pkey PRIMARY KEY (transaction_id),
  constraint ledger_reseals_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES ledger_transactions(id)
);

create table ledger_snapshots (
  account_id bigint not null,
  through_seq bigint not null,
  balance_idr bigint not null,
  taken_at timestamp with time zone default clock_timestamp() not null,
  constraint ledger_snapshots_pkey PRIMARY KEY (account_id, through_seq),
  constraint ledger_snapshots_account_id_fkey FOREIGN KEY (account_id) REFERENCES ledger_accounts(id)
);

create table ledger_transactions (
  id uuid not null,
  key text not null,
  request_hash text not null,
  kind text not null,
  subject_kind text not null,
  subject_id uuid not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone default clock_timestamp() not null,
  written_in xid8 default pg_current_xact_id() not null,
  seal text not null,
  constraint ledger_transactions_key_key UNIQUE (key),
  constraint ledger_transactions_pkey PRIMARY KEY (id)
);

create table limit_clearances (
  id uuid not null,
  kind text not null,
  subject_id text not null,
  amount_idr bigint not null,
  given_by text not null,
  reason text not null,
  given_at timestamp with time zone not null,
  until timestamp with time zone not null,
  used_by text,
  used_at timestamp with time zone,
  constraint limit_clearances_pkey PRIMARY KEY (id),
  constraint clearance_of_another CHECK (((used_by IS NULL) OR is_second_person(given_by, used_by))),
  constraint limit_clearances_amount_idr_check CHECK ((amount_idr > 0))
);

create table limit_uses (
  id uuid not null,
  budget text not null,
  kind text not null,
  person text not null,
  second_person text,
  receiver text not null,
  account text,
  amount_idr bigint not null,
  day_limit_idr bigint not null,
  week_limit_idr bigint not null,
  subject_kind text not null,
  subject_id text not null,
  used_at timestamp with time zone not null,
  undone_at timestamp with time zone,
  constraint limit_uses_subject_id_kind_key UNIQUE (subject_id, kind),
  constraint limit_uses_pkey PRIMARY KEY (id),
  constraint limit_uses_amount_idr_check CHECK ((amount_idr > 0)),
  constraint limit_uses_budget_check CHECK ((budget = ANY (ARRAY['given'::text, 'settlement'::text, 'withdrawal'::text]))),
  constraint limit_uses_day_limit_idr_check CHECK ((day_limit_idr >= 0)),
  constraint limit_uses_week_limit_idr_check CHECK ((week_limit_idr >= 0))
);

create table notification_deliveries (
  id uuid not null,
  notification_id uuid not null,
  channel text not null,
  status text default 'queued'::text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  provider_message_id text,
  failure_code text,
  updated_at timestamp with time zone not null,
  constraint notification_deliveries_notification_id_channel_key UNIQUE (notification_id, channel),
  constraint notification_deliveries_pkey PRIMARY KEY (id),
  constraint notification_deliveries_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES notifications(id),
  constraint notification_deliveries_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'push'::text]))),
  constraint notification_deliveries_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text, 'skipped'::text])))
);

create table notification_preferences (
  user_id uuid not null,
  kind text not null,
  channel text not null,
  wanted boolean not null,
  constraint notification_preferences_pkey PRIMARY KEY (user_id, kind, channel),
  constraint notification_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint notification_preferences_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'email'::text, 'whatsapp'::text]))),
  constraint notification_preferences_kind_check CHECK ((kind = ANY (ARRAY['orders'::text, 'money'::text, 'sessions'::text, 'shop'::text])))
);

create table notifications (
  id uuid not null,
  user_id uuid not null,
  dedupe_key text not null,
  template text not null,
  locale text not null,
  title text not null,
  body text not null,
  link text,
  created_at timestamp with time zone not null,
  read_at timestamp with time zone,
  constraint notifications_dedupe_key_key UNIQUE (dedupe_key),
  constraint notifications_pkey PRIMARY KEY (id),
  constraint notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

create table office_factories (
  factory_id uuid not null,
  office_id uuid not null,
  since timestamp with time zone not null,
  constraint office_factories_pkey PRIMARY KEY (factory_id),
  constraint office_factories_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint office_factories_office_id_fkey FOREIGN KEY (office_id) REFERENCES agent_offices(id)
);

create table office_staff (
  staff_id uuid not null,
  office_id uuid not null,
  since timestamp with time zone not null,
  constraint office_staff_pkey PRIMARY KEY (staff_id),
  constraint office_staff_office_id_fkey FOREIGN KEY (office_id) REFERENCES agent_offices(id),
  constraint office_staff_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);

create table order_items (
  id uuid not null,
  order_id uuid not null,
  product_id uuid not null,
  variant_id uuid not null,
  factory_id uuid not null,
  sku text not null,
  name text not null,
  weight_g integer not null,
  quantity integer not null,
  unit_price_idr bigint not null,
  total_idr bigint not null,
  commission_bps integer not null,
  constraint order_items_pkey PRIMARY KEY (id),
  constraint order_items_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id),
  constraint order_items_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint order_items_check CHECK ((total_idr = (quantity * unit_price_idr))),
  constraint order_items_commission_bps_check CHECK (((commission_bps >= 0) AND (commission_bps <= 10000))),
  constraint order_items_quantity_check CHECK ((quantity > 0)),
  constraint order_items_unit_price_idr_check CHECK ((unit_price_idr > 0))
);

create table order_return_items (
  return_id uuid not null,
  order_item_id uuid not null,
  quantity integer not null,
  condition text,
  goods_idr bigint,
  commission_idr bigint,
  constraint order_return_items_pkey PRIMARY KEY (return_id, order_item_id),
  constraint order_return_items_order_item_id_fkey FOREIGN KEY (order_item_id) REFERENCES order_items(id),
  constraint order_return_items_return_id_fkey FOREIGN KEY (return_id) REFERENCES order_returns(id),
  constraint order_return_items_check CHECK (((commission_idr >= 0) AND (commission_idr <= goods_idr))),
  constraint order_return_items_condition_check CHECK ((condition = ANY (ARRAY['restocked'::text, 'written_off'::text]))),
  constraint order_return_items_goods_idr_check CHECK ((goods_idr >= 0)),
  constraint order_return_items_quantity_check CHECK ((quantity > 0))
);

create table order_returns (
  id uuid not null,
  order_id uuid not null,
  user_id uuid not null,
  status text default 'requested'::text not null,
  reason text not null,
  note text,
  photos jsonb default '[]'::jsonb not null,
  refund_idr bigint,
  shipping_idr bigint default 0 not null,
  decision_note text,
  decided_by text,
  requested_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  constraint order_returns_pkey PRIMARY KEY (id),
  constraint order_returns_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint order_returns_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint order_returns_check CHECK (((status = 'accepted'::text) = (refund_idr IS NOT NULL))),
  constraint order_returns_check1 CHECK (((status = 'requested'::text) = (decided_at IS NULL))),
  constraint order_returns_reason_check CHECK ((reason = ANY (ARRAY['damaged'::text, 'defective'::text, 'wrong_item'::text, 'not_as_described'::text, 'changed_mind'::text, 'other'::text]))),
  constraint order_returns_refund_idr_check CHECK ((refund_idr >= 0)),
  constraint order_returns_shipping_idr_check CHECK ((shipping_idr >= 0)),
  constraint order_returns_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'accepted'::text, 'refused'::text])))
);

create table orders (
  id uuid not null,
  code text not null,
  user_id uuid not null,
  session_id uuid,
  participant_id uuid,
  status text not null,
  status_reason text,
  allocated boolean not null,
  address jsonb not null,
  courier_company text not null,
  courier_type text not null,
  goods_idr bigint not null,
  shipping_idr bigint not null,
  total_idr bigint not null,
  waybill text,
  tracking_url text,
  tracking_status text,
  tracked_at timestamp with time zone,
  created_at timestamp with time zone not null,
  paid_at timestamp with time zone,
  delivered_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  return_until timestamp with time zone,
  fee_estimated boolean default false not null,
  fee_trued_at timestamp with time zone,
  constraint orders_code_key UNIQUE (code),
  constraint orders_participant_id_key UNIQUE (participant_id),
  constraint orders_pkey PRIMARY KEY (id),
  constraint orders_participant FOREIGN KEY (participant_id) REFERENCES group_participants(id),
  constraint orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint orders_check CHECK ((total_idr = (goods_idr + shipping_idr))),
  constraint orders_fee_trued CHECK (((fee_trued_at IS NULL) OR fee_estimated)),
  constraint orders_goods_idr_check CHECK ((goods_idr > 0)),
  constraint orders_shipping_idr_check CHECK ((shipping_idr >= 0)),
  constraint orders_status_check CHECK ((status = ANY (ARRAY['pending_payment'::text, 'paid'::text, 'processing'::text, 'ready_for_pickup'::text, 'picked_up'::text, 'in_transit'::text, 'delivered'::text, 'completed'::text, 'cancelled'::text, 'on_hold'::text, 'failed'::text, 'returning'::text, 'return_requested'::text, 'returned'::text, 'refunded'::text])))
);

create table otp_challenges (
  id uuid not null,
  phone text not null,
  code_hash text not null,
  ip text,
  tries smallint default 0 not null,
  status text default 'open'::text not null,
  channel text default 'whatsapp'::text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  purpose text default 'login'::text not null,
  known boolean default false not null,
  sends smallint default 1 not null,
  sent_at timestamp with time zone,
  next_way_at timestamp with time zone,
  about_kind text,
  about_id uuid,
  constraint otp_challenges_pkey PRIMARY KEY (id),
  constraint otp_challenges_about_check CHECK (((purpose = 'phone'::text) = ((about_kind IS NOT NULL) AND (about_id IS NOT NULL)))),
  constraint otp_challenges_about_kind_check CHECK ((about_kind = ANY (ARRAY['user'::text, 'factory'::text]))),
  constraint otp_challenges_channel_check CHECK ((channel = ANY (ARRAY['whatsapp'::text, 'email'::text, 'sms'::text]))),
  constraint otp_challenges_purpose_check CHECK ((purpose = ANY (ARRAY['login'::text, 'withdrawal'::text, 'email'::text, 'phone'::text]))),
  constraint otp_challenges_status_check CHECK ((status = ANY (ARRAY['open'::text, 'used'::text, 'spent'::text, 'replaced'::text])))
);

create table paces (
  name text not null,
  next_at timestamp with time zone not null,
  constraint paces_pkey PRIMARY KEY (name)
);

create table participant_items (
  participant_id uuid not null,
  variant_id uuid not null,
  quantity integer not null,
  unit_price_idr bigint not null,
  constraint participant_items_pkey PRIMARY KEY (participant_id, variant_id),
  constraint participant_items_participant_id_fkey FOREIGN KEY (participant_id) REFERENCES group_participants(id),
  constraint participant_items_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint participant_items_quantity_check CHECK ((quantity > 0)),
  constraint participant_items_unit_price_idr_check CHECK ((unit_price_idr > 0))
);

create table payments (
  id uuid not null,
  code text not null,
  user_id uuid not null,
  session_id uuid,
  participant_id uuid,
  order_id uuid,
  amount_idr bigint not null,
  method text not null,
  status text default 'pending'::text not null,
  provider_invoice_id text,
  provider_invoice_url text,
  invoice_requested_at timestamp with time zone,
  channel text,
  paid_amount_idr bigint,
  paid_at timestamp with time zone,
  returned_idr bigint default 0 not null,
  refunded_idr bigint default 0 not null,
  expires_at timestamp with time zone not null,
  next_check_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  charged_back_idr bigint default 0 not null,
  invoice_turn_at timestamp with time zone,
  buyer_back_at timestamp with time zone,
  provider_payment_id text,
  provider_payment_request_id text,
  payment_source text,
  wallet_idr bigint default 0 not null,
  contradicted_at timestamp with time zone,
  contradiction_decided_at timestamp with time zone,
  constraint payments_code_key UNIQUE (code),
  constraint payments_provider_invoice_id_key UNIQUE (provider_invoice_id),
  constraint payments_pkey PRIMARY KEY (id),
  constraint payments_order FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint payments_participant FOREIGN KEY (participant_id) REFERENCES group_participants(id),
  constraint payments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint payments_amount_idr_check CHECK ((amount_idr > 0)),
  constraint payments_charged_back_idr_check CHECK ((charged_back_idr >= 0)),
  constraint payments_method_check CHECK ((method = ANY (ARRAY['invoice'::text, 'wallet'::text]))),
  constraint payments_never_over_refunded CHECK (((returned_idr <= amount_idr) AND (refunded_idr <= returned_idr))),
  constraint payments_one_subject CHECK ((((participant_id IS NULL) <> (order_id IS NULL)) AND ((session_id IS NULL) = (participant_id IS NULL)))),
  constraint payments_refunded_idr_check CHECK ((refunded_idr >= 0)),
  constraint payments_returned_idr_check CHECK ((returned_idr >= 0)),
  constraint payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'paid'::text, 'partially_refunded'::text, 'refunded'::text, 'expired'::text, 'failed'::text, 'review'::text]))),
  constraint payments_wallet_part CHECK (((wallet_idr >= 0) AND (wallet_idr <= amount_idr) AND ((method = 'wallet'::text) = (wallet_idr = amount_idr))))
);

create table payout_channels (
  channel_code text not null,
  name text not null,
  kind text not null,
  minimum_idr bigint not null,
  maximum_idr bigint not null,
  read_at timestamp with time zone not null,
  constraint payout_channels_pkey PRIMARY KEY (channel_code),
  constraint payout_channels_check CHECK ((maximum_idr >= minimum_idr)),
  constraint payout_channels_kind_check CHECK ((kind = ANY (ARRAY['bank'::text, 'ewallet'::text]))),
  constraint payout_channels_minimum_idr_check CHECK ((minimum_idr >= 0))
);

create table payouts (
  id uuid not null,
  key text not null,
  purpose text not null,
  subject_id uuid not null,
  channel_code text not null,
  account_number text not null,
  account_holder text not null,
  amount_idr bigint not null,
  description text not null,
  status text default 'created'::text not null,
  attempt integer default 0 not null,
  called_at timestamp with time zone,
  provider_payout_id text,
  provider_status text,
  failure_code text,
  next_check_at timestamp with time zone,
  created_at timestamp with time zone not null,
  submitted_at timestamp with time zone,
  finished_at timestamp with time zone,
  lease_until timestamp with time zone,
  calls integer default 0 not null,
  last_called_at timestamp with time zone,
  absent_at timestamp with time zone,
  provider_updated_at timestamp with time zone,
  turns integer default 0 not null,
  set_aside boolean default false not null,
  held boolean default false not null,
  dead_asked_by text,
  dead_asked_at timestamp with time zone,
  dead_reason text,
  dead_by text,
  dead_at timestamp with time zone,
  route text default 'provider'::text not null,
  batch_id uuid,
  waits_since timestamp with time zone,
  user_id uuid,
  factory_id uuid,
  earlier_subject_id uuid,
  short_since timestamp with time zone,
  short_idr bigint,
  in_file boolean default false not null,
  given_up_asked_by text,
  given_up_ticket text,
  given_up_by text,
  given_up_at timestamp with time zone,
  constraint payouts_key_key UNIQUE (key),
  constraint payouts_provider_payout_id_key UNIQUE (provider_payout_id),
  constraint payouts_pkey PRIMARY KEY (id),
  constraint payouts_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES bank_batches(id),
  constraint payouts_amount_idr_check CHECK ((amount_idr > 0)),
  constraint payouts_dead_by_two CHECK (((dead_by IS NULL) OR ((dead_asked_by IS NOT NULL) AND is_second_person(dead_asked_by, dead_by)))),
  constraint payouts_given_up_by_two CHECK (((given_up_by IS NULL) OR ((given_up_asked_by IS NOT NULL) AND (given_up_ticket IS NOT NULL) AND is_second_person(given_up_asked_by, given_up_by)))),
  constraint payouts_of_the_bank CHECK (
CASE route
    WHEN 'bank'::text THEN ((batch_id IS NOT NULL) AND (next_check_at IS NULL) AND (provider_payout_id IS NULL))
    ELSE (batch_id IS NULL)
END),
  constraint payouts_purpose_check CHECK ((purpose = ANY (ARRAY['settlement'::text, 'withdrawal'::text]))),
  constraint payouts_route_check CHECK ((route = ANY (ARRAY['provider'::text, 'bank'::text]))),
  constraint payouts_set_aside_arrived CHECK (((NOT set_aside) OR (status = 'succeeded'::text))),
  constraint payouts_status_check CHECK ((status = ANY (ARRAY['created'::text, 'submitted'::text, 'succeeded'::text, 'failed'::text, 'reversed'::text])))
);

create table pickup_items (
  pickup_id uuid not null,
  variant_id uuid not null,
  expected integer not null,
  counted integer,
  constraint pickup_items_pkey PRIMARY KEY (pickup_id, variant_id),
  constraint pickup_items_pickup_id_fkey FOREIGN KEY (pickup_id) REFERENCES pickup_tasks(id),
  constraint pickup_items_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint pickup_items_check CHECK (((counted >= 0) AND (counted <= expected))),
  constraint pickup_items_expected_check CHECK ((expected > 0))
);

create table pickup_tasks (
  id uuid not null,
  office_id uuid not null,
  factory_id uuid not null,
  purchase_order_id uuid not null,
  status text default 'scheduled'::text not null,
  status_reason text,
  scheduled_for date not null,
  started_by uuid,
  photo_url text,
  signed_by text,
  signature_url text,
  created_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint pickup_tasks_pkey PRIMARY KEY (id),
  constraint pickup_tasks_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint pickup_tasks_office_id_fkey FOREIGN KEY (office_id) REFERENCES agent_offices(id),
  constraint pickup_tasks_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES warehouse_purchase_orders(id),
  constraint pickup_tasks_started_by_fkey FOREIGN KEY (started_by) REFERENCES staff(id),
  constraint pickup_completed_with_proof CHECK (((status <> 'completed'::text) OR ((photo_url IS NOT NULL) AND (signed_by IS NOT NULL) AND (signature_url IS NOT NULL)))),
  constraint pickup_tasks_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'in_progress'::text, 'completed'::text, 'failed'::text, 'cancelled'::text])))
);

create table price_history (
  id uuid not null,
  variant_id uuid not null,
  price_idr bigint not null,
  since timestamp with time zone not null,
  set_by text not null,
  constraint price_history_pkey PRIMARY KEY (id),
  constraint price_history_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id)
);

create table product_variants (
  id uuid not null,
  product_id uuid not null,
  sku text not null,
  name text not null,
  weight_g integer not null,
  price_idr bigint not null,
  wholesale_unit integer default 1 not null,
  max_excess_units integer default 0 not null,
  created_at timestamp with time zone not null,
  length_cm integer,
  width_cm integer,
  height_cm integer,
  chargeable_g integer default GREATEST(weight_g, COALESCE((ceil((((((length_cm)::bigint * width_cm) * height_cm))::numeric / 6.0)))::integer, 0)) not null,
  constraint product_variants_sku_key UNIQUE (sku),
  constraint product_variants_pkey PRIMARY KEY (id),
  constraint product_variants_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id),
  constraint product_variants_height_cm_check CHECK (((height_cm >= 1) AND (height_cm <= 1000))),
  constraint product_variants_length_cm_check CHECK (((length_cm >= 1) AND (length_cm <= 1000))),
  constraint product_variants_max_excess_units_check CHECK ((max_excess_units >= 0)),
  constraint product_variants_price_idr_check CHECK ((price_idr > 0)),
  constraint product_variants_size_whole CHECK ((num_nulls(length_cm, width_cm, height_cm) = ANY (ARRAY[0, 3]))),
  constraint product_variants_weight_g_check CHECK (((weight_g >= 1) AND (weight_g <= 1000000))),
  constraint product_variants_wholesale_unit_check CHECK ((wholesale_unit > 0)),
  constraint product_variants_width_cm_check CHECK (((width_cm >= 1) AND (width_cm <= 1000)))
);

create table products (
  id uuid not null,
  factory_id uuid not null,
  name text not null,
  description text,
  status text default 'draft'::text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  rating_sum bigint default 0 not null,
  rating_count integer default 0 not null,
  constraint products_pkey PRIMARY KEY (id),
  constraint products_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint products_rating_count_check CHECK ((rating_count >= 0)),
  constraint products_rating_sum_check CHECK ((rating_sum >= 0)),
  constraint products_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'inactive'::text])))
);

create table provider_book_reads (
  provider text not null,
  through timestamp with time zone,
  after_id text,
  next_through timestamp with time zone,
  read_at timestamp with time zone,
  server_start timestamp with time zone,
  whole_through timestamp with time zone,
  whole_at timestamp with time zone,
  reads_from timestamp with time zone,
  is_whole boolean default true not null,
  began_on timestamp with time zone,
  refusals integer default 0 not null,
  constraint provider_book_reads_pkey PRIMARY KEY (provider),
  constraint provider_book_reads_provider_check CHECK ((provider = 'xendit'::text))
);

create table provider_line_postings (
  key text not null,
  line_id text not null,
  constraint provider_line_postings_pkey PRIMARY KEY (key)
);

create table provider_lines (
  id text not null,
  type text not null,
  line jsonb not null,
  looks integer default 0 not null,
  seen_at timestamp with time zone not null,
  next_look_at timestamp with time zone not null,
  constraint provider_lines_pkey PRIMARY KEY (id)
);

create table provider_pace (
  endpoint text not null,
  given_until_ms double precision not null,
  granted integer default 0 not null,
  constraint provider_pace_pkey PRIMARY KEY (endpoint)
);

create table provider_refunds (
  provider_refund_id text not null,
  refund_id uuid not null,
  reference text not null,
  status text not null,
  amount_idr bigint not null,
  failure_code text,
  booked_idr bigint not null,
  bookings integer default 0 not null,
  next_check_at timestamp with time zone,
  heard_at timestamp with time zone not null,
  given_up_asked_by text,
  given_up_ticket text,
  given_up_by text,
  given_up_at timestamp with time zone,
  constraint provider_refunds_pkey PRIMARY KEY (provider_refund_id),
  constraint provider_refunds_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id),
  constraint provider_refunds_amount_idr_check CHECK ((amount_idr >= 0)),
  constraint provider_refunds_booked_idr_check CHECK ((booked_idr >= 0)),
  constraint provider_refunds_given_up_by_two CHECK (((given_up_by IS NULL) OR ((given_up_asked_by IS NOT NULL) AND (given_up_ticket IS NOT NULL) AND is_second_person(given_up_asked_by, given_up_by))))
);

create table purchase_order_items (
  purchase_order_id uuid not null,
  variant_id uuid not null,
  quantity integer not null,
  received integer default 0 not null,
  damaged integer default 0 not null,
  picked_up integer,
  constraint purchase_order_items_pkey PRIMARY KEY (purchase_order_id, variant_id),
  constraint purchase_order_items_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES warehouse_purchase_orders(id),
  constraint purchase_order_items_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint purchase_order_items_damaged_check CHECK ((damaged >= 0)),
  constraint purchase_order_items_picked_up_check CHECK ((picked_up >= 0)),
  constraint purchase_order_items_quantity_check CHECK ((quantity > 0)),
  constraint purchase_order_items_received_check CHECK ((received >= 0)),
  constraint purchase_order_not_over_received CHECK ((received <= quantity))
);

create table purchase_order_receipts (
  purchase_order_id uuid not null,
  note text not null,
  lines jsonb not null,
  created_at timestamp with time zone not null,
  constraint purchase_order_receipts_pkey PRIMARY KEY (purchase_order_id, note),
  constraint purchase_order_receipts_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES warehouse_purchase_orders(id)
);

create table purchase_order_replies (
  provider_message_id text not null,
  purchase_order_id uuid not null,
  meaning text not null,
  answered_at timestamp with time zone not null,
  constraint purchase_order_replies_pkey PRIMARY KEY (provider_message_id, purchase_order_id),
  constraint purchase_order_replies_purchase_order_id_fkey FOREIGN KEY (purchase_order_id) REFERENCES warehouse_purchase_orders(id),
  constraint purchase_order_replies_meaning_check CHECK ((meaning = ANY (ARRAY['yes'::text, 'no'::text, 'shipped'::text, 'unclear'::text])))
);

create table push_subscriptions (
  id uuid not null,
  user_id uuid not null,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  created_at timestamp with time zone not null,
  constraint push_subscriptions_endpoint_key UNIQUE (endpoint),
  constraint push_subscriptions_pkey PRIMARY KEY (id),
  constraint push_subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

create table quarantined_money (
  id uuid not null,
  kind text not null,
  payment_id uuid,
  provider_invoice_id text not null,
  channel text,
  paid_at timestamp with time zone not null,
  amount_idr bigint not null,
  status text default 'waiting'::text not null,
  decided_by text,
  decided_at timestamp with time zone,
  created_at timestamp with time zone not null,
  provider_payment_id text,
  provider_payment_request_id text,
  payment_source text,
  charged_back_idr bigint default 0 not null,
  constraint quarantined_money_provider_invoice_id_key UNIQUE (provider_invoice_id),
  constraint quarantined_money_pkey PRIMARY KEY (id),
  constraint quarantined_money_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint quarantined_money_amount_idr_check CHECK ((amount_idr > 0)),
  constraint quarantined_money_check CHECK (((charged_back_idr >= 0) AND (charged_back_idr <= amount_idr))),
  constraint quarantined_money_kind_check CHECK ((kind = ANY (ARRAY['wrong_amount'::text, 'paid_twice'::text, 'unknown'::text]))),
  constraint quarantined_money_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'applied'::text, 'refunded'::text, 'charged_back'::text])))
);

create table reconciliations (
  id uuid not null,
  status text default 'running'::text not null,
  since timestamp with time zone not null,
  proven_through timestamp with time zone not null,
  until timestamp with time zone not null,
  lines integer default 0 not null,
  differences jsonb default '[]'::jsonb not null,
  started_at timestamp with time zone not null,
  heard_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint reconciliations_pkey PRIMARY KEY (id),
  constraint reconciliations_status_check CHECK ((status = ANY (ARRAY['running'::text, 'agrees'::text, 'differs'::text, 'broken_off'::text])))
);

create table refunds (
  id uuid not null,
  code text not null,
  key text not null,
  payment_id uuid,
  amount_idr bigint not null,
  reason text not null,
  destination text not null,
  status text not null,
  attempt integer default 1 not null,
  provider_refund_id text,
  failure_code text,
  next_check_at timestamp with time zone,
  created_at timestamp with time zone not null,
  submitted_at timestamp with time zone,
  finished_at timestamp with time zone,
  quarantine_id uuid,
  borne_by text,
  note text,
  requested_by text,
  decided_by text,
  calls integer default 0 not null,
  first_called_at timestamp with time zone,
  last_called_at timestamp with time zone,
  lease_id uuid,
  lease_until timestamp with time zone,
  failures integer default 0 not null,
  send_after timestamp with time zone,
  waits_since timestamp with time zone,
  dead_declared_by text,
  dead_declared_at timestamp with time zone,
  part_of uuid,
  dead_confirmed_by text,
  constraint refunds_code_key UNIQUE (code),
  constraint refunds_key_key UNIQUE (key),
  constraint refunds_provider_refund_id_key UNIQUE (provider_refund_id),
  constraint refunds_quarantine_id_key UNIQUE (quarantine_id),
  constraint refunds_pkey PRIMARY KEY (id),
  constraint refunds_part_of_fkey FOREIGN KEY (part_of) REFERENCES refunds(id),
  constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id),
  constraint refunds_quarantine_id_fkey FOREIGN KEY (quarantine_id) REFERENCES quarantined_money(id),
  constraint refunds_amount_idr_check CHECK ((amount_idr > 0)),
  constraint refunds_borne_by_check CHECK ((borne_by = ANY (ARRAY['factory'::text, 'company'::text]))),
  constraint refunds_dead_by_two CHECK (((failure_code IS DISTINCT FROM 'DECLARED_DEAD'::text) OR (status <> 'failed'::text) OR ((dead_declared_by IS NOT NULL) AND (dead_confirmed_by IS NOT NULL) AND is_second_person(dead_declared_by, dead_confirmed_by)))),
  constraint refunds_destination_check CHECK ((destination = ANY (ARRAY['source'::text, 'wallet'::text]))),
  constraint refunds_of_something CHECK (((payment_id IS NOT NULL) OR (quarantine_id IS NOT NULL))),
  constraint refunds_part_in_wallet CHECK (((part_of IS NULL) OR ((destination = 'wallet'::text) AND (status = 'succeeded'::text)))),
  constraint refunds_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'approved'::text, 'submitted'::text, 'succeeded'::text, 'failed'::text, 'rejected'::text, 'to_wallet'::text])))
);

create table reviews (
  id uuid not null,
  order_item_id uuid not null,
  product_id uuid not null,
  factory_id uuid not null,
  user_id uuid not null,
  rating smallint not null,
  body text,
  photos jsonb default '[]'::jsonb not null,
  status text default 'pending'::text not null,
  status_reason text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint reviews_order_item_id_key UNIQUE (order_item_id),
  constraint reviews_pkey PRIMARY KEY (id),
  constraint reviews_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint reviews_order_item_id_fkey FOREIGN KEY (order_item_id) REFERENCES order_items(id),
  constraint reviews_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id),
  constraint reviews_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint reviews_rating_check CHECK (((rating >= 1) AND (rating <= 5))),
  constraint reviews_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'published'::text, 'hidden'::text])))
);

create table session_tier_prices (
  session_id uuid not null,
  min_units integer not null,
  variant_id uuid not null,
  unit_price_idr bigint not null,
  constraint session_tier_prices_pkey PRIMARY KEY (session_id, min_units, variant_id),
  constraint session_tier_prices_session_id_min_units_fkey FOREIGN KEY (session_id, min_units) REFERENCES session_tiers(session_id, min_units),
  constraint session_tier_prices_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint session_tier_prices_unit_price_idr_check CHECK ((unit_price_idr > 0))
);

create table session_tiers (
  session_id uuid not null,
  min_units integer not null,
  unit_price_idr bigint not null,
  constraint session_tiers_pkey PRIMARY KEY (session_id, min_units),
  constraint session_tiers_session_id_fkey FOREIGN KEY (session_id) REFERENCES group_buying_sessions(id),
  constraint session_tiers_min_units_check CHECK ((min_units > 0)),
  constraint session_tiers_unit_price_idr_check CHECK ((unit_price_idr > 0))
);

create table settlement_gathered (
  one boolean default true not null,
  through_seq bigint default 0 not null,
  constraint settlement_gathered_pkey PRIMARY KEY (one),
  constraint settlement_gathered_one_check CHECK (one)
);

create table settlement_items (
  entry_seq bigint not null,
  factory_id uuid not null,
  kind text not null,
  order_id uuid,
  order_item_id uuid,
  refund_id uuid,
  gross_idr bigint not null,
  commission_idr bigint not null,
  net_idr bigint not null,
  posted_at timestamp with time zone not null,
  settlement_id uuid,
  constraint settlement_items_pkey PRIMARY KEY (entry_seq),
  constraint settlement_items_entry_seq_fkey FOREIGN KEY (entry_seq) REFERENCES ledger_entries(seq),
  constraint settlement_items_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint settlement_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint settlement_items_order_item_id_fkey FOREIGN KEY (order_item_id) REFERENCES order_items(id),
  constraint settlement_items_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id),
  constraint settlement_items_check CHECK ((net_idr = (gross_idr - commission_idr))),
  constraint settlement_items_kind_check CHECK ((kind = ANY (ARRAY['sale'::text, 'refund'::text, 'adjustment'::text])))
);

create table settlements (
  id uuid not null,
  code text not null,
  factory_id uuid not null,
  through_date date not null,
  status text not null,
  status_reason text,
  items integer not null,
  gross_idr bigint not null,
  commission_idr bigint not null,
  refunds_idr bigint not null,
  adjustments_idr bigint not null,
  net_idr bigint not null,
  plan_hash text not null,
  calculated_by text not null,
  calculated_at timestamp with time zone not null,
  approved_by text,
  approved_at timestamp with time zone,
  approved_hash text,
  payout_id uuid,
  payouts integer default 0 not null,
  paid_at timestamp with time zone,
  statement_next_at timestamp with time zone,
  statement_attempts integer default 0 not null,
  statement_sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  retry_at timestamp with time zone,
  constraint settlements_code_key UNIQUE (code),
  constraint settlements_pkey PRIMARY KEY (id),
  constraint settlements_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint settlements_payout_id_fkey FOREIGN KEY (payout_id) REFERENCES payouts(id),
  constraint settlement_approved_as_calculated CHECK (((status <> ALL (ARRAY['approved'::text, 'submitted'::text, 'paid'::text])) OR (NOT (approved_hash IS DISTINCT FROM plan_hash)))),
  constraint settlements_check CHECK ((net_idr = (((gross_idr - commission_idr) - refunds_idr) + adjustments_idr))),
  constraint settlements_items_check CHECK ((items > 0)),
  constraint settlements_net_idr_check CHECK ((net_idr > 0)),
  constraint settlements_status_check CHECK ((status = ANY (ARRAY['calculated'::text, 'approved'::text, 'submitted'::text, 'paid'::text, 'failed'::text, 'reversed'::text, 'on_hold'::text, 'void'::text])))
);

create table shipment_events (
  id uuid not null,
  shipment_id uuid not null,
  status text not null,
  provider_status text,
  note text,
  happened_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  constraint shipment_events_shipment_id_status_happened_at_key UNIQUE (shipment_id, status, happened_at),
  constraint shipment_events_pkey PRIMARY KEY (id),
  constraint shipment_events_shipment_id_fkey FOREIGN KEY (shipment_id) REFERENCES shipments(id)
);

create table shipments (
  id uuid not null,
  code text not null,
  order_id uuid not null,
  status text not null,
  courier_company text not null,
  courier_type text not null,
  fee_idr bigint not null,
  price_idr bigint,
  provider_order_id text,
  tracking_id text,
  waybill text,
  tracking_url text,
  failure_code text,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  created_at timestamp with time zone not null,
  booked_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  version integer default 0 not null,
  tracked_until timestamp with time zone,
  moved_by_hand_at timestamp with time zone,
  track_at timestamp with time zone,
  corrections integer default 0 not null,
  margin_idr bigint,
  reference text not null,
  order_code text not null,
  user_id uuid not null,
  fee_estimated boolean default false not null,
  courier_price text,
  constraint shipments_code_key UNIQUE (code),
  constraint shipments_provider_order_id_key UNIQUE (provider_order_id),
  constraint shipments_reference_key UNIQUE (reference),
  constraint shipments_pkey PRIMARY KEY (id),
  constraint shipments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id),
  constraint shipments_courier_price_check CHECK ((courier_price = ANY (ARRAY['kept'::text, 'returned'::text]))),
  constraint shipments_fee_idr_check CHECK ((fee_idr >= 0)),
  constraint shipments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'booked'::text, 'picked_up'::text, 'in_transit'::text, 'on_hold'::text, 'delivered'::text, 'cancelled'::text, 'not_found'::text, 'returning'::text, 'returned'::text, 'lost'::text])))
);

create table shipping_rates (
  origin_postal_code text not null,
  destination_postal_code text not null,
  weight_kg integer not null,
  company text not null,
  type text not null,
  service text not null,
  price_idr bigint not null,
  duration text not null,
  expires_at timestamp with time zone not null,
  constraint shipping_rates_pkey PRIMARY KEY (origin_postal_code, destination_postal_code, weight_kg, company, type),
  constraint shipping_rates_price_idr_check CHECK ((price_idr >= 0)),
  constraint shipping_rates_weight_kg_check CHECK ((weight_kg > 0))
);

create table staff (
  id uuid not null,
  name text not null,
  role text not null,
  status text default 'active'::text not null,
  created_at timestamp with time zone not null,
  vouched_by uuid,
  let_in_by uuid,
  role_since timestamp with time zone default shop_now() not null,
  role_by uuid,
  constraint staff_name_key UNIQUE (name),
  constraint staff_pkey PRIMARY KEY (id),
  constraint staff_let_in_by_fkey FOREIGN KEY (let_in_by) REFERENCES staff(id),
  constraint staff_role_by_fkey FOREIGN KEY (role_by) REFERENCES staff(id),
  constraint staff_vouched_by_fkey FOREIGN KEY (vouched_by) REFERENCES staff(id),
  constraint staff_name_no_id CHECK ((replace(name, '-'::text, ''::text) !~* '^[0-9a-f]{32}$'::text)),
  constraint staff_role_check CHECK ((role = ANY (ARRAY['support'::text, 'warehouse'::text, 'finance'::text, 'agent'::text, 'service'::text, 'admin'::text]))),
  constraint staff_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);

create table staff_factor_codes (
  factor_id uuid not null,
  step bigint not null,
  used_at timestamp with time zone not null,
  constraint staff_factor_codes_pkey PRIMARY KEY (factor_id, step),
  constraint staff_factor_codes_factor_id_fkey FOREIGN KEY (factor_id) REFERENCES staff_factors(id)
);

create table staff_factors (
  id uuid not null,
  staff_id uuid not null,
  secret_sealed text,
  created_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by uuid,
  constraint staff_factors_pkey PRIMARY KEY (id),
  constraint staff_factors_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES staff(id),
  constraint staff_factors_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  constraint staff_factor_secret CHECK (((secret_sealed IS NULL) = (ended_at IS NOT NULL)))
);

create table staff_names (
  name text not null,
  staff_id uuid not null,
  constraint staff_names_pkey PRIMARY KEY (name),
  constraint staff_names_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);

create table staff_tokens (
  id uuid not null,
  staff_id uuid not null,
  token_hash text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  given_by uuid,
  constraint staff_tokens_token_hash_key UNIQUE (token_hash),
  constraint staff_tokens_pkey PRIMARY KEY (id),
  constraint staff_tokens_given_by_fkey FOREIGN KEY (given_by) REFERENCES staff(id),
  constraint staff_tokens_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);

create table stock_movements (
  id uuid not null,
  variant_id uuid not null,
  kind text not null,
  on_hand_change integer not null,
  reserved_change integer not null,
  subject_kind text not null,
  subject_id uuid not null,
  actor text not null,
  reason text,
  moved_at timestamp with time zone not null,
  constraint stock_movements_pkey PRIMARY KEY (id),
  constraint stock_movements_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint stock_movements_kind_check CHECK ((kind = ANY (ARRAY['adjusted'::text, 'reserved'::text, 'released'::text, 'shipped'::text, 'received'::text, 'restocked'::text, 'written_off'::text])))
);

create table stock_reservations (
  id uuid not null,
  variant_id uuid not null,
  subject_kind text not null,
  subject_id uuid not null,
  quantity integer not null,
  status text default 'open'::text not null,
  created_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  constraint stock_reservations_pkey PRIMARY KEY (id),
  constraint stock_reservations_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint stock_reservations_quantity_check CHECK ((quantity > 0)),
  constraint stock_reservations_status_check CHECK ((status = ANY (ARRAY['open'::text, 'consumed'::text, 'released'::text]))),
  constraint stock_reservations_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['session'::text, 'order'::text])))
);

create table stock_shortages (
  session_id uuid not null,
  variant_id uuid not null,
  missing integer not null,
  since timestamp with time zone not null,
  constraint stock_shortages_pkey PRIMARY KEY (session_id, variant_id),
  constraint stock_shortages_session_id_fkey FOREIGN KEY (session_id) REFERENCES group_buying_sessions(id),
  constraint stock_shortages_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint stock_shortages_missing_check CHECK ((missing > 0))
);

create table suspense_items (
  id uuid not null,
  key text not null,
  code text not null,
  kind text not null,
  subject_id uuid,
  provider_id text,
  amount_idr bigint not null,
  account text not null,
  why text not null,
  user_id uuid,
  factory_id uuid,
  status text default 'open'::text not null,
  asked jsonb,
  note text,
  asked_by text,
  decided_by text,
  decided_at timestamp with time zone,
  created_at timestamp with time zone not null,
  by_fact boolean default false not null,
  reference text,
  bank_channel text,
  bank_number text,
  sent_channel text,
  sent_number text,
  undos integer default 0 not null,
  constraint suspense_items_key_key UNIQUE (key),
  constraint suspense_items_pkey PRIMARY KEY (id),
  constraint suspense_items_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint suspense_items_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint suspense_bank_account_is_whole CHECK (((bank_channel IS NULL) = (bank_number IS NULL))),
  constraint suspense_facts CHECK (((NOT by_fact) OR ((kind = ANY (ARRAY['payout'::text, 'refund'::text])) AND (status = ANY (ARRAY['offset'::text, 'wallet'::text, 'reassigned'::text]))))),
  constraint suspense_is_decided CHECK (((status = ANY (ARRAY['open'::text, 'requested'::text])) = (decided_at IS NULL))),
  constraint suspense_items_amount_idr_check CHECK ((amount_idr <> 0)),
  constraint suspense_items_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text, 'payout'::text, 'chargeback'::text, 'movement'::text, 'bank'::text, 'shipment'::text]))),
  constraint suspense_items_status_check CHECK ((status = ANY (ARRAY['open'::text, 'requested'::text, 'cleared'::text, 'split'::text, 'offset'::text, 'wallet'::text, 'collected'::text, 'written_off'::text, 'reassigned'::text]))),
  constraint suspense_items_undos_check CHECK ((undos >= 0)),
  constraint suspense_sent_account_is_whole CHECK (((sent_channel IS NULL) = (sent_number IS NULL))),
  constraint suspense_two_people CHECK (((status <> 'requested'::text) OR ((asked IS NOT NULL) AND (asked_by IS NOT NULL))))
);

create table switches (
  name text not null,
  paused boolean default false not null,
  reason text,
  changed_by text,
  changed_at timestamp with time zone,
  constraint switches_pkey PRIMARY KEY (name),
  constraint switches_name_check CHECK ((name = ANY (ARRAY['joins'::text, 'payouts'::text, 'xendit'::text, 'biteship'::text, 'whatsapp'::text, 'email'::text, 'sms'::text])))
);

create table users (
  id uuid not null,
  phone text,
  name text,
  email text,
  locale text default 'id'::text not null,
  status text default 'active'::text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  suspended_because text,
  deleted_at timestamp with time zone,
  closing_since timestamp with time zone,
  closing_due_at timestamp with time zone,
  email_proven_at timestamp with time zone,
  email_confirmed_at timestamp with time zone,
  withdrawals_from timestamp with time zone,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_check CHECK (((status = 'deleted'::text) OR (phone IS NOT NULL))),
  constraint users_deleted_whole CHECK (((status = 'deleted'::text) = (deleted_at IS NOT NULL))),
  constraint users_locale_check CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))),
  constraint users_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'deleted'::text])))
);

create table wallet_adjustments (
  id uuid not null,
  user_id uuid not null,
  change_idr bigint not null,
  kind text not null,
  status text not null,
  note text not null,
  requested_by text not null,
  decided_by text,
  created_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  constraint wallet_adjustments_pkey PRIMARY KEY (id),
  constraint wallet_adjustments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint wallet_adjustments_change_idr_check CHECK ((change_idr <> 0)),
  constraint wallet_adjustments_goodwill_gives CHECK (((kind <> 'goodwill'::text) OR (change_idr > 0))),
  constraint wallet_adjustments_kind_check CHECK ((kind = ANY (ARRAY['goodwill'::text, 'correction'::text]))),
  constraint wallet_adjustments_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'posted'::text, 'rejected'::text])))
);

create table wallets (
  user_id uuid not null,
  created_at timestamp with time zone not null,
  constraint wallets_pkey PRIMARY KEY (user_id),
  constraint wallets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

create table warehouse_inventory (
  variant_id uuid not null,
  on_hand integer default 0 not null,
  reserved integer default 0 not null,
  updated_at timestamp with time zone not null,
  constraint warehouse_inventory_pkey PRIMARY KEY (variant_id),
  constraint warehouse_inventory_variant_id_fkey FOREIGN KEY (variant_id) REFERENCES product_variants(id),
  constraint stock_covers_reservations CHECK ((reserved <= on_hand)),
  constraint stock_not_negative CHECK ((on_hand >= 0)),
  constraint warehouse_inventory_reserved_check CHECK ((reserved >= 0))
);

create table warehouse_purchase_orders (
  id uuid not null,
  code text not null,
  factory_id uuid not null,
  session_id uuid,
  status text not null,
  status_reason text,
  freight_idr bigint,
  freight_source text,
  answer_due_at timestamp with time zone,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  updated_at timestamp with time zone not null,
  constraint warehouse_purchase_orders_code_key UNIQUE (code),
  constraint warehouse_purchase_orders_pkey PRIMARY KEY (id),
  constraint warehouse_purchase_orders_factory_id_fkey FOREIGN KEY (factory_id) REFERENCES factories(id),
  constraint warehouse_purchase_orders_session_id_fkey FOREIGN KEY (session_id) REFERENCES group_buying_sessions(id),
  constraint warehouse_purchase_orders_freight_idr_check CHECK ((freight_idr >= 0)),
  constraint warehouse_purchase_orders_freight_source_check CHECK ((freight_source = ANY (ARRAY['cache'::text, 'courier'::text, 'zone'::text]))),
  constraint warehouse_purchase_orders_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'sent'::text, 'confirmed'::text, 'shipped'::text, 'partially_received'::text, 'received'::text, 'closed'::text, 'cancelled'::text])))
);

create table way_changes (
  id uuid not null,
  subject_kind text not null,
  subject_id uuid not null,
  way text not null,
  old_sealed text,
  account_id uuid,
  changed_by text not null,
  changed_at timestamp with time zone not null,
  stoppable_until timestamp with time zone not null,
  stopped_at timestamp with time zone,
  new_sealed text,
  stands boolean default false not null,
  constraint way_changes_pkey PRIMARY KEY (id),
  constraint way_changes_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['user'::text, 'factory'::text]))),
  constraint way_changes_way_check CHECK ((way = ANY (ARRAY['phone'::text, 'email'::text, 'bank_account'::text, 'tax_id'::text])))
);

create table way_keys (
  subject_kind text not null,
  subject_id uuid not null,
  key_sealed text not null,
  constraint way_keys_pkey PRIMARY KEY (subject_kind, subject_id),
  constraint way_keys_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['user'::text, 'factory'::text])))
);

create table webhook_inbox (
  id uuid not null,
  provider text not null,
  dedupe_key text not null,
  headers jsonb not null,
  body text,
  status text default 'received'::text not null,
  deliveries integer default 1 not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone not null,
  error text,
  received_at timestamp with time zone not null,
  processed_at timestamp with time zone,
  constraint webhook_inbox_provider_dedupe_key_key UNIQUE (provider, dedupe_key),
  constraint webhook_inbox_pkey PRIMARY KEY (id),
  constraint webhook_inbox_provider_check CHECK ((provider = ANY (ARRAY['xendit'::text, 'biteship'::text, 'whatsapp'::text]))),
  constraint webhook_inbox_status_check CHECK ((status = ANY (ARRAY['received'::text, 'processed'::text, 'failed'::text])))
);

create table whatsapp_holds (
  scope text not null,
  code text not null,
  since timestamp with time zone not null,
  probe_at timestamp with time zone not null,
  probes integer default 0 not null,
  constraint whatsapp_holds_pkey PRIMARY KEY (scope)
);

create table whatsapp_messages (
  id uuid not null,
  dedupe_key text not null,
  to_phone text not null,
  template text,
  language text default 'id'::text not null,
  params jsonb default '[]'::jsonb not null,
  sealed_params text,
  body text,
  status text default 'queued'::text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone,
  send_by timestamp with time zone,
  provider_message_id text,
  failure_code text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  user_id uuid,
  held_scope text,
  constraint whatsapp_messages_dedupe_key_key UNIQUE (dedupe_key),
  constraint whatsapp_messages_provider_message_id_key UNIQUE (provider_message_id),
  constraint whatsapp_messages_pkey PRIMARY KEY (id),
  constraint whatsapp_messages_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint whatsapp_messages_check CHECK (((template IS NULL) <> (body IS NULL))),
  constraint whatsapp_messages_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'delivered'::text, 'read'::text, 'failed'::text])))
);

create table whatsapp_pace (
  to_phone text not null,
  next_at timestamp with time zone not null,
  constraint whatsapp_pace_pkey PRIMARY KEY (to_phone)
);

create table withdrawal_destinations (
  id uuid not null,
  user_id uuid not null,
  channel_code text not null,
  account_number text not null,
  account_holder text not null,
  fingerprint text not null,
  usable_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint withdrawal_destinations_user_id_fingerprint_key UNIQUE (user_id, fingerprint),
  constraint withdrawal_destinations_pkey PRIMARY KEY (id),
  constraint withdrawal_destinations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

create table withdrawals (
  id uuid not null,
  code text not null,
  user_id uuid not null,
  destination_id uuid not null,
  amount_idr bigint not null,
  fee_idr bigint not null,
  refunded_idr bigint not null,
  status text default 'held'::text not null,
  failure_code text,
  retry_of uuid,
  due_at timestamp with time zone,
  decided_by text,
  note text,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  closes_account boolean default false not null,
  by_hand boolean default false not null,
  hand_reference text,
  constraint withdrawals_code_key UNIQUE (code),
  constraint withdrawals_retry_of_key UNIQUE (retry_of),
  constraint withdrawals_pkey PRIMARY KEY (id),
  constraint withdrawals_destination_id_fkey FOREIGN KEY (destination_id) REFERENCES withdrawal_destinations(id),
  constraint withdrawals_retry_of_fkey FOREIGN KEY (retry_of) REFERENCES withdrawals(id),
  constraint withdrawals_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint withdrawals_amount_idr_check CHECK ((amount_idr > 0)),
  constraint withdrawals_fee_idr_check CHECK ((fee_idr >= 0)),
  constraint withdrawals_fee_or_refunded CHECK (((fee_idr > 0) OR (refunded_idr <= amount_idr))),
  constraint withdrawals_refunded_idr_check CHECK ((refunded_idr >= 0)),
  constraint withdrawals_sent_by_hand CHECK (((hand_reference IS NULL) OR (by_hand AND (status = ANY (ARRAY['succeeded'::text, 'reversed'::text]))))),
  constraint withdrawals_status_check CHECK ((status = ANY (ARRAY['held'::text, 'approved'::text, 'submitted'::text, 'succeeded'::text, 'failed'::text, 'reversed'::text, 'rejected'::text])))
);

-- Indexes

CREATE INDEX addresses_of_user ON public.addresses USING btree (user_id, id) WHERE (deleted_at IS NULL);
CREATE INDEX attention_of_subject ON public.attention USING btree (subject_id);
CREATE INDEX attention_open_by_id ON public.attention USING btree (id) WHERE (resolved_at IS NULL);
CREATE INDEX audit_by_time ON public.audit_log USING btree (occurred_at, id);
CREATE INDEX audit_of_actor ON public.audit_log USING btree (actor_name, occurred_at, id);
CREATE INDEX audit_of_subject ON public.audit_log USING btree (subject_id, occurred_at);
CREATE INDEX auth_sessions_ended ON public.auth_sessions USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX auth_sessions_expired ON public.auth_sessions USING btree (expires_at);
CREATE INDEX auth_sessions_of_user ON public.auth_sessions USING btree (user_id) WHERE (ended_at IS NULL);
CREATE INDEX bank_batches_open ON public.bank_batches USING btree (id) WHERE (status = ANY (ARRAY['made'::text, 'handed_out'::text]));
CREATE INDEX bank_batches_remind ON public.bank_batches USING btree (remind_at) WHERE (remind_at IS NOT NULL);
CREATE INDEX bank_references_of_subject ON public.bank_references USING btree (subject_id);
CREATE INDEX called_codes_over ON public.called_codes USING btree (expires_at);
CREATE INDEX chargeback_wins_of_chargeback ON public.chargeback_wins USING btree (chargeback_id);
CREATE INDEX chargeback_wins_of_line ON public.chargeback_wins USING btree (line_id);
CREATE INDEX chargebacks_of_key_in_any_case ON public.chargebacks USING btree (upper(ledger_key));
CREATE INDEX chargebacks_of_line_in_any_case ON public.chargebacks USING btree (upper(provider_transaction_id)) WHERE (provider_transaction_id IS NOT NULL);
CREATE INDEX chargebacks_of_payment ON public.chargebacks USING btree (payment_id) WHERE (payment_id IS NOT NULL);
CREATE INDEX command_run_lines_age ON public.command_run_lines USING btree (written_at);
CREATE INDEX command_runs_age ON public.command_runs USING btree (started_at);
CREATE INDEX command_runs_started ON public.command_runs USING btree (staff_id, started_at DESC);
CREATE INDEX commission_history_of_factory ON public.commission_history USING btree (factory_id, since);
CREATE INDEX events_of_aggregate ON public.events USING btree (aggregate_id, occurred_at);
CREATE INDEX factory_bank_accounts_of_factory ON public.factory_bank_accounts USING btree (factory_id, usable_from) WHERE (status = 'approved'::text);
CREATE INDEX idempotency_keys_due ON public.idempotency_keys USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX ledger_entries_of_account ON public.ledger_entries USING btree (account_id, seq);
CREATE INDEX ledger_entries_of_order_item ON public.ledger_entries USING btree (order_item_id) WHERE (order_item_id IS NOT NULL);
CREATE INDEX ledger_entries_of_transaction ON public.ledger_entries USING btree (transaction_id);
CREATE INDEX ledger_transactions_by_time ON public.ledger_transactions USING btree (occurred_at, id);
CREATE INDEX ledger_transactions_by_writer ON public.ledger_transactions USING btree (written_in);
CREATE INDEX ledger_transactions_of_subject ON public.ledger_transactions USING btree (subject_id);
CREATE INDEX limit_clearances_open ON public.limit_clearances USING btree (kind, subject_id) WHERE (used_at IS NULL);
CREATE INDEX limit_uses_of_account ON public.limit_uses USING btree (budget, account, used_at) WHERE ((account IS NOT NULL) AND (second_person IS NULL) AND (undone_at IS NULL));
CREATE INDEX limit_uses_of_person ON public.limit_uses USING btree (budget, person, used_at) WHERE ((second_person IS NULL) AND (undone_at IS NULL));
CREATE INDEX limit_uses_of_receiver ON public.limit_uses USING btree (budget, receiver, used_at) WHERE ((second_person IS NULL) AND (undone_at IS NULL));
CREATE INDEX notification_deliveries_by_status ON public.notification_deliveries USING btree (status, id);
CREATE INDEX notification_deliveries_due ON public.notification_deliveries USING btree (next_attempt_at) WHERE (status = 'queued'::text);
CREATE INDEX notifications_of_user ON public.notifications USING btree (user_id, id);
CREATE INDEX office_factories_of_office ON public.office_factories USING btree (office_id);
CREATE INDEX office_staff_of_office ON public.office_staff USING btree (office_id);
CREATE INDEX order_items_of_order ON public.order_items USING btree (order_id);
CREATE INDEX order_return_items_of_item ON public.order_return_items USING btree (order_item_id);
CREATE INDEX order_returns_by_status ON public.order_returns USING btree (status, id);
CREATE INDEX order_returns_of_order ON public.order_returns USING btree (order_id);
CREATE INDEX orders_by_status ON public.orders USING btree (status, id);
CREATE INDEX orders_of_session ON public.orders USING btree (session_id) WHERE (session_id IS NOT NULL);
CREATE INDEX orders_of_user ON public.orders USING btree (user_id, id);
CREATE INDEX orders_return_window ON public.orders USING btree (return_until) WHERE (status = 'delivered'::text);
CREATE INDEX orders_to_book ON public.orders USING btree (updated_at) WHERE ((status = ANY (ARRAY['paid'::text, 'processing'::text])) AND allocated);
CREATE INDEX orders_waiting_for_stock ON public.orders USING btree (session_id, id) WHERE ((status = 'on_hold'::text) AND (NOT allocated) AND (session_id IS NOT NULL));
CREATE INDEX otp_challenges_about ON public.otp_challenges USING btree (about_id) WHERE (about_id IS NOT NULL);
CREATE INDEX otp_challenges_by_time ON public.otp_challenges USING btree (created_at);
CREATE INDEX otp_challenges_next_way ON public.otp_challenges USING btree (next_way_at) WHERE (next_way_at IS NOT NULL);
CREATE INDEX otp_challenges_of_phone ON public.otp_challenges USING btree (phone, created_at);
CREATE INDEX paces_over ON public.paces USING btree (next_at);
CREATE INDEX participants_of_session ON public.group_participants USING btree (session_id, status, paid_at);
CREATE INDEX participants_of_user ON public.group_participants USING btree (user_id, id);
CREATE INDEX payments_by_provider_payment ON public.payments USING btree (provider_payment_id) WHERE (provider_payment_id IS NOT NULL);
CREATE INDEX payments_by_provider_request ON public.payments USING btree (provider_payment_request_id) WHERE (provider_payment_request_id IS NOT NULL);
CREATE INDEX payments_due ON public.payments USING btree (next_check_at) WHERE (status = 'pending'::text);
CREATE INDEX payments_of_order ON public.payments USING btree (order_id) WHERE (order_id IS NOT NULL);
CREATE INDEX payments_of_participant ON public.payments USING btree (participant_id) WHERE (participant_id IS NOT NULL);
CREATE INDEX payments_of_session ON public.payments USING btree (session_id, status) WHERE (session_id IS NOT NULL);
CREATE INDEX payments_of_user ON public.payments USING btree (user_id, id);
CREATE INDEX payouts_by_status ON public.payouts USING btree (status, id);
CREATE INDEX payouts_due ON public.payouts USING btree (next_check_at) WHERE (next_check_at IS NOT NULL);
CREATE INDEX payouts_earlier_subject ON public.payouts USING btree (earlier_subject_id) WHERE (earlier_subject_id IS NOT NULL);
CREATE INDEX payouts_of_batch ON public.payouts USING btree (batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX payouts_of_subject ON public.payouts USING btree (subject_id);
CREATE INDEX payouts_of_user ON public.payouts USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX payouts_waiting ON public.payouts USING btree (created_at) WHERE (waits_since IS NOT NULL);
CREATE INDEX pickup_tasks_of_office ON public.pickup_tasks USING btree (office_id, id);
CREATE INDEX price_history_of_variant ON public.price_history USING btree (variant_id, since);
CREATE INDEX product_variants_of_product ON public.product_variants USING btree (product_id);
CREATE INDEX products_listed ON public.products USING btree (id) WHERE (status = 'active'::text);
CREATE INDEX products_of_factory ON public.products USING btree (factory_id);
CREATE INDEX provider_lines_due ON public.provider_lines USING btree (next_look_at);
CREATE INDEX provider_refunds_due ON public.provider_refunds USING btree (next_check_at) WHERE (next_check_at IS NOT NULL);
CREATE INDEX provider_refunds_of_refund ON public.provider_refunds USING btree (refund_id);
CREATE INDEX purchase_order_items_to_come ON public.purchase_order_items USING btree (variant_id) WHERE (received < quantity);
CREATE INDEX purchase_order_replies_of_order ON public.purchase_order_replies USING btree (purchase_order_id, answered_at);
CREATE INDEX purchase_orders_by_status ON public.warehouse_purchase_orders USING btree (status, id);
CREATE INDEX purchase_orders_of_factory ON public.warehouse_purchase_orders USING btree (factory_id, id);
CREATE INDEX purchase_orders_of_session ON public.warehouse_purchase_orders USING btree (session_id, id) WHERE (session_id IS NOT NULL);
CREATE INDEX purchase_orders_unanswered ON public.warehouse_purchase_orders USING btree (answer_due_at) WHERE (answer_due_at IS NOT NULL);
CREATE INDEX push_subscriptions_of_user ON public.push_subscriptions USING btree (user_id);
CREATE INDEX quarantined_by_provider_payment ON public.quarantined_money USING btree (provider_payment_id) WHERE (provider_payment_id IS NOT NULL);
CREATE INDEX quarantined_by_provider_request ON public.quarantined_money USING btree (provider_payment_request_id) WHERE (provider_payment_request_id IS NOT NULL);
CREATE INDEX quarantined_money_by_id ON public.quarantined_money USING btree (id) WHERE (status = 'waiting'::text);
CREATE INDEX quarantined_money_of_payment ON public.quarantined_money USING btree (payment_id) WHERE (payment_id IS NOT NULL);
CREATE INDEX reconciliations_by_start ON public.reconciliations USING btree (started_at);
CREATE INDEX refunds_by_status ON public.refunds USING btree (status, id) WHERE (status = ANY (ARRAY['requested'::text, 'approved'::text, 'submitted'::text, 'failed'::text]));
CREATE INDEX refunds_due ON public.refunds USING btree (next_check_at) WHERE (next_check_at IS NOT NULL);
CREATE INDEX refunds_of_payment ON public.refunds USING btree (payment_id);
CREATE INDEX refunds_parts ON public.refunds USING btree (part_of) WHERE (part_of IS NOT NULL);
CREATE INDEX refunds_waiting ON public.refunds USING btree (created_at) WHERE (waits_since IS NOT NULL);
CREATE INDEX reviews_by_status ON public.reviews USING btree (status, id);
CREATE INDEX reviews_of_product ON public.reviews USING btree (product_id, id) WHERE (status = 'published'::text);
CREATE INDEX reviews_of_user ON public.reviews USING btree (user_id, id);
CREATE INDEX sessions_at_work ON public.group_buying_sessions USING btree (updated_at) WHERE (status = ANY (ARRAY['moq_reached'::text, 'pending_stock'::text, 'orders_created'::text]));
CREATE INDEX sessions_by_status ON public.group_buying_sessions USING btree (status, id);
CREATE INDEX sessions_refunding ON public.group_buying_sessions USING btree (updated_at) WHERE (status = ANY (ARRAY['failed'::text, 'cancelled'::text]));
CREATE INDEX sessions_to_close ON public.group_buying_sessions USING btree (ends_at) WHERE (status = 'forming'::text);
CREATE INDEX sessions_to_open ON public.group_buying_sessions USING btree (starts_at) WHERE (status = 'draft'::text);
CREATE INDEX settlement_items_of_order_item ON public.settlement_items USING btree (order_item_id) WHERE (order_item_id IS NOT NULL);
CREATE INDEX settlement_items_of_settlement ON public.settlement_items USING btree (settlement_id) WHERE (settlement_id IS NOT NULL);
CREATE INDEX settlement_items_open ON public.settlement_items USING btree (factory_id) WHERE (settlement_id IS NULL);
CREATE INDEX settlements_by_status ON public.settlements USING btree (status, id);
CREATE INDEX settlements_of_factory ON public.settlements USING btree (factory_id, id);
CREATE INDEX settlements_retry_due ON public.settlements USING btree (retry_at) WHERE (retry_at IS NOT NULL);
CREATE INDEX settlements_statements_due ON public.settlements USING btree (statement_next_at) WHERE (statement_next_at IS NOT NULL);
CREATE INDEX shipments_by_status ON public.shipments USING btree (status, id);
CREATE INDEX shipments_due ON public.shipments USING btree (next_attempt_at) WHERE (status = 'pending'::text);
CREATE INDEX shipments_of_order ON public.shipments USING btree (order_id, id);
CREATE INDEX shipments_of_user ON public.shipments USING btree (user_id);
CREATE INDEX shipments_to_track ON public.shipments USING btree (track_at) WHERE (track_at IS NOT NULL);
CREATE INDEX shipping_rates_over ON public.shipping_rates USING btree (expires_at);
CREATE INDEX staff_names_any_case ON public.staff_names USING btree (lower(name));
CREATE INDEX staff_tokens_of_staff ON public.staff_tokens USING btree (staff_id);
CREATE INDEX stock_movements_of_purchase_order ON public.stock_movements USING btree (subject_id, moved_at) WHERE (subject_kind = 'purchase_order'::text);
CREATE INDEX stock_movements_of_variant ON public.stock_movements USING btree (variant_id, moved_at);
CREATE INDEX stock_reservations_of_variant ON public.stock_reservations USING btree (variant_id) WHERE (status = 'open'::text);
CREATE INDEX stock_shortages_of_variant ON public.stock_shortages USING btree (variant_id, since);
CREATE INDEX suspended_chargebacks_in_any_case ON public.suspense_items USING btree (upper(provider_id)) WHERE (kind = 'chargeback'::text);
CREATE INDEX suspense_items_decided ON public.suspense_items USING btree (decided_by, decided_at) WHERE (decided_at IS NOT NULL);
CREATE INDEX suspense_items_of_code ON public.suspense_items USING btree (code);
CREATE INDEX suspense_items_of_provider ON public.suspense_items USING btree (provider_id) WHERE (provider_id IS NOT NULL);
CREATE INDEX suspense_items_of_reference ON public.suspense_items USING btree (reference) WHERE (reference IS NOT NULL);
CREATE INDEX suspense_items_of_user ON public.suspense_items USING btree (user_id) WHERE (status = ANY (ARRAY['open'::text, 'requested'::text]));
CREATE INDEX suspense_items_open ON public.suspense_items USING btree (id) WHERE (status = ANY (ARRAY['open'::text, 'requested'::text]));
CREATE INDEX suspense_refunded ON public.suspense_items USING btree (subject_id) WHERE ((kind = 'refund'::text) AND (amount_idr > 0));
CREATE INDEX users_by_status ON public.users USING btree (status, id);
CREATE INDEX users_closing_due ON public.users USING btree (closing_due_at) WHERE (closing_due_at IS NOT NULL);
CREATE INDEX wallet_adjustments_of_user ON public.wallet_adjustments USING btree (user_id, id);
CREATE INDEX wallet_adjustments_requested ON public.wallet_adjustments USING btree (id) WHERE (status = 'requested'::text);
CREATE INDEX way_changes_of ON public.way_changes USING btree (subject_kind, subject_id, changed_at);
CREATE INDEX webhook_inbox_bodies ON public.webhook_inbox USING btree (received_at) WHERE ((body IS NOT NULL) AND (status <> 'received'::text));
CREATE INDEX webhook_inbox_by_time ON public.webhook_inbox USING btree (received_at, id);
CREATE INDEX webhook_inbox_waiting ON public.webhook_inbox USING btree (next_attempt_at) WHERE (status = 'received'::text);
CREATE INDEX whatsapp_messages_by_status ON public.whatsapp_messages USING btree (status, id);
CREATE INDEX whatsapp_messages_due ON public.whatsapp_messages USING btree (next_attempt_at) WHERE (status = 'queued'::text);
CREATE INDEX whatsapp_messages_held ON public.whatsapp_messages USING btree (held_scope, created_at) WHERE ((status = 'queued'::text) AND (held_scope IS NOT NULL));
CREATE INDEX whatsapp_messages_of_user ON public.whatsapp_messages USING btree (user_id, id) WHERE (user_id IS NOT NULL);
CREATE INDEX whatsapp_messages_sealed ON public.whatsapp_messages USING btree (created_at) WHERE (sealed_params IS NOT NULL);
CREATE INDEX whatsapp_messages_to ON public.whatsapp_messages USING btree (to_phone, created_at);
CREATE INDEX whatsapp_pace_over ON public.whatsapp_pace USING btree (next_at);
CREATE INDEX withdrawals_by_status ON public.withdrawals USING btree (status, id) WHERE (status = ANY (ARRAY['held'::text, 'approved'::text, 'submitted'::text]));
CREATE INDEX withdrawals_due ON public.withdrawals USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX withdrawals_of_user ON public.withdrawals USING btree (user_id, id);
CREATE INDEX withdrawals_open ON public.withdrawals USING btree (user_id) WHERE (status = ANY (ARRAY['held'::text, 'approved'::text, 'submitted'::text]));
CREATE UNIQUE INDEX addresses_one_default ON public.addresses USING btree (user_id) WHERE (is_default AND (deleted_at IS NULL));
CREATE UNIQUE INDEX attention_open ON public.attention USING btree (kind, subject_id) WHERE (resolved_at IS NULL);
CREATE UNIQUE INDEX command_runs_key ON public.command_runs USING btree (staff_id, key) WHERE (NOT key_is_free);
CREATE UNIQUE INDEX factory_bank_accounts_one_pending ON public.factory_bank_accounts USING btree (factory_id) WHERE (status = 'pending'::text);
CREATE UNIQUE INDEX order_returns_one_open ON public.order_returns USING btree (order_id) WHERE (status = 'requested'::text);
CREATE UNIQUE INDEX participants_one_live ON public.group_participants USING btree (session_id, user_id) WHERE (status = ANY (ARRAY['held'::text, 'paid'::text, 'ordered'::text]));
CREATE UNIQUE INDEX payments_one_open_an_order ON public.payments USING btree (order_id) WHERE (status = 'pending'::text);
CREATE UNIQUE INDEX payouts_one_live ON public.payouts USING btree (subject_id) WHERE ((status = ANY (ARRAY['created'::text, 'submitted'::text, 'succeeded'::text])) AND (NOT set_aside));
CREATE UNIQUE INDEX pickup_tasks_one_open_an_order ON public.pickup_tasks USING btree (purchase_order_id) WHERE (status = ANY (ARRAY['scheduled'::text, 'in_progress'::text]));
CREATE UNIQUE INDEX purchase_orders_one_open_a_session ON public.warehouse_purchase_orders USING btree (session_id) WHERE (status = ANY (ARRAY['draft'::text, 'sent'::text, 'confirmed'::text, 'shipped'::text, 'partially_received'::text]));
CREATE UNIQUE INDEX reconciliations_one_runs ON public.reconciliations USING btree ((true)) WHERE (status = 'running'::text);
CREATE UNIQUE INDEX settlement_items_refund_once ON public.settlement_items USING btree (refund_id, order_item_id) WHERE (kind = 'refund'::text);
CREATE UNIQUE INDEX settlement_items_sale_once ON public.settlement_items USING btree (order_item_id) WHERE (kind = 'sale'::text);
CREATE UNIQUE INDEX shipments_one_live ON public.shipments USING btree (order_id) WHERE (status <> ALL (ARRAY['cancelled'::text, 'not_found'::text, 'returned'::text, 'lost'::text]));
CREATE UNIQUE INDEX staff_factor_of_staff ON public.staff_factors USING btree (staff_id) WHERE ((confirmed_at IS NOT NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX staff_factor_under_way ON public.staff_factors USING btree (staff_id) WHERE ((confirmed_at IS NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX staff_name_any_case ON public.staff USING btree (lower(name));
CREATE UNIQUE INDEX stock_reservations_open ON public.stock_reservations USING btree (subject_id, variant_id) WHERE (status = 'open'::text);
CREATE UNIQUE INDEX users_phone ON public.users USING btree (phone) WHERE (status <> 'deleted'::text);

-- Functions

CREATE OR REPLACE FUNCTION public.acting_administrator(token text)
 RETURNS staff
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  found_one staff;
begin
  found_one := acting_staff(token);
  if found_one.role <> 'admin' then perform refuse_with('kernel.forbidden'); end if;
  return found_one;
end $function$;
CREATE OR REPLACE FUNCTION public.acting_digest(person text)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select encode(sha256(convert_to(
    secret || encode(sha256(convert_to(secret || pg_current_xact_id()::text || ' ' || person, 'UTF8')), 'hex'), 'UTF8')), 'hex')
  from acting_secret
$function$;
CREATE OR REPLACE FUNCTION public.acting_person(OUT id text, OUT name text)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  mark text := coalesce(current_setting('laku.acting', true), '');
  person text := substr(mark, 66);
begin
  if length(mark) > 65 and left(mark, 64) = acting_digest(person) then
    id := split_part(person, ' ', 1);
    name := substr(person, length(id) + 2);
  end if;
end $function$;
CREATE OR REPLACE FUNCTION public.acting_staff(token text)
 RETURNS staff
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  found_one staff;
begin
  select s.* into found_one from staff_tokens t join staff s on s.id = t.staff_id
    where t.token_hash = translate(encode(sha256(convert_to(token, 'UTF8')), 'base64'), '+/=', '-_')
      and t.revoked_at is null and (t.expires_at is null or t.expires_at > shop_now()) and s.status = 'active';
  if found_one.id is null then perform refuse_with('kernel.forbidden'); end if;
  return found_one;
end $function$;
CREATE OR REPLACE FUNCTION public.attention_names_who_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  person record;
  age interval := shop_now() - new.since;
  is_over boolean := coalesce(new.kind = 'staff_changed' and age >= interval '7 days'
    or new.kind = 'factor_guessed' and age >= interval '1 day', false);
begin
  if written_by_owner(tg_relid) then return new; end if;
  if tg_op = 'INSERT' then
    if new.kind = 'staff_changed' then
      raise exception 'the application does not write %: the owner''s functions do', new.kind using errcode = 'insufficient_privilege';
    end if;
    return new;
  end if;
  if (old.resolved_at is not null or old.kind = 'staff_changed')
    and row (new.times, new.message, new.command, new.details)
      is distinct from row (old.times, old.message, old.command, old.details)
    or old.resolved_at is not null
    and row (new.resolved_at, new.resolved_by, new.resolution) is distinct from row (old.resolved_at, old.resolved_by, old.resolution)
  then
    raise exception 'the attention item % is not written again', old.id using errcode = 'insufficient_privilege';
  end if;
  if new.resolved_at is null or old.resolved_at is not null then return new; end if;
  if new.resolved_by is null then
    raise exception 'an attention item is resolved by somebody' using errcode = 'insufficient_privilege';
  end if;
  if new.resolved_by not like 'staff:%' and new.kind not in ('staff_changed', 'factor_guessed', 'way_in_stopped', 'ledger_chain_broken')
  then
    return new;
  end if;
  select * into person from acting_person();
  if new.resolved_by like 'staff:%' and new.resolved_by is distinct from 'staff:' || person.name
    or new.resolved_by not like 'staff:%' and person.id is null and not is_over
    or new.kind = 'staff_changed' and not is_over and (new.details ->> 'byId' is not distinct from person.id
      or not exists (select from staff where id::text = person.id and role in ('finance', 'admin')))
  then
    raise exception 'the attention item % (%) is resolved by who shows a token that may', old.id, old.kind
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.audit_names_who_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  person record;
begin
  if written_by_owner(tg_relid) then return new; end if;
  if new.actor_kind = 'staff' then
    select * into person from acting_person();
    if new.actor_id = person.id then new.actor_name := person.name; else new.actor_id := null; end if;
  end if;
  if new.actor_id is null
    or new.actor_kind <> 'staff' and (new.actor_name = 'owner' or new.actor_id = 'owner'
      or exists (select from staff where id::text = new.actor_id))
    -- The owner's functions and the owner write these entries.
    or new.command ~ '^(auth (staff|factor)|db) ' and (new.command <> 'db keys rewrite' or new.actor_kind <> 'staff')
  then
    raise exception 'the entry "%" of the audit log in the name of % % is refused: they have shown no token in this transaction',
      new.command, new.actor_kind, new.actor_name using errcode = 'insufficient_privilege';
  end if;
  if new.actor_kind <> 'staff' and exists (select from staff_names where lower(name) in (lower(new.actor_name), lower(new.actor_id))) then
    new.actor_name := new.actor_kind || ':' || new.actor_name;
    new.actor_id := new.actor_kind || ':' || new.actor_id;
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.clearances_stay()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if written_by_owner(tg_relid) then return new; end if;
  if tg_op = 'INSERT' and (new.used_at is not null or new.given_by is distinct from (select id from acting_person()))
    or tg_op = 'UPDATE' and (old.used_at is not null or new.used_at is null
      or row (new.kind, new.subject_id, new.amount_idr, new.given_by, new.until)
        is distinct from row (old.kind, old.subject_id, old.amount_idr, old.given_by, old.until))
  then
    raise exception '% of a clearance of % is refused', lower(tg_op), new.given_by using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.clock_shift(token text, seconds bigint, reason text, request_id text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  shifted bigint;
begin
  if not exists (select from database_environment where name = 'development') or seconds < 0 then
    perform refuse_with('kernel.clock_is_real');
  end if;
  update clock set shift_s = shift_s + seconds returning shift_s into shifted;
  perform note_by_staff(actor, reason, request_id, 'db shift-clock', 'clock', 'clock', jsonb_build_object('shiftS', shifted - seconds),
    jsonb_build_object('shiftS', shifted));
  return shifted;
end $function$;
CREATE OR REPLACE FUNCTION public.command_run_lines_stay()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not written_by_owner(tg_relid) and old.written_at > now() - interval '1 day'
    and exists (select from command_runs where id = old.run_id and ended_at is not null)
  then
    raise exception 'what the run % of a command said is kept for a day', old.run_id using errcode = 'insufficient_privilege';
  end if;
  return old;
end $function$;
CREATE OR REPLACE FUNCTION public.command_runs_stay()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  refused boolean;
begin
  if written_by_owner(tg_relid) then return coalesce(new, old); end if;
  refused := case tg_op
    when 'INSERT' then new.staff_id::text is distinct from (select id from acting_person())
    when 'UPDATE' then old.kept is not null and new.kept is null
      or new.attempt not between old.attempt and old.attempt + 1
      or old.ended_at is not null
        and row (new.attempt, new.seen_at, new.ended_at, new.exit_code, new.stop_asked_at, new.key_is_free)
        is distinct from row (old.attempt, old.seen_at, old.ended_at, old.exit_code, old.stop_asked_at, old.key_is_free)
    -- One that asked its person something before it changed anything is forgotten, and any after ninety days.
    else old.started_at > now() - interval '90 days' and (old.ended_at is not null or old.kept is not null)
  end;
  if refused then
    raise exception '% of the run % of a command is refused', lower(tg_op), coalesce(new.id, old.id) using errcode = 'insufficient_privilege';
  end if;
  return coalesce(new, old);
end $function$;
CREATE OR REPLACE FUNCTION public.concerned_put_nothing_away()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  person record;
begin
  if written_by_owner(tg_relid) or new.kind not in ('staff_changed', 'factor_guessed', 'way_in_stopped')
    or new.resolved_at is null or old.resolved_at is not null
  then
    return new;
  end if;
  select * into person from acting_person();
  if person.id is not null and concerns_person(old, person.id::uuid)
    or new.kind = 'factor_guessed' and (new.resolved_by like 'staff:%' or shop_now() - new.since < interval '1 day')
    and not exists (select from staff where id::text = person.id and role in ('finance', 'admin'))
  then
    raise exception 'the attention item % (%) is resolved by somebody of finance whom it does not concern', old.id, old.kind
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.concerns_person(item attention, person uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with named(id) as (
    select staff_named(word) from (
      select item.details ->> 'byId' union select item.details ->> 'by' union select item.details ->> 'staffId'
      union select item.subject_id where item.subject_kind = 'staff'
      union select jsonb_array_elements_text(case when jsonb_typeof(item.details -> 'byIds') = 'array' then item.details -> 'byIds' else '[]' end)
    ) words (word)
  ), took_part(id) as (
    select id from named where id is not null
    union select giver from named, may_act_as(named.id) giver where item.kind in ('staff_changed', 'factor_guessed')
  )
  select exists (
    select from took_part t
    where t.id = person or let_in(t.id, person) or let_in(person, t.id) or touched(t.id, person, item.since - interval '24 hours'))
$function$;
CREATE OR REPLACE FUNCTION public.factor_confirm(token text, of_factor uuid, of_step bigint, reason text, request_id text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  holder staff := acting_staff(token);
  moment timestamptz := shop_now();
  ended integer;
begin
  perform from staff_factors where id = of_factor and staff_id = holder.id and confirmed_at is null and ended_at is null
    and created_at > moment - interval '1 hour' for update;
  if not found then perform refuse_with('auth.factor_not_begun'); end if;
  update staff_factors set ended_at = moment, ended_by = holder.id, secret_sealed = null
    where staff_id = holder.id and confirmed_at is not null and ended_at is null;
  get diagnostics ended = row_count;
  update staff_factors set confirmed_at = moment where id = of_factor;
  insert into staff_factor_codes (factor_id, step, used_at) values (of_factor, of_step, moment);
  perform note_and_tell(holder, reason, request_id, 'auth factor confirm', holder.id, jsonb_build_object('factors', ended),
    jsonb_build_object('factorId', of_factor, 'confirmedAt', moment), format('%s enrolled a second factor', holder.name));
  return moment;
end $function$;
CREATE OR REPLACE FUNCTION public.factor_enrol(token text, new_id uuid, sealed text, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  holder staff := acting_staff(token);
  has_one uuid;
begin
  perform from staff where id = holder.id for no key update;
  select id into has_one from staff_factors where staff_id = holder.id and confirmed_at is not null and ended_at is null;
  if has_one is not null and not exists (
    select from staff_factor_codes where factor_id = has_one and used_at > shop_now() - interval '5 minutes')
  then
    perform refuse_with('auth.factor_there');
  end if;
  update staff_factors set ended_at = shop_now(), ended_by = holder.id, secret_sealed = null
    where staff_id = holder.id and confirmed_at is null and ended_at is null;
  insert into staff_factors (id, staff_id, secret_sealed, created_at) values (new_id, holder.id, sealed, shop_now());
  perform note_by_staff(holder, reason, request_id, 'auth factor enrol', 'staff', holder.id::text, null,
    jsonb_build_object('factorId', new_id));
end $function$;
CREATE OR REPLACE FUNCTION public.factor_reset(token text, of_staff uuid, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ended integer;
begin
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  update staff_factors set ended_at = shop_now(), ended_by = actor.id, secret_sealed = null
    where staff_id = of_staff and ended_at is null;
  get diagnostics ended = row_count;
  if ended = 0 then perform refuse_with('auth.factor_missing'); end if;
  perform note_and_tell(actor, reason, request_id, 'auth factor reset', of_staff, jsonb_build_object('factors', ended),
    jsonb_build_object('factors', 0), format('%s reset the second factor of %s', actor.name, holder.name));
end $function$;
CREATE OR REPLACE FUNCTION public.factor_use(token text, of_factor uuid, of_step bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  holder staff := acting_staff(token);
begin
  if not exists (select from staff_factors where id = of_factor and staff_id = holder.id and confirmed_at is not null and ended_at is null)
  then
    perform refuse_with('auth.factor_missing');
  end if;
  insert into staff_factor_codes (factor_id, step, used_at) values (of_factor, of_step, shop_now()) on conflict do nothing;
  return found;
end $function$;
CREATE OR REPLACE FUNCTION public.factors_reseal(token text, fresh jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  done integer;
begin
  update staff_factors f set secret_sealed = r.sealed
    from jsonb_to_recordset(fresh) as r(id uuid, was text, sealed text) where f.id = r.id and f.secret_sealed = r.was;
  get diagnostics done = row_count;
  perform note_by_staff(actor, null, null, 'db keys rewrite', 'staff_factors', 'staff_factors', null, jsonb_build_object('count', done));
  return done;
end $function$;
CREATE OR REPLACE FUNCTION public.hold_limit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if new.undone_at is not null then return new; end if;
  if new.second_person is not null then
    if not is_second_person(new.person, new.second_person)
      or (staff_named(new.person) is not null and second_person_refusal(new.person, new.second_person, new.used_at) is not null)
    then
      raise exception '% % needs another person than %', new.kind, new.subject_id, new.person
        using errcode = 'check_violation', constraint = 'limit_second_person';
    end if;
    return new;
  end if;
  perform lock_limit(new.budget, new.person, new.receiver, new.account);
  if new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '1 day', new.kind,
      new.subject_id) > new.day_limit_idr
    or new.amount_idr + used_alone(new.budget, new.person, new.receiver, new.account, new.used_at - interval '7 days', new.kind,
      new.subject_id) > new.week_limit_idr then
    raise exception '% % is over what % may do alone', new.kind, new.subject_id, new.person
      using errcode = 'check_violation', constraint = 'limit_second_person';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.is_person(named text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select named is not null and named !~ '^(system|provider|visitor):'
    and not exists (select from staff where id = staff_named(named) and role = 'service')
$function$;
CREATE OR REPLACE FUNCTION public.is_second_person(first text, second text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select is_person(first) and is_person(second)
    and second is distinct from first and staff_named(first) is distinct from coalesce(staff_named(second), gen_random_uuid())
    and not let_in(staff_named(first), staff_named(second)) and not let_in(staff_named(second), staff_named(first))
$function$;
CREATE OR REPLACE FUNCTION public.keep_limit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  raise exception 'what was done alone is counted for good' using errcode = 'check_violation', constraint = 'limit_kept';
end $function$;
CREATE OR REPLACE FUNCTION public.keep_staff_name()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' or new.name <> old.name then
    if new.name !~ '^[A-Za-z0-9_][A-Za-z0-9_.-]{1,59}$'
      or regexp_replace(new.name, '[^A-Za-z0-9]', '', 'g') ~* '^(urn)?(uuid)?[0-9a-f]{32}$'
      or regexp_replace(lower(new.name), '[^a-z0-9]', '', 'g') in ('owner', 'system', 'laku', 'support', 'warehouse', 'finance',
        'agent', 'service', 'admin', 'administrator', 'staff', 'customer', 'provider')
    then
      raise exception 'the name % is none of a person', new.name using errcode = 'check_violation', constraint = 'staff_name_plain';
    end if;
  end if;
  if exists (select from staff_names where lower(name) = lower(new.name) and staff_id <> new.id) then
    raise exception 'the name % is or was somebody else''s', new.name
      using errcode = 'unique_violation', constraint = 'staff_name_any_case';
  end if;
  insert into staff_names (name, staff_id) values (new.name, new.id) on conflict do nothing;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.ledger_balances_only_follow()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if pg_trigger_depth() < 2 then
    raise exception '% on ledger_balances is refused: balances follow the entries', tg_op using errcode = 'insufficient_privilege';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $function$;
CREATE OR REPLACE FUNCTION public.ledger_entries_join_open_transaction()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if exists (
    select from (select distinct transaction_id from written) w
    join ledger_transactions t on t.id = w.transaction_id
    where t.written_in <> pg_current_xact_id()
  ) then
    raise exception 'entries can only be written with their ledger transaction'
      using errcode = 'check_violation', constraint = 'ledger_transaction_closed';
  end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.ledger_follow_entries()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform from ledger_balances
    where account_id in (select account_id from written)
    order by account_id for no key update;
  update ledger_balances b
    set balance_idr = b.balance_idr + d.change_idr
    from (
      select w.account_id, sum(case a.kind when 'liability' then -w.amount_idr when 'income' then -w.amount_idr else w.amount_idr end) as change_idr
      from written w join ledger_accounts a on a.id = w.account_id
      where not a.may_go_negative
      group by w.account_id
    ) d
    where b.account_id = d.account_id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.ledger_open_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not new.may_go_negative then
    insert into ledger_balances (account_id) values (new.id);
  end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.ledger_refuse_unbalanced()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  off_by bigint;
  entries integer;
  tx uuid := case tg_table_name when 'ledger_entries' then (to_jsonb(new) ->> 'transaction_id')::uuid else (to_jsonb(new) ->> 'id')::uuid end;
begin
  select coalesce(sum(amount_idr), 0), count(*) into off_by, entries from ledger_entries where transaction_id = tx;
  if off_by <> 0 or entries < 2 then
    raise exception 'ledger transaction % does not balance: % entries, off by %', tx, entries, off_by
      using errcode = 'check_violation', constraint = 'ledger_transaction_balances';
  end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.let_in(first uuid, second uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with recursive up(id) as (
    select let_in_by from staff where id = second and let_in_by is not null
    union select s.let_in_by from staff s join up on s.id = up.id where s.let_in_by is not null
  )
  select exists (select from up where id = first)
$function$;
CREATE OR REPLACE FUNCTION public.lock_limit(counted text, who text, whom text, account text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  word text;
begin
  for word in select distinct w from unnest(array['p ' || who, 'r ' || whom, 'a ' || account]) as w where w is not null order by w loop
    perform pg_advisory_xact_lock(hashtextextended('limit ' || counted || ' ' || word, 0));
  end loop;
end $function$;
CREATE OR REPLACE FUNCTION public.may_act_as(person uuid)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select s.id from staff s where let_in(s.id, person)
  union select given_by from staff_tokens where staff_id = person and given_by is not null
  union select role_by from staff where id = person and role_by is not null
$function$;
CREATE OR REPLACE FUNCTION public.next_id()
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(random, 14))::uuid
  from (select replace(gen_random_uuid()::text, '-', '') as random) r
$function$;
CREATE OR REPLACE FUNCTION public.note_and_tell(actor staff, reason text, request_id text, command text, of_staff uuid, was jsonb, is_now jsonb, message text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  noted uuid := next_id();
begin
  insert into audit_log (id, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after, request_id,
    occurred_at)
  values (noted, 'staff', actor.id::text, actor.name, reason, command, 'staff', of_staff::text, was, is_now, request_id, shop_now());
  insert into attention (id, kind, subject_kind, subject_id, message, command, details, since)
  values (next_id(), 'staff_changed', 'audit_entry', noted::text, message, 'laku audit show ' || noted,
    jsonb_build_object('staffId', of_staff, 'byId', actor.id), shop_now());
end $function$;
CREATE OR REPLACE FUNCTION public.note_by_staff(actor staff, reason text, request_id text, command text, subject_kind text, subject_id text, was jsonb, is_now jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  insert into audit_log (id, actor_kind, actor_id, actor_name, reason, command, subject_kind, subject_id, before, after, request_id,
    occurred_at)
  values (next_id(), 'staff', actor.id::text, actor.name, reason, command, subject_kind, subject_id, was, is_now, request_id,
    shop_now())
$function$;
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  raise exception '% on % is refused: its rows are written once', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end $function$;
CREATE OR REPLACE FUNCTION public.refuse_with(code text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  raise exception '%', code using errcode = 'LK001';
end $function$;
CREATE OR REPLACE FUNCTION public.require_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  -- the kind that it is counted as, and the subject where that is another row than this one
  counted text := tg_argv[0];
  subject text := new.id::text;
begin
  if tg_argv[1] = 'order' then subject := split_part(new.key, ':', 2); end if;
  if not exists (select from limit_uses where subject_id = subject and kind = counted and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, subject
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_giver(actor staff, holder staff)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if holder.role = 'admin' and actor.id <> holder.id and not let_in(actor.id, holder.id) then
    perform refuse_with('auth.in_other_hands');
  end if;
end $function$;
CREATE OR REPLACE FUNCTION public.require_limit_use()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from limit_uses where subject_id = new.id::text and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_living_user()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform from users where id = new.user_id and status <> 'deleted' for key share;
  if not found then
    raise exception 'user % was erased', new.user_id using errcode = 'foreign_key_violation', constraint = 'living_user';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_quarantine_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from limit_uses where subject_id = new.quarantine_id::text and kind = 'quarantine' and undone_at is null) then
    raise exception 'quarantined_money % was not counted against a limit', new.quarantine_id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_refund_limit_use()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (select from limit_uses where subject_id = coalesce(new.part_of, new.id)::text and undone_at is null) then
    raise exception '% % was not counted against a limit', tg_table_name, new.id
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_return_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from limit_uses where kind = 'withdrawal_returned' and subject_id = new.subject_id::text and undone_at is null)
  then
    raise exception '% was not counted against a limit', new.key
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_settlement_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from limit_uses where kind = 'settlement' and undone_at is null
      and subject_id = new.id || case when old.payouts = 0 then '' else ':' || old.payouts end)
  then
    raise exception '% was not counted against a limit', new.code
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_undo_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if not exists (
    select from limit_uses where kind = 'suspense_undone' and subject_id = new.id || ':' || (old.undos + 1) and undone_at is null)
    or new.undos <> old.undos + 1
  then
    raise exception 'the decision about % was taken back and not counted against a limit', new.code
      using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.require_write_off_counted()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  counted text := case new.kind when 'factory.written_off' then split_part(new.key, ':', 4) else new.key end;
begin
  if not exists (
    select from limit_uses where subject_id = counted and kind = 'write_off' and undone_at is null) then
    raise exception '% was not counted against a limit', new.key using errcode = 'check_violation', constraint = 'limit_counted';
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.second_person_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if written_by_owner(tg_relid) or new.undone_at is not null or new.second_person is null
    -- A decision that was undone counts again as it was made: its money moved after all.
    or tg_op = 'UPDATE' and row (new.kind, new.subject_id, new.person, new.second_person, new.receiver, new.amount_idr, new.used_at)
      is not distinct from row (old.kind, old.subject_id, old.person, old.second_person, old.receiver, old.amount_idr, old.used_at)
    or new.second_person = (select id from acting_person())
    or exists (select from limit_clearances where kind = new.kind and given_by = new.second_person and used_by = new.person
      and used_at = new.used_at)
  then
    return new;
  end if;
  raise exception '% has shown no token in this transaction: they are no second person of % %', new.second_person, new.kind, new.subject_id
    using errcode = 'insufficient_privilege';
end $function$;
CREATE OR REPLACE FUNCTION public.second_person_refusal(first text, second text, moment timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  a uuid := staff_named(first);
  b uuid := staff_named(second);
  since timestamptz := moment - interval '24 hours';
  factor_since timestamptz;
begin
  if not is_person(first) or not is_person(second) then return 'kernel.not_a_person'; end if;
  if not is_second_person(first, second) then return 'kernel.same_hands'; end if;
  if exists (select from staff where id = b and status <> 'active') then return 'kernel.same_hands'; end if;
  if exists (select from staff where id = b and role_since > since) then return 'kernel.role_too_new'; end if;
  select confirmed_at into factor_since from staff_factors where staff_id = b and confirmed_at is not null and ended_at is null;
  if factor_since > since then return 'kernel.factor_too_new'; end if;
  if b is not null and factor_since is null then return 'kernel.second_factor_missing'; end if;
  if touched(a, b, since) then return 'kernel.same_hands'; end if;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.set_acting(id text, name text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select set_config('laku.acting', acting_digest(id || ' ' || name) || ' ' || id || ' ' || name, true)
$function$;
CREATE OR REPLACE FUNCTION public.shop_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select now() + make_interval(secs => (select shift_s from public.clock)) $function$;
CREATE OR REPLACE FUNCTION public.staff_activate(token text, of_staff uuid, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  holder staff;
  moment timestamptz := shop_now();
begin
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if holder.status <> 'suspended' then perform refuse_with('auth.staff_active'); end if;
  update staff_factors set ended_at = moment, ended_by = actor.id, secret_sealed = null where staff_id = of_staff and ended_at is null;
  update staff_tokens set revoked_at = moment where staff_id = of_staff and revoked_at is null;
  update staff set status = 'active', role_since = moment, role_by = actor.id where id = of_staff;
  perform note_and_tell(actor, reason, request_id, 'auth staff activate', of_staff, jsonb_build_object('status', holder.status),
    jsonb_build_object('status', 'active'), format('%s activated %s again as %s', actor.name, holder.name, holder.role));
end $function$;
CREATE OR REPLACE FUNCTION public.staff_acts(token text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_staff(token);
begin
  perform set_acting(actor.id::text, actor.name);
end $function$;
CREATE OR REPLACE FUNCTION public.staff_add(token text, new_id uuid, new_name text, new_role text, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
begin
  begin
    insert into staff (id, name, role, status, vouched_by, let_in_by, role_by, role_since, created_at)
      values (new_id, new_name, new_role, 'active', coalesce(actor.vouched_by, actor.id), actor.id, actor.id, shop_now(), shop_now());
  exception
    when unique_violation then perform refuse_with('auth.staff_name_taken');
    when check_violation then perform refuse_with('auth.staff_name_refused');
  end;
  perform note_and_tell(actor, reason, request_id, 'auth staff add', new_id, null,
    jsonb_build_object('name', new_name, 'role', new_role), format('%s let %s in as %s', actor.name, new_name, new_role));
end $function$;
CREATE OR REPLACE FUNCTION public.staff_end_tokens(token text, of_staff uuid, suspend boolean, reason text, request_id text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff;
  holder staff;
  ended integer;
  status_now text;
begin
  perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
  actor := acting_administrator(token);
  select * into holder from staff where id = of_staff for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if suspend and actor.id = holder.id then perform refuse_with('auth.own_rights'); end if;
  if actor.id = holder.id and not exists (
    select from staff s join staff_tokens t on t.staff_id = s.id
    where s.role = 'admin' and s.status = 'active' and s.id <> holder.id
      and t.revoked_at is null and (t.expires_at is null or t.expires_at > shop_now()))
  then
    perform refuse_with('auth.last_administrator');
  end if;
  update staff_tokens set revoked_at = shop_now()
    where staff_id = of_staff and revoked_at is null and (expires_at is null or expires_at > shop_now());
  get diagnostics ended = row_count;
  status_now := case when suspend then 'suspended' else holder.status end;
  update staff set status = status_now where id = of_staff and status <> status_now;
  perform note_and_tell(actor, reason, request_id, 'auth staff revoke', of_staff,
    jsonb_build_object('status', holder.status, 'tokens', ended), jsonb_build_object('status', status_now, 'tokens', 0),
    case when status_now <> holder.status then format('%s suspended %s and ended their %s tokens', actor.name, holder.name, ended)
      else format('%s ended %s tokens of %s', actor.name, ended, holder.name) end);
  return ended;
end $function$;
CREATE OR REPLACE FUNCTION public.staff_give_token(token text, new_id uuid, for_staff uuid, new_hash text, days integer, reason text, request_id text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz;
  had boolean;
begin
  select * into holder from staff where id = for_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  perform require_giver(actor, holder);
  if new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  ends := token_end(holder, days);
  had := exists (select from staff_tokens where staff_id = for_staff);
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at, given_by)
    values (new_id, for_staff, new_hash, shop_now(), ends, actor.id);
  if had then
    perform note_and_tell(actor, reason, request_id, 'auth staff add', for_staff, null,
      jsonb_build_object('tokenId', new_id, 'expiresAt', ends), format('%s gave %s another token', actor.name, holder.name));
  else
    perform note_by_staff(actor, reason, request_id, 'auth staff add', 'staff', for_staff::text, null,
      jsonb_build_object('tokenId', new_id, 'expiresAt', ends));
  end if;
  return ends;
end $function$;
CREATE OR REPLACE FUNCTION public.staff_named(word text)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select id from staff where id::text = word
  union all select staff_id from staff_names where word like 'staff:%' and name = substr(word, 7)
  limit 1
$function$;
CREATE OR REPLACE FUNCTION public.staff_rename(token text, of_staff uuid, new_name text, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  holder staff;
begin
  select * into holder from staff where id = of_staff for update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  begin
    update staff set name = new_name where id = of_staff;
  exception
    when unique_violation then perform refuse_with('auth.staff_name_taken');
    when check_violation then perform refuse_with('auth.staff_name_refused');
  end;
  perform note_and_tell(actor, reason, request_id, 'auth staff rename', of_staff, jsonb_build_object('name', holder.name),
    jsonb_build_object('name', new_name), format('%s renamed %s: they are called %s now', actor.name, holder.name, new_name));
end $function$;
CREATE OR REPLACE FUNCTION public.staff_renew(token text, new_id uuid, of_staff uuid, new_hash text, days integer, overlap_s integer, reason text, request_id text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff := acting_administrator(token);
  holder staff;
  ends timestamptz;
  replaced integer;
begin
  select * into holder from staff where id = of_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  perform require_giver(actor, holder);
  if overlap_s not between 0 and 30 * 86400 or new_hash !~ '^[A-Za-z0-9_-]{43}$' then perform refuse_with('kernel.forbidden'); end if;
  ends := token_end(holder, days);
  update staff_tokens set
      revoked_at = case when overlap_s = 0 then shop_now() end,
      expires_at = case when overlap_s = 0 then expires_at else least(expires_at, shop_now() + make_interval(secs => overlap_s)) end
    where staff_id = of_staff and revoked_at is null and (expires_at is null or expires_at > shop_now());
  get diagnostics replaced = row_count;
  insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at, given_by)
    values (new_id, of_staff, new_hash, shop_now(), ends, actor.id);
  perform note_and_tell(actor, reason, request_id, 'auth staff renew', of_staff, jsonb_build_object('tokens', replaced),
    jsonb_build_object('tokenId', new_id, 'expiresAt', ends, 'overlapS', overlap_s),
    format('%s renewed the token of %s', actor.name, holder.name));
  return ends;
end $function$;
CREATE OR REPLACE FUNCTION public.staff_set_role(token text, of_staff uuid, new_role text, reason text, request_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor staff;
  holder staff;
begin
  perform pg_advisory_xact_lock(hashtextextended('administrators', 0));
  actor := acting_administrator(token);
  select * into holder from staff where id = of_staff and status = 'active' for no key update;
  if holder.id is null then perform refuse_with('auth.staff_not_found'); end if;
  if actor.id = holder.id then perform refuse_with('auth.own_rights'); end if;
  if holder.role = new_role then perform refuse_with('auth.role_held'); end if;
  update staff set role = new_role, role_since = shop_now(), role_by = actor.id where id = of_staff;
  if new_role <> 'service' then
    update staff_tokens set expires_at = shop_now() + interval '90 days'
      where staff_id = of_staff and revoked_at is null and expires_at is null;
  end if;
  perform note_and_tell(actor, reason, request_id, 'auth staff role', of_staff, jsonb_build_object('role', holder.role),
    jsonb_build_object('role', new_role), format('%s made %s %s: until now %s', actor.name, holder.name, new_role, holder.role));
end $function$;
CREATE OR REPLACE FUNCTION public.this_timeline()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) $function$;
CREATE OR REPLACE FUNCTION public.token_end(holder staff, days integer)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if days is null and holder.role <> 'service' then perform refuse_with('auth.token_needs_end'); end if;
  if days is not null and days not between 1 and 366 then perform refuse_with('kernel.forbidden'); end if;
  return shop_now() + make_interval(days => days);
end $function$;
CREATE OR REPLACE FUNCTION public.touched(a uuid, b uuid, since timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select exists (
      select from staff_tokens where ((staff_id = b and given_by = a) or (staff_id = a and given_by = b))
        and coalesce(revoked_at, 'infinity') > since and coalesce(expires_at, 'infinity') > since)
    or exists (select from staff where ((id = b and role_by = a) or (id = a and role_by = b)) and role_since > since)
    or exists (select from staff_factors where ((staff_id = b and ended_by = a) or (staff_id = a and ended_by = b)) and ended_at > since)
$function$;
CREATE OR REPLACE FUNCTION public.used_alone(counted text, who text, whom text, acc text, since timestamp with time zone, except_kind text, except_subject text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select greatest(
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and person in (who, 'the lost day') and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and receiver = whom and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)),
    (select coalesce(sum(amount_idr), 0) from limit_uses where budget = counted and account = acc and used_at > since
      and second_person is null and undone_at is null and (kind, subject_id) is distinct from (except_kind, except_subject)))::bigint
$function$;
CREATE OR REPLACE FUNCTION public.written_by_owner(of_table oid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  select pg_has_role(current_user, c.relowner, 'usage') from pg_class c where c.oid = of_table
$function$;

-- Triggers

CREATE TRIGGER addresses_of_the_living BEFORE INSERT ON public.addresses FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER attention_names_who_acts BEFORE INSERT OR UPDATE ON public.attention FOR EACH ROW EXECUTE FUNCTION attention_names_who_acts();
CREATE TRIGGER concerned_put_nothing_away BEFORE UPDATE ON public.attention FOR EACH ROW EXECUTE FUNCTION concerned_put_nothing_away();
CREATE TRIGGER audit_names_who_acts BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION audit_names_who_acts();
CREATE TRIGGER audit_not_truncated BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_written_once BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER command_run_lines_stay BEFORE DELETE ON public.command_run_lines FOR EACH ROW EXECUTE FUNCTION command_run_lines_stay();
CREATE TRIGGER command_runs_stay BEFORE INSERT OR DELETE OR UPDATE ON public.command_runs FOR EACH ROW EXECUTE FUNCTION command_runs_stay();
CREATE TRIGGER commission_history_written_once BEFORE DELETE OR UPDATE ON public.commission_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER database_environment_stays BEFORE DELETE OR UPDATE ON public.database_environment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_not_truncated BEFORE TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_written_once BEFORE DELETE OR UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_stays BEFORE DELETE OR UPDATE ON public.installation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_not_truncated BEFORE TRUNCATE ON public.ledger_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_accounts_open_balance AFTER INSERT ON public.ledger_accounts FOR EACH ROW EXECUTE FUNCTION ledger_open_balance();
CREATE TRIGGER ledger_accounts_written_once BEFORE DELETE OR UPDATE ON public.ledger_accounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_balances_not_truncated BEFORE TRUNCATE ON public.ledger_balances FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_balances_only_follow BEFORE INSERT OR DELETE OR UPDATE ON public.ledger_balances FOR EACH ROW EXECUTE FUNCTION ledger_balances_only_follow();
CREATE TRIGGER ledger_chain_not_truncated BEFORE TRUNCATE ON public.ledger_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_chain_written_once BEFORE DELETE OR UPDATE ON public.ledger_chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_join_open_transaction AFTER INSERT ON public.ledger_entries REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_entries_join_open_transaction();
CREATE TRIGGER ledger_entries_move_balances AFTER INSERT ON public.ledger_entries REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_follow_entries();
CREATE TRIGGER ledger_entries_not_truncated BEFORE TRUNCATE ON public.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_written_once BEFORE DELETE OR UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_snapshots_not_truncated BEFORE TRUNCATE ON public.ledger_snapshots FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_snapshots_written_once BEFORE UPDATE ON public.ledger_snapshots FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON public.ledger_transactions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_refuse_unbalanced();
CREATE TRIGGER ledger_transactions_not_truncated BEFORE TRUNCATE ON public.ledger_transactions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transactions_written_once BEFORE DELETE OR UPDATE ON public.ledger_transactions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER write_offs_counted BEFORE INSERT ON public.ledger_transactions FOR EACH ROW WHEN ((new.kind = ANY (ARRAY['factory.written_off'::text, 'payment.claim_written_off'::text]))) EXECUTE FUNCTION require_write_off_counted();
CREATE TRIGGER clearances_stay BEFORE INSERT OR UPDATE ON public.limit_clearances FOR EACH ROW EXECUTE FUNCTION clearances_stay();
CREATE TRIGGER limit_held BEFORE INSERT OR UPDATE OF budget, person, second_person, receiver, amount_idr, used_at ON public.limit_uses FOR EACH ROW EXECUTE FUNCTION hold_limit();
CREATE TRIGGER limit_kept BEFORE DELETE ON public.limit_uses FOR EACH ROW EXECUTE FUNCTION keep_limit();
CREATE TRIGGER second_person_acts BEFORE INSERT OR UPDATE OF second_person, person, used_at, undone_at ON public.limit_uses FOR EACH ROW EXECUTE FUNCTION second_person_acts();
CREATE TRIGGER preferences_of_the_living BEFORE INSERT ON public.notification_preferences FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER notifications_of_the_living BEFORE INSERT ON public.notifications FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER returns_counted BEFORE INSERT OR UPDATE OF status ON public.order_returns FOR EACH ROW WHEN (((new.status = 'accepted'::text) AND (new.refund_idr > 0))) EXECUTE FUNCTION require_counted('return');
CREATE TRIGGER returns_of_the_living BEFORE INSERT ON public.order_returns FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER returned_by_bank_counted BEFORE INSERT OR UPDATE OF status ON public.payouts FOR EACH ROW WHEN (((new.route = 'bank'::text) AND (new.purpose = 'withdrawal'::text) AND (new.user_id IS NOT NULL) AND (new.failure_code = 'BANK_REJECTED'::text) AND (new.status = ANY (ARRAY['failed'::text, 'reversed'::text])))) EXECUTE FUNCTION require_return_counted();
CREATE TRIGGER returned_to_factory_counted BEFORE INSERT OR UPDATE OF status ON public.payouts FOR EACH ROW WHEN (((new.route = 'bank'::text) AND (new.purpose = 'settlement'::text) AND (new.factory_id IS NOT NULL) AND (new.failure_code = 'BANK_REJECTED'::text) AND ((new.status = 'reversed'::text) OR ((new.status = 'failed'::text) AND new.in_file)))) EXECUTE FUNCTION require_counted('settlement_returned');
CREATE TRIGGER subscriptions_of_the_living BEFORE INSERT OR UPDATE OF user_id, endpoint ON public.push_subscriptions FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER quarantine_applied_counted BEFORE INSERT OR UPDATE OF status ON public.quarantined_money FOR EACH ROW WHEN ((new.status = 'applied'::text)) EXECUTE FUNCTION require_counted('quarantine');
CREATE TRIGGER failed_orders_counted BEFORE INSERT ON public.refunds FOR EACH ROW WHEN (((new.key ~~ 'order:%:lost'::text) AND (new.part_of IS NULL))) EXECUTE FUNCTION require_counted('order_failed', 'order');
CREATE TRIGGER quarantine_refunded_counted BEFORE INSERT ON public.refunds FOR EACH ROW WHEN (((new.quarantine_id IS NOT NULL) AND (new.destination = 'wallet'::text) AND (new.status = 'succeeded'::text))) EXECUTE FUNCTION require_quarantine_counted();
CREATE TRIGGER refunds_counted BEFORE INSERT ON public.refunds FOR EACH ROW WHEN (((new.requested_by ~~ 'staff:%'::text) AND (new.status <> 'requested'::text))) EXECUTE FUNCTION require_refund_limit_use();
CREATE TRIGGER requested_refunds_counted BEFORE UPDATE OF status ON public.refunds FOR EACH ROW WHEN (((old.status = 'requested'::text) AND (new.status <> 'rejected'::text) AND (new.requested_by ~~ 'staff:%'::text))) EXECUTE FUNCTION require_limit_use();
CREATE TRIGGER undeliverable_orders_counted BEFORE INSERT ON public.refunds FOR EACH ROW WHEN (((new.key ~~ 'order:%:undeliverable'::text) AND (new.part_of IS NULL))) EXECUTE FUNCTION require_counted('undeliverable', 'order');
CREATE TRIGGER reviews_of_the_living BEFORE INSERT OR UPDATE OF body, photos ON public.reviews FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER settlements_counted BEFORE UPDATE OF status ON public.settlements FOR EACH ROW WHEN (((new.status = 'approved'::text) AND ((old.status = 'calculated'::text) OR ((old.status = ANY (ARRAY['failed'::text, 'reversed'::text])) AND (new.approved_at IS DISTINCT FROM old.approved_at))))) EXECUTE FUNCTION require_settlement_counted();
CREATE TRIGGER staff_name_kept AFTER INSERT OR UPDATE OF name ON public.staff FOR EACH ROW EXECUTE FUNCTION keep_staff_name();
CREATE TRIGGER stock_movements_written_once BEFORE DELETE OR UPDATE ON public.stock_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER suspense_counted BEFORE INSERT OR UPDATE OF status ON public.suspense_items FOR EACH ROW WHEN (((new.status = ANY (ARRAY['offset'::text, 'wallet'::text, 'collected'::text, 'written_off'::text, 'reassigned'::text])) AND (NOT new.by_fact))) EXECUTE FUNCTION require_counted('suspense');
CREATE TRIGGER suspense_undo_counted BEFORE UPDATE OF status ON public.suspense_items FOR EACH ROW WHEN (((new.status = ANY (ARRAY['open'::text, 'requested'::text])) AND (old.status <> ALL (ARRAY['open'::text, 'requested'::text])))) EXECUTE FUNCTION require_undo_counted();
CREATE TRIGGER wallet_adjustments_counted BEFORE INSERT OR UPDATE OF status ON public.wallet_adjustments FOR EACH ROW WHEN ((new.status = 'posted'::text)) EXECUTE FUNCTION require_limit_use();
CREATE TRIGGER destinations_of_the_living BEFORE INSERT ON public.withdrawal_destinations FOR EACH ROW EXECUTE FUNCTION require_living_user();
CREATE TRIGGER returned_by_hand_counted BEFORE UPDATE OF status ON public.withdrawals FOR EACH ROW WHEN (((new.status = 'reversed'::text) AND (old.status = 'succeeded'::text) AND (old.hand_reference IS NOT NULL))) EXECUTE FUNCTION require_counted('withdrawal_returned');
CREATE TRIGGER withdrawals_counted BEFORE UPDATE OF status ON public.withdrawals FOR EACH ROW WHEN (((new.status = 'approved'::text) AND (old.status = 'held'::text))) EXECUTE FUNCTION require_limit_use();
