import { globSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { hire } from '../../test/staff.ts'
import { newId } from '../domain/kernel/index.ts'
import { granted } from './function-rights.ts'
import { deletable } from './migrate.ts'

let laku: TestLaku
let guards: string[]
beforeAll(async () => {
  laku = await openTestLaku()
  const { rows } = await laku.pool.query<{ name: string }>(
    `select distinct p.proname as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid
     where not t.tgisinternal and p.pronamespace = 'public'::regnamespace order by 1`,
  )
  guards = rows.map(({ name }) => name)
  // PostgreSQL gives everybody rights that laku revokes. They are granted again here, so that only the guards
  // protect the data.
  const name = new URL(laku.ownerUrl).pathname.slice(1)
  await query(laku.ownerUrl, `grant temporary, create on database ${name} to public`)
})
afterAll(() => laku.close())

const id = newId()
const posting = (key: string) => `
  insert into public.ledger_transactions (id, key, request_hash, kind, subject_kind, subject_id, occurred_at, seal)
  values ('${key}', '${key}', 'h', 'raw', 'payment', '${key}', now(), 's')`
const entry = (key: string, account: string, amount: number) => `
  insert into public.ledger_entries (transaction_id, account_id, amount_idr)
  select '${key}', a.id, ${amount} from public.ledger_accounts a where a.key operator(pg_catalog.=) '${account}'`
const balanced = (key: string, account: string, amount: number) => [
  posting(key),
  entry(key, 'gateway', amount),
  entry(key, account, -amount),
]
const accounts = `insert into public.ledger_accounts (key, kind, may_go_negative)
  values ('gateway', 'asset', true), ('wallet:guarded', 'liability', false) on conflict do nothing`
const use = (kind: string, person: string, second: string | null, amountIdr = 1000) => `
  insert into public.limit_uses (id, kind, subject_kind, subject_id, budget, person, second_person, receiver, amount_idr, day_limit_idr,
    week_limit_idr, used_at)
  values ('${newId()}', '${kind}', '${kind}', '${newId()}', 'given', '${person}', ${second ? `'${second}'` : 'null'}, 'user:x', ${amountIdr}, 10, 10,
    now())`
const audited = (kind: string, person: string, command = 'refunds approve') => `
  insert into public.audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, occurred_at)
  values ('${newId()}', '${kind}', '${person}', 'ana', '${command}', 'refund', 'x', now())`
const guessed = newId()
const told = (kind: string, item: string) => `
  insert into public.attention (id, kind, subject_kind, subject_id, message, command, since)
  values ('${item}', '${kind}', 'x', '${item}', 'm', 'laku doctor', now())`
const user = `insert into public.users (id, phone, status, created_at, updated_at, deleted_at)
  values ('${id}', null, 'deleted', now(), now(), now()) on conflict do nothing`

/** The statements that each guard must refuse, in one transaction. The statements in `before` are allowed. */
const tried: Record<string, { before?: string[]; refused: string[]; says: RegExp }> = {
  refuse_change: { refused: ["update public.events set type = 'x'"], says: /permission denied|is refused/ },
  ledger_refuse_unbalanced: {
    before: [accounts],
    refused: [posting(newId()), 'set constraints all immediate'],
    says: /does not balance/,
  },
  ledger_follow_entries: {
    before: [accounts],
    refused: balanced(newId(), 'wallet:guarded', -50),
    says: /ledger_balance_not_negative/,
  },
  ledger_open_balance: {
    before: [accounts],
    refused: balanced(newId(), 'wallet:guarded', -50),
    says: /ledger_balance_not_negative/,
  },
  ledger_balances_only_follow: {
    refused: ['update public.ledger_balances set balance_idr = 9'],
    says: /permission denied|follow the entries/,
  },
  ledger_entries_join_open_transaction: {
    before: [accounts, ...balanced(id, 'wallet:guarded', 5)],
    refused: [entry(id, 'gateway', 5), entry(id, 'wallet:guarded', -5)],
    says: /only be written with their ledger transaction/,
  },
  hold_limit: { refused: [use('refund', 'staff:ana', null)], says: /is over what|needs another person/ },
  second_person_acts: { refused: [use('refund', 'staff:ana', 'staff:budi')], says: /are no second person/ },
  clearances_stay: {
    refused: [
      `insert into public.limit_clearances (id, kind, subject_id, amount_idr, given_by, reason, given_at, until)
       values ('${id}', 'refund', 'x', 9, 'staff:budi', 'x', now(), now())`,
    ],
    says: /insert of a clearance .* is refused/,
  },
  keep_limit: {
    before: [use('refund', 'staff:ana', null, 1)],
    refused: ['delete from public.limit_uses'],
    says: /counted for good/,
  },
  require_limit_use: {
    refused: [
      `insert into public.wallet_adjustments select (jsonb_populate_record(null::public.wallet_adjustments,
        jsonb_build_object('id', '${newId()}', 'status', 'posted'))).*`,
    ],
    says: /was not counted against a limit/,
  },
  require_refund_limit_use: {
    refused: [
      `insert into public.refunds select (jsonb_populate_record(null::public.refunds,
        jsonb_build_object('id', '${newId()}', 'requested_by', 'staff:ana', 'status', 'queued'))).*`,
    ],
    says: /was not counted against a limit/,
  },
  require_undo_counted: {
    before: [
      `insert into public.suspense_items (id, key, code, kind, amount_idr, account, why, status, decided_at, created_at)
        values ('${id}', 'undone', 'undone', 'movement', 5, 'gateway', 'x', 'cleared', now(), now())`,
    ],
    refused: [
      `update public.suspense_items set status = 'open', decided_at = null, undos = 1 where id = '${id}'`,
    ],
    says: /not counted against a limit/,
  },
  require_return_counted: {
    refused: [
      `insert into public.payouts select (jsonb_populate_record(null::public.payouts,
        jsonb_build_object('id', '${newId()}', 'route', 'bank', 'purpose', 'withdrawal', 'user_id', '${id}',
          'failure_code', 'BANK_REJECTED', 'status', 'failed'))).*`,
    ],
    says: /was not counted against a limit/,
  },
  require_settlement_counted: {
    before: [
      `insert into public.factories (id, name, phone, city, province, postal_code, verification, status, commission_bps, created_at, updated_at)
        values ('${id}', 'x', '+628110000002', 'Bandung', 'Jawa Barat', '40111', 'verified', 'active', 500, now(), now())`,
      `insert into public.settlements (id, code, factory_id, through_date, status, items, gross_idr, commission_idr, refunds_idr, adjustments_idr,
          net_idr, plan_hash, calculated_by, calculated_at, created_at, updated_at)
        values ('${id}', 'STL-X', '${id}', now(), 'calculated', 1, 5, 0, 0, 0, 5, 'h', 'x', now(), now(), now())`,
    ],
    refused: [
      `update public.settlements set status = 'approved', approved_hash = plan_hash where id = '${id}'`,
    ],
    says: /was not counted against a limit/,
  },
  require_counted: {
    refused: [
      `insert into public.quarantined_money select (jsonb_populate_record(null::public.quarantined_money,
        jsonb_build_object('id', '${newId()}', 'status', 'applied'))).*`,
    ],
    says: /was not counted against a limit/,
  },
  require_quarantine_counted: {
    refused: [
      `insert into public.refunds select (jsonb_populate_record(null::public.refunds, jsonb_build_object('id', '${newId()}',
        'key', 'k', 'quarantine_id', '${newId()}', 'destination', 'wallet', 'status', 'succeeded', 'requested_by', 'system:x'))).*`,
    ],
    says: /was not counted against a limit/,
  },
  require_write_off_counted: {
    refused: [posting(newId()).replace("'raw'", "'factory.written_off'")],
    says: /was not counted against a limit/,
  },
  audit_names_who_acts: { refused: [audited('staff', newId())], says: /have shown no token/ },
  attention_names_who_acts: {
    before: [told('way_in_stopped', id)],
    refused: [
      `update public.attention set resolved_at = now(), resolved_by = 'system:worker' where subject_id operator(pg_catalog.=) '${id}'`,
    ],
    says: /resolved by who shows a token/,
  },
  // Without a token, the guard before refuses first. src/domain/auth/factors/factors.test.ts shows a token.
  concerned_put_nothing_away: {
    before: [told('factor_guessed', guessed)],
    refused: [
      `update public.attention set resolved_at = now(), resolved_by = 'system:worker' where subject_id operator(pg_catalog.=) '${guessed}'`,
    ],
    says: /resolved by (who shows a token|somebody of finance)/,
  },
  command_runs_stay: {
    refused: [
      `insert into public.command_runs (id, staff_id, key, request_hash, command) values ('${id}', '${id}', 'k', 'h', 'settle run')`,
    ],
    says: /insert of the run .* is refused/,
  },
  // Its rows need a run in somebody's name: src/http/staff/staff-server.test.ts has one.
  command_run_lines_stay: {
    refused: ["update public.command_run_lines set sealed = 'x'"],
    says: /permission denied/,
  },
  // The application may write no name at all. The functions that write names are tested in
  // src/domain/auth/staff/staff.test.ts.
  keep_staff_name: { refused: ["update public.staff set name = 'ana'"], says: /permission denied/ },
  require_living_user: {
    before: [user],
    refused: [
      `insert into public.notification_preferences (user_id, kind, channel, wanted) values ('${id}', 'orders', 'push', true)`,
    ],
    says: /was erased/,
  },
}

/**
 * Creates functions, operators, types and casts with the names that a guard could use, so that they are found
 * first under the search path of `obstructed`.
 */
const putInTheWay = async () => {
  const numbers = ['bigint', 'integer', 'numeric', 'uuid', 'text', 'xid8']
  // Every function of laku, and every function of PostgreSQL that one of them names.
  const { rows } = await laku.pool.query<{ made: string }>(`
    select format('create function mine.%I(%s) returns %s language sql as %L', p.proname,
        oidvectortypes(p.proargtypes), format_type(p.prorettype, null), 'select null::' || format_type(p.prorettype, null)) as made
      from pg_proc p
      where p.prokind = 'f' and not p.proretset and p.provariadic = 0
        and not exists (select from unnest(p.proargtypes::oid[] || p.prorettype) t join pg_type on pg_type.oid = t where typtype = 'p')
        and (p.pronamespace = 'public'::regnamespace or (p.pronamespace = 'pg_catalog'::regnamespace and exists (
          select from pg_proc f where f.pronamespace = 'public'::regnamespace and f.prosrc ~ ('\\m' || p.proname || '\\s*[(]'))))`)
  expect(rows.length).toBeGreaterThan(40)
  await query(
    laku.urls.app,
    [
      'create schema mine',
      ...numbers.flatMap((type) => [
        `create function mine.same(${type}, ${type}) returns boolean language sql immutable as 'select true'`,
        `create function mine.differ(${type}, ${type}) returns boolean language sql immutable as 'select false'`,
        `create operator mine.= (leftarg = ${type}, rightarg = ${type}, function = mine.same)`,
        `create operator mine.<> (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
        `create operator mine.> (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
        `create operator mine.< (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
      ]),
      ...rows.map(({ made }) => made),
      "create or replace function mine.is_second_person(first text, second text) returns boolean language sql as 'select true'",
      "create or replace function mine.let_in(first uuid, second uuid) returns boolean language sql as 'select false'",
      "create or replace function mine.used_alone(text, text, text, text, timestamptz, text, text) returns bigint language sql as 'select 0::bigint'",
      "create or replace function mine.staff_named(text) returns uuid language sql as 'select pg_catalog.gen_random_uuid()'",
      "create or replace function mine.written_by_owner(oid) returns boolean language sql as 'select true'",
      "create function mine.acting_person(out id text, out name text) language sql as 'select ''x'', ''ana'''",
      "create or replace function mine.pg_trigger_depth() returns integer language sql as 'select 9'",
      "create or replace function mine.pg_current_xact_id() returns xid8 language sql as 'select ''0''::xid8'",
      // Functions name types too, in casts and for their variables.
      ...['uuid', 'text', 'timestamptz', 'jsonb', 'bytea', 'xid8', 'name', 'regclass', 'staff'].map(
        (name) => `create type mine.${name} as (nothing int)`,
      ),
      'create domain mine.int8 as pg_catalog.int4 check (value is null)',
      "create function mine.cast_text(mine.text) returns pg_catalog.text language sql as 'select ''ana''::pg_catalog.text'",
      'create cast (mine.text as pg_catalog.text) with function mine.cast_text(mine.text) as implicit',
    ].join(';'),
  )
}

/**
 * Opens a connection of the application in which temporary tables, or views that drop what is written to
 * them, hide every table of laku, and in which the names of `putInTheWay` are found first.
 */
const obstructed = async (kind: 'tables' | 'views'): Promise<pg.Client> => {
  const { rows } = await laku.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' and tablename <> 'acting_secret'",
  )
  const client = new pg.Client({ connectionString: laku.urls.app })
  await client.connect()
  await client.query(
    [
      ...rows.flatMap(({ name }) =>
        kind === 'tables'
          ? [`create temporary table ${name} (like public.${name} including defaults)`]
          : [
              `create temporary view ${name} as select * from public.${name} where false`,
              `create rule nothing as on insert to pg_temp.${name} do instead nothing`,
            ],
      ),
      // The application does not read the one of public, and so cannot copy it.
      'create temporary table acting_secret (one boolean, secret text)',
      'set search_path = mine, pg_temp, pg_catalog, public',
    ].join(';'),
  )
  return client
}

/** Returns a statement that means the same where other functions of these names are found first. */
const ofTheCatalogue = (statement: string) =>
  statement.replaceAll(/\b(now|jsonb_populate_record|jsonb_build_object)\(/g, 'pg_catalog.$1(')

const ways = {
  'temporary tables': 'tables',
  'temporary views': 'views',
  'temporary tables, as prepared statements': 'tables',
} as const

describe('issue 13, tried 3: with temporary tables, views, functions, operators, types and casts of the application in the way', () => {
  let clients: Record<'tables' | 'views', pg.Client>
  beforeAll(async () => {
    await putInTheWay()
    for (const { before } of Object.values(tried))
      if (before) await query(laku.urls.app, ['begin', ...before, 'commit'].join(';'))
    clients = { tables: await obstructed('tables'), views: await obstructed('views') }
  })
  afterAll(async () => {
    for (const client of Object.values(clients)) await client.end()
  })

  it('is each guard tried', () => {
    expect(Object.keys(tried).sort()).toEqual(guards)
  })

  it.each(Object.keys(tried))('%s refuses what it is there for', async (guard) => {
    const { refused, says } = tried[guard] as (typeof tried)[string]
    for (const [way, kind] of Object.entries(ways)) {
      const client = clients[kind]
      await client.query('begin')
      const outcome = (async () => {
        for (const [at, statement] of refused.map(ofTheCatalogue).entries()) {
          const isPrepared = way.endsWith('prepared statements') && !statement.startsWith('set')
          const name = `${guard}${at}`
          await client.query(isPrepared ? `prepare ${name} as ${statement}; execute ${name}` : statement)
        }
        await client.query('commit')
      })()
      await expect(outcome, way).rejects.toThrow(says)
      await client.query('rollback')
    }
  })

  it('a CHECK asks for the second person in public too', async () => {
    const [boss, other] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
    const clerk = await hire(laku, 'finance', boss)
    for (const client of Object.values(clients)) {
      const isSecond = async (first: string, second: string) =>
        (
          await client.query(
            'select public.is_second_person($1::pg_catalog.text, $2::pg_catalog.text) as is',
            [`staff:${first}`, `staff:${second}`],
          )
        ).rows[0]
      expect(await isSecond(boss.name, clerk.name)).toEqual({ is: false })
      expect(await isSecond(other.name, clerk.name)).toEqual({ is: true })
    }
  })

  it('the functions that act for staff know nobody from a temporary table', async () => {
    const [person, now] = [newId(), 'pg_catalog.now()']
    await clients.tables.query(`
      insert into pg_temp.staff (id, name, role, status, created_at, role_since)
        values ('${person}', 'eve', 'admin', 'active', ${now}, ${now});
      insert into pg_temp.staff_tokens (id, staff_id, token_hash, created_at)
        values ('${person}', '${person}', pg_catalog.encode(pg_catalog.sha256('lkst_eve'), 'hex'), ${now})`)
    const { rows } = await laku.pool.query<{ name: string; types: string }>(`
      select p.proname as name, (select string_agg(', null::pg_catalog.' || typname, '' order by at)
          from unnest(p.proargtypes::oid[]) with ordinality as a (type, at) join pg_type t on t.oid = a.type where at > 1) as types
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prosecdef and has_function_privilege(p.oid, 'execute')
        and p.proargnames[1] = 'token' and p.proname not like 'staff_acts%'`)
    expect(rows.length).toBeGreaterThan(10)
    for (const { name, types } of rows) {
      const call = clients.tables.query(`select public.${name}('lkst_eve'::pg_catalog.text${types})`)
      await expect(call, name).rejects.toThrow('forbidden')
    }
  })

  it('no trigger that runs as the owner works on a table of the application', async () => {
    for (const [name, on] of [
      [
        'ledger_follow_entries',
        'insert on pg_temp.ledger_entries referencing new table as written for each statement',
      ],
      ['ledger_open_balance', 'insert on pg_temp.ledger_accounts for each row'],
    ])
      await expect(
        clients.tables.query(`create trigger mine after ${on} execute function public.${name}()`),
      ).rejects.toThrow(`permission denied for function public.${name}`)
  })
})

it.each([
  'set session_replication_role = replica',
  'set role laku_owner',
  'set session authorization laku_owner',
  'alter table ledger_entries disable trigger all',
  'alter table ledger_entries disable trigger user',
  'drop trigger ledger_entries_move_balances on ledger_entries',
  'alter table payouts drop constraint payouts_dead_by_two',
  'create trigger mine before insert on ledger_entries for each row execute function suppress_redundant_updates_trigger()',
  'create rule mine as on insert to audit_log do instead nothing',
  'create policy mine on staff for select using (true)',
  'alter function is_second_person(text, text) set search_path = mine',
  'create index on staff ((length(name)))',
  'create publication mine for all tables',
  'create event trigger mine on ddl_command_end execute function refuse_change()',
  "create function public.f() returns int language c as 'x', 'y'",
  'copy ledger_balances from stdin',
  "copy orders from program 'true'",
  "copy orders to '/tmp/laku-orders'",
  'copy acting_secret to stdout',
  "select pg_read_file('PG_VERSION')",
  "select pg_ls_dir('.')",
  "select lo_import('/etc/passwd')",
  "select lo_export(1, '/tmp/laku')",
  'truncate ledger_entries',
  'do $$ begin lock table ledger_entries in access exclusive mode; end $$',
  'grant laku_owner to laku_app',
  'alter role laku_app superuser',
  'alter system set archive_command = $$true$$',
  'reassign owned by laku_owner to laku_app',
  'select * from pg_authid',
])('the application is refused: %s', async (statement) => {
  await expect(laku.pool.query(statement)).rejects.toThrow(/permission denied|must be/i)
})

it('everybody else runs no function of laku, and the application those alone that it needs', async () => {
  const { rows } = await laku.pool.query<{ name: string; open: boolean; app: boolean }>(`
    select p.proname as name, has_function_privilege(p.oid, 'execute') as app,
      exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0) as open
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname <> 'staff_acts_by_token'`)
  expect(rows.filter(({ open }) => open)).toEqual([])
  expect(
    rows
      .filter(({ app }) => app)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...granted].sort())
  const owner = new pg.Client({ connectionString: laku.ownerUrl })
  await owner.connect()
  try {
    await owner.query("begin; create function of_tomorrow() returns int language sql as 'select 1'")
    const made = await owner.query(
      "select has_function_privilege('laku_app', 'of_tomorrow()', 'execute') as app",
    )
    expect(made.rows).toEqual([{ app: false }])
  } finally {
    await owner.end()
  }
})

describe('issue 13, deliver 4: rows in the name of a person', () => {
  let client: pg.Client
  beforeAll(async () => {
    client = new pg.Client({ connectionString: laku.urls.app })
    await client.connect()
  })
  afterAll(() => client.end())
  /** Says these statements in one transaction, by laku_app; returns the first refusal. */
  const say = async (...statements: (string | [string, unknown[]])[]) => {
    await client.query('begin')
    try {
      for (const one of statements)
        await (typeof one === 'string' ? client.query(one) : client.query(one[0], one[1]))
      await client.query('commit')
      return 'done'
    } catch (error) {
      await client.query('rollback')
      return (error as Error).message
    }
  }
  const shows = ({ proof }: Awaited<ReturnType<typeof hire>>): [string, unknown[]] => [
    'select staff_acts($1)',
    [proof?.reveal()],
  ]
  const ofThem = (item: string, by: string, more = '') =>
    `update attention set resolved_at = now(), resolved_by = '${by}'${more} where id = '${item}'`

  it('need their token in the same transaction: no name, no other transaction and no made-up mark will do', async () => {
    const [ana, budi] = [await hire(laku, 'finance'), await hire(laku, 'support')]
    expect(await say(audited('staff', ana.id))).toMatch(/have shown no token/)
    expect(await say(shows(budi), audited('staff', ana.id))).toMatch(/have shown no token/)
    expect(await say(['select staff_acts($1)', ['lkst_made_up']], audited('staff', ana.id))).toMatch(
      /forbidden/,
    )
    expect(await say(shows(ana), audited('staff', ana.id))).toBe('done')
    const { rows } = await client.query('select actor_name from audit_log where actor_id = $1', [ana.id])
    expect(rows).toEqual([{ actor_name: ana.name }])
    // The mark of one transaction is taken into another.
    await client.query('begin')
    await client.query(...shows(ana))
    const { mark } = (await client.query("select current_setting('laku.acting') as mark")).rows[0]
    await client.query('commit')
    expect(
      await say(["select set_config('laku.acting', $1, true)", [mark]], audited('staff', ana.id)),
    ).toMatch(/have shown no token/)
    for (const call of [
      "select set_acting('x', 'y')",
      "select acting_digest('x')",
      'select * from acting_secret',
    ])
      expect(await say(call)).toMatch(/permission denied/)
    expect(await say('savepoint a', shows(ana), 'rollback to savepoint a', audited('staff', ana.id))).toMatch(
      /have shown no token/,
    )
  })

  it('issue 13, tried 3: are the owner’s alone where they are of staff, tokens and the clock; and nobody else is called owner', async () => {
    const boss = await hire(laku, 'admin')
    for (const command of [
      'auth staff add',
      'auth staff role',
      'auth factor reset',
      'db shift-clock',
      'db migrate --admin',
    ])
      for (const kind of ['staff', 'system'])
        expect(await say(shows(boss), audited(kind, kind === 'staff' ? boss.id : 'x', command))).toMatch(
          /refused/,
        )
    expect(await say(audited('system', 'owner'))).toMatch(/refused/)
    expect(await say(audited('system', boss.id))).toMatch(/refused/)
    expect(await say(audited('system', 'worker'))).toBe('done')
    // The name of a colleague is told apart from the colleague.
    expect(await say(audited('system', boss.name.toUpperCase()).replace("'ana'", `'${boss.name}'`))).toBe(
      'done',
    )
    const { rows } = await client.query("select actor_name from audit_log where actor_id like 'system:%'")
    expect(rows).toEqual([{ actor_name: `system:${boss.name}` }])
  })

  it('of attention are resolved by who may look at them, once, and never deleted', async () => {
    const [boss, clerk] = [await hire(laku, 'admin'), await hire(laku, 'support')]
    const before = await hire(laku, 'finance', boss)
    const { rows } = await client.query(
      "select id from attention where kind = 'staff_changed' and details ->> 'byId' = $1",
      [boss.id],
    )
    const [{ id: item }] = rows
    for (const [who, by] of [
      [undefined, 'system:worker'],
      [undefined, `staff:${before.name}`],
      [boss, `staff:${boss.name}`],
      [clerk, `staff:${clerk.name}`],
      [before, `staff:${boss.name}`],
    ] as const)
      expect(await say(...(who ? [shows(who)] : []), ofThem(item, by))).toMatch(/resolved by who shows/)
    for (const change of [
      "update attention set kind = 'x'",
      'update attention set since = now()',
      "update attention set subject_id = 'x'",
      'delete from attention',
      'truncate attention',
      "insert into attention (id, kind, subject_kind, subject_id, message, command, since, resolved_at) values (gen_random_uuid(), 'k', 'k', 'k', 'm', 'c', now(), now())",
    ])
      expect(await say(change)).toMatch(/permission denied/)
    for (const column of ['message', 'command'])
      expect(await say(`update attention set ${column} = 'nothing' where id = '${item}'`)).toMatch(
        /not written again/,
      )
    expect(await say(told('staff_changed', newId()))).toMatch(/does not write/)
    // Whom the administrator let in hides nothing for them, and the item is not theirs to put away.
    const ofBoss = await hire(laku, 'finance', boss)
    for (const who of [before, ofBoss])
      for (const by of [`staff:${who.name}`, 'system:worker'])
        expect(await say(shows(who), ofThem(item, by))).toMatch(/whom it does not concern/)
    const other = await hire(laku, 'finance')
    expect(await say(shows(other), ofThem(item, `staff:${other.name}`, ", resolution = 'seen'"))).toBe('done')
    expect(await say(`update attention set resolved_at = null where id = '${item}'`)).toMatch(
      /not written again/,
    )
  })

  it('of commands that were run stay as they ended', async () => {
    const ana = await hire(laku, 'finance')
    const run = newId()
    const begin = `insert into command_runs (id, staff_id, key, request_hash, command)
      values ('${run}', '${ana.id}', '${run}', 'h', 'settle run')`
    expect(await say(begin)).toMatch(/refused/)
    expect(await say(shows(ana), begin)).toBe('done')
    const change = (what: string) => say(`update command_runs set ${what} where id = '${run}'`)
    expect(await change('attempt = 7')).toMatch(/refused/)
    expect(await change("kept = 'sealed'")).toBe('done')
    expect(await change('kept = null')).toMatch(/refused/)
    expect(await say(`delete from command_runs where id = '${run}'`)).toMatch(/refused/)
    expect(
      await say(
        `insert into command_run_lines (run_id, first_line, lines, sealed) values ('${run}', 0, 1, 's')`,
      ),
    ).toBe('done')
    expect(await change('ended_at = now(), exit_code = 5')).toBe('done')
    for (const what of [
      'exit_code = 0',
      'ended_at = null, exit_code = null',
      'stop_asked_at = now()',
      'key_is_free = true',
    ])
      expect(await change(what)).toMatch(/refused/)
    expect(await change('staff_id = gen_random_uuid()')).toMatch(/permission denied/)
    expect(await say(`delete from command_runs where id = '${run}'`)).toMatch(/refused/)
    expect(await say(`delete from command_run_lines where run_id = '${run}'`)).toMatch(/kept for a day/)
    await query(
      laku.ownerUrl,
      `update command_runs set started_at = now() - interval '91 days' where id = '${run}'`,
    )
    await query(laku.ownerUrl, `update command_run_lines set written_at = now() - interval '2 days'`)
    expect(await say(`delete from command_runs where id = '${run}'`)).toBe('done')
  })
})

it('issue 13, tried 3: every function of laku looks in the catalogue, then in public', async () => {
  const { rows } = await laku.pool.query(`
    select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'public'::regnamespace
      and not coalesce(p.proconfig, '{}') @> array['search_path=pg_catalog, public, pg_temp']`)
  expect(rows).toEqual([])
})

it('the application makes neither temporary tables nor anything else, where nobody gave that back', async () => {
  const own = await openTestLaku()
  try {
    for (const statement of [
      'create temporary table staff (id uuid)',
      'create schema mine',
      'create table public.t (i int)',
    ])
      await expect(own.pool.query(statement)).rejects.toThrow('permission denied')
  } finally {
    await own.close()
  }
})

it('an owner without any right of a superuser runs every migration', async () => {
  const { installQueues } = await import('./queue.ts')
  const { migrate } = await import('./migrate.ts')
  const { queues } = await import('../jobs/registry.ts')
  const { migrationNames } = await import('./migration-status.ts')
  const root = laku.superUrl ?? laku.ownerUrl
  const [role, name] = [`plain_${process.pid}`, `plain_${process.pid}_${Date.now().toString(36)}`]
  await query(
    root,
    `create role ${role} login nosuperuser nocreatedb nocreaterole noinherit password 'plain'`,
    `create database ${name} owner ${role}`,
  )
  const url = new URL(laku.ownerUrl)
  url.pathname = `/${name}`
  url.username = role
  url.password = 'plain'
  const owner = new pg.Pool({ connectionString: url.toString(), max: 1 })
  try {
    await installQueues(url.toString(), queues)
    expect(await migrate(owner, 'laku_app')).toEqual(await migrationNames())
    expect(await migrate(owner, 'laku_app')).toEqual([])
  } finally {
    await owner.end()
    // A pool ends before its connections do, and a connection that is broken meanwhile fails the run.
    const others = async () => {
      const { rows } = await laku.pool.query('select from pg_stat_activity where datname = $1', [name])
      return rows.length
    }
    await expect.poll(others, { timeout: 10_000 }).toBe(0)
    await query(root, `drop database ${name} with (force)`, `drop role ${role}`)
  }
})

describe('issue 13, deliver 4: the tables of the job queue from which the owner takes SQL', () => {
  const command = 'alter role laku_app createdb'
  const statement = `insert into pgboss.bam (name, version, table_name, command) values ('x', 1, 'job_common', '${command}')`

  it.each([
    ['a statement', statement],
    ['the statement of an index', "update pgboss.bam set command = 'drop table staff'"],
    ['the version from which migrations start', 'update pgboss.version set version = 20'],
    ['the version, anew', 'delete from pgboss.version'],
    ['the name of a table', "update pgboss.queue set table_name = 'x'"],
    ['a queue with a table of its own', 'update pgboss.queue set partition = true'],
    ['no queue', 'delete from pgboss.queue'],
  ])('take %s from no connection of the application', async (_what, attack) => {
    await expect(laku.pool.query(attack)).rejects.toThrow('permission denied')
  })

  it('take no queue with a table of its own', async () => {
    const { rows } = await laku.pool.query<{ name: string }>(
      "select attname as name from pg_attribute where attrelid = 'pgboss.queue'::regclass and attnum > 0 and not attisdropped",
    )
    const names = rows.map(({ name }) => name)
    const values = names.map((name) =>
      name === 'name' ? "'odd'" : name === 'table_name' ? "'job (x)'" : name,
    )
    await expect(
      laku.pool.query(
        `insert into pgboss.queue (${names}) select ${values} from pgboss.queue order by name limit 1`,
      ),
    ).rejects.toThrow('laku_one_job_table')
  })

  it('are read by no migration while what an earlier version let in waits in them', async () => {
    const { closeQueue } = await import('./queue-rights.ts')
    const { migrate } = await import('./migrate.ts')
    const own = await openTestLaku()
    const owner = new pg.Pool({ connectionString: own.ownerUrl, max: 1 })
    try {
      await owner.query(`
        grant select, insert, update, delete on all tables in schema pgboss to laku_app;
        alter table pgboss.queue drop constraint laku_one_job_table`)
      await own.pool.query(statement)
      await expect(closeQueue(owner, 'laku_app')).rejects.toThrow(command)
      // From then on the application writes nothing more there, also if the migration goes no further.
      await expect(own.pool.query(statement)).rejects.toThrow('permission denied')
      await owner.query('delete from pgboss.bam')
      await owner.query(`update pgboss.queue set table_name = 'job; ${command}' where name = 'dead'`)
      await expect(closeQueue(owner, 'laku_app')).rejects.toThrow(/queue "dead" names the table "job; alter/)
      await owner.query("update pgboss.queue set table_name = 'job_common'")
      await owner.query(`
        insert into pgboss.bam (name, version, table_name, command) values
          ('x', 1, 'job_common', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS job_common_i99 ON pgboss.job_common (name)')`)
      await closeQueue(owner, 'laku_app')
      await migrate(owner, 'laku_app')
      await own.pool.query("update pgboss.queue set queued_count = 1 where name = 'dead'")
      await expect(own.pool.query(statement)).rejects.toThrow('permission denied')
    } finally {
      await owner.end()
      await own.close()
    }
  })
})

describe("the role of a person's shell", () => {
  let shell: pg.Client
  beforeAll(async () => {
    const url = new URL(laku.urls.app)
    url.username = 'laku_shell'
    shell = new pg.Client({ connectionString: url.toString() })
    await shell.connect()
  })
  afterAll(() => shell.end())

  it('logs in and reads what a person may see', async () => {
    for (const table of ['orders', 'ledger_entries', 'audit_log', 'staff'])
      expect((await shell.query(`select count(*)::int as n from ${table}`)).rows).toHaveLength(1)
    const { rows } = await shell.query('select id, staff_id, expires_at from staff_tokens')
    expect(rows).toBeInstanceOf(Array)
  })

  it('reads no hash of a token and no secret of a factor', async () => {
    await expect(shell.query('select token_hash from staff_tokens')).rejects.toThrow('permission denied')
    await expect(shell.query('select secret_sealed from staff_factors')).rejects.toThrow('permission denied')
  })

  it('writes no table and runs none of the functions that write for the application', async () => {
    const { rows } = await shell.query<{ name: string }>(`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'pgboss') and c.relkind in ('r', 'p') and (
        has_table_privilege(c.oid, 'insert, update, delete, truncate')
        or has_any_column_privilege(c.oid, 'insert, update'))`)
    expect(rows).toEqual([])
    const { rows: functions } = await shell.query<{ name: string }>(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.prorettype <> 'trigger'::regtype
        and has_function_privilege(p.oid, 'execute')`)
    expect(functions).toEqual([])
  })
})

it('the application may delete from those tables alone from which its code deletes', async () => {
  const { rows } = await laku.pool.query<{ name: string }>(`
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and has_table_privilege(c.oid, 'delete, truncate') order by 1`)
  expect(rows.map(({ name }) => name)).toEqual(deletable)
  const used = new Set(['limit_uses'])
  for (const file of globSync('src/**/*.ts')) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(file, 'utf8')
    for (const [, name = ''] of text.matchAll(/\bdelete from\s+(?:public\.)?([a-z_]+|\$)/g)) used.add(name)
    for (const [, name = ''] of text.matchAll(/deleteFrom\(\s*'(\w+)'/g))
      used.add(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  }
  expect([...used].sort()).toEqual(deletable)
  await expect(laku.pool.query('delete from payments')).rejects.toThrow('permission denied')
})
