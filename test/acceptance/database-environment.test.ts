import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from '../../src/runtime/embedded-postgres.ts'
import { urlOf } from '../global-setup.ts'
import { productionSettings } from '../production.ts'
import { runLaku } from './laku-process.ts'

// A database server of its own, as a shop has it: with two roles, and with databases that were never
// migrated.
const folder = mkdtempSync(join(tmpdir(), 'laku-environment-'))
let server: EmbeddedPostgres

async function rows(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/**
 * Returns the URLs of a database: for the owner's shell, and for a shell that has only the application's URL.
 */
const urlsOf = (name: string) => ({
  owner: { DATABASE_URL: urlOf(server.appUrl, name), DATABASE_OWNER_URL: urlOf(server.ownerUrl, name) },
  app: { DATABASE_URL: urlOf(server.appUrl, name) },
})

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runLaku(args, { LAKU_DATA_DIR: join(folder, 'data'), ...env })

const OTHER_KEY = 'Jm1xpcxWUTlnCUbTzX1gz5Wyzj2d9lbJY0sLqxP0yXk='
const { LAKU_ENCRYPTION_KEY } = productionSettings

beforeAll(async () => {
  server = await startEmbeddedPostgres(join(folder, 'server'), { fast: true })
  for (const name of ['shop', 'toy', 'empty', 'silent'])
    await rows(server.ownerUrl, `create database ${name}`)
  for (const [name, env] of [
    ['shop', 'production'],
    ['toy', 'development'],
  ] as const) {
    const key = env === 'production' ? { LAKU_ENCRYPTION_KEY } : {}
    const migrated = await run(['db', 'migrate', '--environment', env], { ...urlsOf(name).owner, ...key })
    expect(migrated).toMatchObject({ exitCode: 0, stderr: '' })
  }
}, 120_000)
afterAll(async () => {
  await stopEmbeddedPostgres(join(folder, 'server'))
  rmSync(folder, { recursive: true, force: true })
})

/** Returns the data that a command of development could have left in a database. */
const traces = async (name: string) =>
  (
    await rows(
      urlOf(server.ownerUrl, name),
      `select (select shift_s from clock) as shift, (select count(*)::int from audit_log) as audit, (select count(*)::int from staff) as staff,
        (select count(*)::int from group_buying_sessions) as sessions, (select count(*)::int from users) as users`,
    )
  )[0]

describe('an empty database', () => {
  it('is asked what it is for before anything is made in it', async () => {
    const { exitCode, stderr } = await run(['db', 'migrate'], urlsOf('empty').owner)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Is this empty database for production or for development?')
    expect(stderr).toContain('--environment')
    expect(
      await rows(urlOf(server.ownerUrl, 'empty'), "select from pg_tables where schemaname = 'public'"),
    ).toEqual([])
  })

  it('is not made the one while LAKU_ENV says the other', async () => {
    const env = { ...urlsOf('empty').owner, LAKU_ENV: 'development' }
    const { exitCode, stderr } = await run(['db', 'migrate', '--environment', 'production'], env)
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('must be the same'),
    })
  })

  it('is none that holds the tables of another program, which the application would get rights to', async () => {
    const owner = urlOf(server.ownerUrl, 'empty')
    await rows(owner, 'create table payroll (salary_idr bigint)')
    const lines = [['--environment', 'development'], ['--dry-run']]
    const ended = await Promise.all(
      lines.map((more) => run(['db', 'migrate', ...more], urlsOf('empty').owner)),
    )
    for (const { exitCode, stderr } of ended)
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(/holds tables of another program \(payroll\)/),
      ])
    expect(
      await rows(owner, "select tablename from pg_tables where schemaname in ('public', 'pgboss')"),
    ).toEqual([{ tablename: 'payroll' }])
    await rows(owner, 'drop table payroll')
  })

  it('is made by its owner alone', async () => {
    const { exitCode, stderr } = await run(
      ['db', 'migrate', '--environment', 'development'],
      urlsOf('empty').app,
    )
    expect(exitCode).toBe(2)
    expect(stderr).toContain('laku_app does not own')
  })
})

describe("issue 13, tried 2: a shell of development with production's DATABASE_URL", () => {
  it.each([
    [['db', 'shift-clock', '7d']],
    [['db', 'seed']],
    [['db', 'migrate']],
    [['sessions', 'list']],
    [['wallets', 'adjust', '+6281234567890', '1000', '--reason', 'a try', '--yes']],
    [
      [
        'factories',
        'set-bank',
        'PT',
        ...['--channel', 'ID_BCA', '--account', '1234567890', '--holder', 'PT', '--yes'],
      ],
    ],
    [['worker']],
    [['serve', '--port', '0']],
    [['demo', '--database-url', 'postgres://laku_app@127.0.0.1:9/laku']],
  ])('is refused %j, and leaves nothing', async (args) => {
    const before = await traces('shop')
    const { exitCode, stderr } = await run(args, { ...urlsOf('shop').app, LAKU_TOKEN: 'lkst_x' })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/production's|a database of its own|does not own|not understood|takes/)
    if (!/^(db|demo|worker|serve)$/.test(args[0] ?? ''))
      expect(stderr).toContain('commands of staff need no database: set LAKU_SERVER')
    expect(await traces('shop')).toEqual(before)
  })
})

