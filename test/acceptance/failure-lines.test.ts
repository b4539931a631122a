import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
  stopEmbeddedPostgres,
} from '../../src/runtime/embedded-postgres.ts'
import { productionSettings } from '../production.ts'
import { runLaku } from './laku-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-failures-'))
const dataDir = join(folder, 'data')
let database: EmbeddedPostgres
let taken: Server

beforeAll(async () => {
  taken = createServer().listen(0, '127.0.0.1')
  database = await startEmbeddedPostgres(dataDir, { fast: true })
  await runLaku(['db', 'migrate'], { LAKU_DATA_DIR: dataDir })
  await askForPassword('locked')
}, 60_000)
afterAll(async () => {
  taken.close()
  await stopEmbeddedPostgres(dataDir)
  rmSync(folder, { recursive: true, force: true })
})

/**
 * Lets the server ask for a role's password. Otherwise the embedded server trusts everybody who reaches its
 * socket.
 */
async function askForPassword(role: string): Promise<void> {
  const rules = join(dataDir, 'postgres', 'pg_hba.conf')
  writeFileSync(rules, `local all ${role} scram-sha-256\n${readFileSync(rules, 'utf8')}`)
  const admin = new pg.Client({ connectionString: database.superUrl })
  await admin.connect()
  await admin.query(`create role ${role} login password 'right'`)
  await admin.query('select pg_reload_conf()')
  await admin.end()
}

const changed = (url: string, change: (url: URL) => void) => {
  const copy = new URL(url)
  change(copy)
  return copy.toString()
}
const takenPort = () => String((taken.address() as AddressInfo).port)
const nowhere = () => join(folder, 'untouched')

const { JWT_SECRET: _, ...rest } = productionSettings
const production = { ...rest, DATABASE_URL: 'postgres://laku_app:pass@127.0.0.1:9/laku' }

interface Failing {
  what: string
  args: () => string[]
  env: () => NodeJS.ProcessEnv
  exitCode: number
  code: string
  /** The texts that the message must contain: the fault, its place, and its remedy. */
  says: () => string[]
}

