import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { variableOf } from '../../src/runtime/config/fields.ts'
import { configSchema, settingNames } from '../../src/runtime/config/schema.ts'
import { productionSettings } from '../production.ts'
import { runLaku } from './laku-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// A text that is part of every secret of these processes, so that it can be searched for.
const MARK = 'bocor7391'
const file = (content: string) => {
  const path = join(folder, `${Math.random()}.json`)
  writeFileSync(path, content)
  return path
}

const secrets = settingNames
  .map((name) => variableOf(configSchema.shape[name]))
  .flatMap(({ variable, secret }) => (secret ? variable : []))
const all = {
  ...productionSettings,
  LAKU_SEAL_KEY: 'Qd0mJ2yZ5vRk8Tx1Lw4Nc7Bb3Hf6Ga9Es2Pq5Ui8Yo=',
  FONNTE_WEBHOOK_SECRET: 'end-of-the-address-of-fonnte',
}
const marked = Object.fromEntries(
  Object.entries(all).map(([name, value]) => [
    name,
    !secrets.includes(name)
      ? value
      : name === 'SMTP_URL'
        ? `smtps://u:${MARK}@127.0.0.1:9`
        : `${MARK}${value}`.padEnd(44, 'q8Z'),
  ]),
)
const nowhere = `postgres://laku_app:${MARK}@127.0.0.1:9/laku`
/** The fault of each of these secrets is the space in it. */
const blanks = Object.fromEntries(secrets.map((name) => [name, `${MARK} ${MARK}`]))

const failing: [string, string[], NodeJS.ProcessEnv][] = [
  ['a database that is away', ['serve'], { ...marked, DATABASE_URL: nowhere }],
  [
    'a database that is away, with a stack',
    ['sessions', 'list', '--debug'],
    { ...marked, DATABASE_URL: nowhere },
  ],
  ['a doctor of a database that is away', ['doctor', '--json'], { ...marked, DATABASE_URL: nowhere }],
  [
    'a password that is read as a path',
    ['sessions', 'list'],
    { DATABASE_URL: `postgres://u:12/${MARK}@127.0.0.1:9/laku` },
  ],
  [
    'a password in the parameters',
    ['db', 'status'],
    { DATABASE_URL: `postgres://127.0.0.1:9/laku?user=u&password=${MARK}` },
  ],
  ['secrets of a wrong form', ['worker'], { ...marked, ...blanks }],
  ['secrets of a wrong form, as JSON', ['worker', '--json'], { ...marked, ...blanks }],
  ["the owner's password", ['serve'], { ...marked, DATABASE_URL: nowhere, DATABASE_OWNER_URL: nowhere }],
  [
    "the owner's password, as JSON",
    ['db', 'migrate', '--json'],
    { LAKU_ENV: 'production', DATABASE_OWNER_URL: nowhere },
  ],
  [
    'passwords where none belong',
    ['serve'],
    {
      LAKU_PUBLIC_URL: `ftp://u:${MARK}@x`,
      XENDIT_API_URL: `ftp://u:${MARK}/x@y`,
      CORS_ORIGINS: `https://u:${MARK}@x`,
    },
  ],
  ['a file that is no JSON', ['serve'], { LAKU_CONFIG: file(`{"jwtSecret": "${MARK}",,}`) }],
  [
    'a file with secrets of another type',
    ['serve'],
    { LAKU_CONFIG: file(JSON.stringify({ jwtSecret: { a: MARK }, smsToken: [MARK] })) },
  ],
  ['a flag with a password', ['sessions', 'list', '--database-url', `postgres://u:${MARK} x@h/d`], {}],
]

it('every secret of laku is among those that are searched for', () => {
  // The passwords of the database and the token of a person are tried one by one below.
  const tried = /^(DATABASE_(DIRECT_|OWNER_|SHELL_)?URL|LAKU_TOKEN)$/
  expect(secrets.filter((name) => !(name in all) && !tried.test(name))).toEqual([])
})

describe('what a failing configuration prints', () => {
  it.each(failing)('%s: shows none of it', async (_, args, env) => {
    const { exitCode, stdout, stderr } = await runLaku(args, { LAKU_DATA_DIR: join(folder, 'none'), ...env })
    expect(exitCode).not.toBe(0)
    expect(`${stdout}${stderr}`.length).toBeGreaterThan(20)
    expect(`${stdout}${stderr}`).not.toContain(MARK)
  })
})

it('issue 13, tried 3: psql is given no password that ps could show, but a file for its owner alone, which is gone afterwards', async () => {
  const said = join(folder, 'said')
  const script = `#!/bin/sh\n{ echo "args $*"; ls -l "$PGPASSFILE"; cat "$PGPASSFILE"; env; echo "$PGPASSFILE" > ${said}.path; } > ${said}\n`
  writeFileSync(join(folder, 'psql'), script)
  chmodSync(join(folder, 'psql'), 0o755)
  const password = `${MARK}:a\\b`
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    LAKU_DATA_DIR: join(folder, 'none'),
    DATABASE_URL: `postgres://laku_app:${encodeURIComponent(password)}@127.0.0.1:9/laku`,
    SMS_TOKEN: MARK,
  }
  expect(await runLaku(['db', 'psql', '--', '-c', 'select 1'], env)).toMatchObject({ exitCode: 0 })
  const [args, mode, pass, ...environment] = readFileSync(said, 'utf8').split('\n')
  expect(args).toBe('args postgres://laku_app@127.0.0.1:9/laku -c select 1')
  expect(mode).toMatch(/^-rw-------/)
  expect(pass).toBe(`*:*:*:*:${MARK}\\:a\\\\b`)
  expect(environment.join()).not.toContain(MARK)
  const isGone = () => !existsSync(readFileSync(`${said}.path`, 'utf8').trim())
  expect(isGone()).toBe(true)
  // Neither a closed terminal nor a kill leaves the file behind.
  for (const signal of ['HUP', 'TERM']) {
    writeFileSync(
      join(folder, 'psql'),
      `#!/bin/sh\necho "$PGPASSFILE" > ${said}.path\nkill -${signal} $PPID\nexec sleep 20\n`,
    )
    expect((await runLaku(['db', 'psql'], env)).exitCode).toBe(1)
    expect([signal, isGone()]).toEqual([signal, true])
  }
})

it('a process that crashes shows no secret, also in the report that Node writes of it', async () => {
  const crash = "setTimeout(() => { throw new Error('a crash') }, 200)"
  const { exitCode, stdout, stderr } = await runLaku(['serve'], {
    ...marked,
    LAKU_DATA_DIR: join(folder, 'none'),
    // The address answers nothing, so the process still waits for its database when it crashes.
    DATABASE_URL: `postgres://laku_app:${MARK}@192.0.2.1:5432/laku`,
    NODE_OPTIONS: `--report-uncaught-exception --report-filename=crash.json --report-directory=${folder} --import=data:text/javascript,${encodeURIComponent(crash)}`,
  })
  expect(exitCode).not.toBe(0)
  expect(stderr).toContain('a crash')
  const report = readFileSync(join(folder, 'crash.json'), 'utf8')
  expect(report).toContain('a crash')
  for (const shown of [stdout, stderr, report]) expect(shown).not.toContain(MARK)
})
