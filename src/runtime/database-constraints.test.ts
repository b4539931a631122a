import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { hire } from '../../test/staff.ts'
import { newId } from '../domain/kernel/index.ts'

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
const use = (kind: string, person: string, second: string | null) => `
  insert into public.limit_uses (id, kind, subject_kind, subject_id, budget, person, second_person, receiver, amount_idr, day_limit_idr,
    week_limit_idr, used_at)
  values ('${newId()}', '${kind}', '${kind}', '${newId()}', 'given', '${person}', ${second ? `'${second}'` : 'null'}, 'user:x', 1000, 10, 10,
    now())`
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
    refused: balanced(newId(), 'wallet:guarded', -5),
    says: /ledger_balance_not_negative/,
  },
  ledger_open_balance: {
    before: [accounts],
    refused: balanced(newId(), 'wallet:guarded', -5),
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
  keep_limit: {
    before: [use('refund', 'staff:ana', 'staff:budi')],
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
 * Returns statements that create temporary tables, functions and operators with the names that a guard could
 * use, so that they are found first.
 */
const inTheWay = async () => {
  const { rows } = await laku.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'",
  )
  const numbers = ['bigint', 'integer', 'numeric', 'uuid', 'text', 'xid8']
  return [
    'drop schema if exists mine cascade',
    'create schema mine',
    ...rows.map(({ name }) => `create temporary table ${name} (like public.${name} including defaults)`),
    ...numbers.flatMap((type) => [
      `create function mine.same(${type}, ${type}) returns boolean language sql immutable as 'select true'`,
      `create function mine.differ(${type}, ${type}) returns boolean language sql immutable as 'select false'`,
      `create operator mine.= (leftarg = ${type}, rightarg = ${type}, function = mine.same)`,
      `create operator mine.<> (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
      `create operator mine.> (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
      `create operator mine.< (leftarg = ${type}, rightarg = ${type}, function = mine.differ)`,
    ]),
    "create function mine.is_second_person(text, text) returns boolean language sql immutable as 'select true'",
    "create function mine.second_person_refusal(text, text, timestamptz) returns text language sql immutable as 'select null'",
    "create function mine.let_in(uuid, uuid) returns boolean language sql immutable as 'select false'",
    "create function mine.used_alone(text, text, text, text, timestamptz, text, text) returns bigint language sql immutable as 'select 0::bigint'",
    "create function mine.staff_named(text) returns uuid language sql volatile as 'select gen_random_uuid()'",
    "create function mine.pg_trigger_depth() returns integer language sql immutable as 'select 9'",
    "create function mine.pg_current_xact_id() returns xid8 language sql immutable as 'select ''0''::xid8'",
    'set local search_path = mine, pg_temp, pg_catalog, public',
  ]
}

describe('with temporary tables, functions and operators of the application in the way', () => {
  it('is each guard tried', () => {
    expect(Object.keys(tried).sort()).toEqual(guards)
  })

  it.each(Object.keys(tried))('%s refuses what it is there for', async (guard) => {
    const { before = [], refused, says } = tried[guard] as (typeof tried)[string]
    const client = new pg.Client({ connectionString: laku.urls.app })
    await client.connect()
    try {
      if (before.length > 0) await client.query(['begin', ...before, 'commit'].join(';'))
      await client.query('begin')
      for (const statement of await inTheWay()) await client.query(statement)
      const outcome = (async () => {
        for (const statement of refused) await client.query(statement)
        await client.query('commit')
      })()
      await expect(outcome).rejects.toThrow(says)
    } finally {
      await client.end()
    }
  })
})

it('a CHECK asks for the second person in public too, whatever stands in the way', async () => {
  const [boss, other] = [await hire(laku, 'admin'), await hire(laku, 'admin')]
  const clerk = await hire(laku, 'finance', boss)
  const client = new pg.Client({ connectionString: laku.urls.app })
  await client.connect()
  try {
    await client.query('begin')
    for (const statement of await inTheWay()) await client.query(statement)
    const isSecond = async (first: string, second: string) =>
      (
        await client.query('select public.is_second_person($1, $2) as is', [
          `staff:${first}`,
          `staff:${second}`,
        ])
      ).rows[0]
    expect(await isSecond(boss.name, clerk.name)).toEqual({ is: false })
    expect(await isSecond(other.name, clerk.name)).toEqual({ is: true })
  } finally {
    await client.end()
  }
})

it('every function of laku looks in the catalogue, then in public', async () => {
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
    await query(root, `drop database ${name} with (force)`, `drop role ${role}`)
  }
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