const failing: Failing[] = [
  {
    what: 'a DATABASE_URL where nothing listens',
    args: () => ['sessions', 'list'],
    env: () => ({ DATABASE_URL: 'postgres://laku:s3cret@127.0.0.1:9/laku' }),
    exitCode: 6,
    code: 'start.database',
    says: () => ['postgres://laku@127.0.0.1:9/laku', 'ECONNREFUSED', 'check DATABASE_URL'],
  },
  {
    what: 'a DATABASE_URL with a wrong password',
    args: () => ['sessions', 'list'],
    env: () => ({
      DATABASE_URL: changed(database.appUrl, (url) => {
        url.username = 'locked'
        url.password = 's3cret'
      }),
    }),
    exitCode: 6,
    code: 'start.database',
    says: () => [
      `locked@${database.socketDir}`,
      'password authentication failed for user "locked"',
      'check DATABASE_URL',
    ],
  },
  {
    what: 'a DATABASE_URL with an unknown database',
    args: () => ['serve'],
    env: () => ({ DATABASE_URL: changed(database.appUrl, (url) => (url.pathname = '/elsewhere')) }),
    exitCode: 6,
    code: 'start.database',
    says: () => ['/elsewhere', 'database "elsewhere" does not exist', 'check DATABASE_URL'],
  },
  {
    what: 'a port that is taken',
    args: () => ['serve', '--port', takenPort()],
    env: () => ({ LAKU_DATA_DIR: dataDir }),
    exitCode: 2,
    code: 'start.configuration',
    says: () => [`port ${takenPort()} on 127.0.0.1 is taken`, 'stop what listens there', '--port'],
  },
  {
    what: 'a port that is taken, in laku up',
    args: () => ['up', '--ephemeral', '--no-seed', '--port', takenPort()],
    env: () => ({}),
    exitCode: 2,
    code: 'start.configuration',
    says: () => [`port ${takenPort()} on 127.0.0.1 is taken`, 'stop what listens there', '--port'],
  },
  {
    what: 'a folder in which a shop runs',
    args: () => ['up', '--no-seed', '--port', '0', '--sandbox-port', '0', '--data-dir', join(folder, 'ran')],
    env: () => {
      const shop = { server: `http://127.0.0.1:${takenPort()}`, pid: process.pid, database: 'embedded' }
      mkdirSync(join(folder, 'ran'), { recursive: true })
      writeFileSync(join(folder, 'ran', 'shop.json'), JSON.stringify(shop), { mode: 0o600 })
      return {}
    },
    exitCode: 2,
    code: 'start.configuration',
    says: () => [`a shop runs in ${join(folder, 'ran')}`, takenPort(), 'stop it', '--data-dir'],
  },
  {
    what: 'a folder in which a shop starts',
    args: () => ['up', '--no-seed', '--port', takenPort(), '--data-dir', join(folder, 'starts')],
    env: () => {
      mkdirSync(join(folder, 'starts'), { recursive: true })
      writeFileSync(join(folder, 'starts', 'shop.json'), JSON.stringify({ pid: process.pid }), {
        mode: 0o600,
      })
      return {}
    },
    exitCode: 2,
    code: 'start.configuration',
    says: () => [`a shop starts or stops in ${join(folder, 'starts')}`, 'stop it', '--data-dir'],
  },
  {
    // A folder below a file cannot be created, even by root.
    what: 'a data folder that cannot be written',
    args: () => ['sessions', 'list', '--data-dir', join(folder, 'file', 'data')],
    env: () => {
      writeFileSync(join(folder, 'file'), '')
      return {}
    },
    exitCode: 2,
    code: 'start.configuration',
    says: () => [join(folder, 'file', 'data'), 'let this user read and write there', '--data-dir'],
  },
  {
    what: 'a folder without a database',
    args: () => ['doctor'],
    env: () => ({}),
    exitCode: 2,
    code: 'start.configuration',
    says: () => [`${nowhere()} holds no database`, 'laku up', '--data-dir', 'DATABASE_URL'],
  },
  {
    what: 'a secret that is missing in production',
    args: () => ['serve'],
    env: () => production,
    exitCode: 2,
    code: 'start.configuration',
    says: () => ['JWT_SECRET is missing: production needs it, 32 characters or more'],
  },
]

it('no command of the host makes a shop where none was asked for: laku up does, and db start in a named folder', async () => {
  const here = mkdtempSync(join(folder, 'wrong-'))
  const lines = [['serve'], ['db', 'migrate'], ['auth', 'login', '--yes']]
  const ended = await Promise.all(lines.map((line) => runLaku(line, {}, { cwd: here })))
  expect(ended.map(({ exitCode }) => exitCode)).toEqual(lines.map(() => 2))
  expect(ended.at(-1)?.stderr).toContain('laku login --server')
  expect(readdirSync(here)).toEqual([])
  expect(existsSync(nowhere())).toBe(false)
})

describe.each(failing)('$what', ({ args, env, exitCode, code, says }) => {
  it('is one line that says what, where and what to do', async () => {
    const ended = await runLaku(args(), { LAKU_DATA_DIR: nowhere(), ...env() })
    expect(ended).toMatchObject({ exitCode, stdout: '' })
    // If a command of staff was given a database, a second line says how to run such commands.
    expect(ended.stderr).toMatch(/^laku: [^\n]+\n(laku: commands of staff [^\n]+\n)?$/)
    for (const words of says()) expect(ended.stderr).toContain(words)
    expect(ended.stderr).not.toMatch(/s3cret|\bat .*:\d+:\d+/)
  })

  it('is the error object on stdout with --json, and nothing else', async () => {
    const ended = await runLaku([...args(), '--json'], { LAKU_DATA_DIR: nowhere(), ...env() })
    expect(ended).toMatchObject({ exitCode, stderr: '' })
    const { error } = JSON.parse(ended.stdout)
    expect(error).toEqual({ code, message: expect.any(String), details: {} })
    for (const words of says()) expect(error.message).toContain(words)
    expect(ended.stdout).not.toMatch(/s3cret/)
  })
})