describe('production', () => {
  const production = (more: NodeJS.ProcessEnv = {}) => ({
    ...productionSettings,
    ...urlsOf('shop').app,
    ...more,
  })

  it('opens its own database, and no other environment or key does', async () => {
    expect(await run(['doctor', '--json'], production())).toMatchObject({ exitCode: 8 })
    const toy = await run(['sessions', 'list'], { ...productionSettings, ...urlsOf('toy').app })
    expect(toy).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is development's") })
    const other = await run(['sessions', 'list'], production({ LAKU_ENCRYPTION_KEY: OTHER_KEY }))
    expect(other).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('LAKU_ENCRYPTION_KEY does not fit'),
    })
    const seal = await run(['sessions', 'list'], production({ LAKU_SEAL_KEY: OTHER_KEY }))
    expect(seal).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('LAKU_SEAL_KEY') })
    const both = await run(
      ['sessions', 'list'],
      production({ LAKU_ENCRYPTION_KEY: `${LAKU_ENCRYPTION_KEY},${OTHER_KEY}` }),
    )
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('laku db keys admit') })
  })

  it('stays what it is, whatever its owner says later', async () => {
    const env = { ...urlsOf('shop').owner, LAKU_ENCRYPTION_KEY }
    const again = await run(['db', 'migrate', '--environment', 'production'], env)
    expect(again.exitCode).toBe(0)
    const changed = await run(['db', 'migrate', '--environment', 'development'], env)
    expect(changed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('cannot be changed') })
  })

  it.each(['serve', 'worker'])(
    "issue 13, tried 3: does not start %s with the owner's password",
    async (name) => {
      const owner = { DATABASE_OWNER_URL: urlsOf('shop').owner.DATABASE_OWNER_URL }
      // In development as well: whoever tries it there would run it so in production.
      for (const env of [production(owner), { ...owner, DATABASE_URL: urlsOf('shop').app.DATABASE_URL }]) {
        const { exitCode, stderr } = await run([name], env)
        expect(exitCode).toBe(2)
        expect(stderr).toContain('DATABASE_OWNER_URL is given to the')
      }
    },
  )

  it('issue 13, tried 2: does not start on a shifted clock until its owner has put it back', async () => {
    await rows(urlOf(server.ownerUrl, 'shop'), 'update clock set shift_s = 604800')
    const refused = await run(['doctor'], production())
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('laku db reset-clock') })
    const byApp = await run(['db', 'reset-clock', '--reason', 'a try'], production())
    expect(byApp).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('does not own') })
    const env = { LAKU_ENV: 'production', DATABASE_OWNER_URL: urlsOf('shop').owner.DATABASE_OWNER_URL }
    const back = await run(['db', 'reset-clock', '--reason', 'after the rehearsal', '--json'], env)
    expect(JSON.parse(back.stdout)).toEqual({ shifted_s: 604_800 })
    const audit = await rows(
      urlOf(server.ownerUrl, 'shop'),
      "select actor_name, reason, before, after from audit_log where command = 'db reset-clock'",
    )
    expect(audit).toEqual([
      {
        actor_name: 'owner',
        reason: 'after the rehearsal',
        before: { shiftS: 604_800 },
        after: { shiftS: 0 },
      },
    ])
    expect((await run(['doctor'], production())).exitCode).toBe(8)
  })
})

describe('a database whose owner has not said what it is', () => {
  it("counts as production's until it is stamped, and is made by laku up where it is empty", async () => {
    const { installDatabase } = await import('../../src/commands/db/install.ts')
    const { loadConfig } = await import('../../src/runtime/config.ts')
    const env = { ...urlsOf('silent').owner, LAKU_DATA_DIR: join(folder, 'data') }
    const config = loadConfig({ env })
    const made = await installDatabase(config, { ask: async () => config })
    expect(made).toMatchObject({ environment: 'development', hasKeys: true })
    await rows(urlOf(server.superUrl, 'silent'), 'alter table database_environment disable trigger user')
    await rows(urlOf(server.superUrl, 'silent'), 'delete from database_environment')
    const refused = await run(['sessions', 'list'], urlsOf('silent').app)
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("counts as production's") })
    await expect(installDatabase(config, { ask: async () => config })).rejects.toThrow(
      "counts as production's",
    )
    await installDatabase(config, { environment: 'development' })
    expect((await run(['db', 'status'], urlsOf('silent').app)).exitCode).toBe(0)
    expect((await run(['doctor'], urlsOf('silent').app)).exitCode).toBe(8)
  })
})

describe("issue 13, deliver 3: development's clock", () => {
  it('is shifted by an administrator with a row in the audit log, and by nobody else', async () => {
    const nobody = await run(['db', 'shift-clock', '7d'], urlsOf('toy').app)
    expect(nobody).toMatchObject({ exitCode: 4 })
    const { stdout } = await run(['db', 'migrate', '--admin', 'sari', '--json'], urlsOf('toy').owner)
    const LAKU_TOKEN = JSON.parse(stdout).admin.token
    const script = { ...urlsOf('toy').app, LAKU_TOKEN }
    const listed = await run(['sessions', 'list'], script)
    expect(listed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('set LAKU_SERVER') })
    const shifted = await run(['db', 'shift-clock', '7d'], script)
    expect(shifted.exitCode).toBe(0)
    const audit = await rows(
      urlOf(server.ownerUrl, 'toy'),
      "select actor_name, before, after from audit_log where command = 'db shift-clock'",
    )
    expect(audit).toEqual([{ actor_name: 'sari', before: { shiftS: 0 }, after: { shiftS: 604_800 } }])
    const back = await run(['db', 'reset-clock', '--reason', 'done'], urlsOf('toy').owner)
    expect(back.exitCode).toBe(0)
    expect(await traces('toy')).toMatchObject({ shift: '0' })
  })
})
