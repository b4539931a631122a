import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { productionSettings } from '../../test/production.ts'
import { defaultPolicy } from '../domain/kernel/index.ts'
import { ConfigError, type Flags, loadConfig, loadOwnerConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-config-test-'))
const dataDir = join(folder, 'data')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function file(content: unknown): string {
  const path = join(folder, `file-${files++}`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const load = (env: NodeJS.ProcessEnv = {}, flags: Flags = {}) =>
  loadConfig({ env: { LAKU_DATA_DIR: dataDir, ...env }, flags })

function problems(env: NodeJS.ProcessEnv, flags: Flags = {}): readonly string[] {
  try {
    load(env, flags)
  } catch (error) {
    if (error instanceof ConfigError) {
      expect(error).toMatchObject({ exitCode: 2, message: error.problems.join('\n') })
      return error.problems
    }
    throw error
  }
  return []
}

const production = {
  ...productionSettings,
  DATABASE_URL: 'postgres://laku_app:pass@db/laku',
  LAKU_PUBLIC_URL: 'https://laku.example/',
  XENDIT_API_URL: 'https://api.xendit.co/',
  BITESHIP_WEBHOOK_HEADER: 'X-Biteship-Secret',
}

test('development needs nothing: the sandbox is where the providers are', () => {
  const config = load({ LAKU_SANDBOX_PORT: '4900', PORT: '4000' })
  expect(config).toMatchObject({
    env: 'development',
    dataDir,
    publicUrl: 'http://127.0.0.1:4000',
    xenditApiUrl: 'http://127.0.0.1:4900/xendit',
    smtpUrl: 'smtp://127.0.0.1:4901',
    xenditCallbackToken: ['development-xendit-callback'],
    policy: defaultPolicy,
  })
  expect(config.databaseUrl).toBeUndefined()
})

test('production takes its settings and none of development’s', () => {
  const config = load(production)
  expect(config).toMatchObject({
    xenditApiUrl: 'https://api.xendit.co',
    publicUrl: 'https://laku.example',
    biteshipWebhookHeader: 'x-biteship-secret',
    databaseDirectUrl: production.DATABASE_URL,
  })
  expect(config.databaseOwnerUrl).toBeUndefined()
})

test.each(Object.keys(production).filter((name) => !['LAKU_ENV', 'LAKU_LOG_LEVEL'].includes(name)))(
  'production stops without %s',
  (name) => {
    const lines = problems({ ...production, [name]: '' })
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} is missing: production needs it, `))])
  },
)

test('defaults < file < environment < flags', () => {
  const LAKU_CONFIG = file({ port: 1000, host: 'filehost', logLevel: 'debug', policy: { holdMinutes: 30 } })
  const config = load({ LAKU_CONFIG, PORT: '2000', HOST: 'envhost' }, { port: '3001', logLevel: undefined })
  expect(config).toMatchObject({ port: 3001, host: 'envhost', logLevel: 'debug', databasePoolSize: 20 })
  expect(config.policy).toEqual({ ...defaultPolicy, holdMinutes: 30 })
})

test('a wrong value is named as it was given, with what is allowed; a secret is not shown', () => {
  const LAKU_CONFIG = file({ databasePoolSize: 0 })
  const lines = problems({ LAKU_CONFIG, PORT: '80a', JWT_SECRET: 'short', LAKU_ENV: 'staging' }, { host: '' })
  expect(lines).toEqual([
    'LAKU_ENV is "staging": it must be one of development, production',
    `databasePoolSize in ${LAKU_CONFIG} is 0: it must be a whole number from 1 to 500`,
    '--host is "": it must be 1 characters or more, without spaces',
    'PORT is "80a": it must be a whole number from 0 to 65535',
    expect.stringMatching(
      /^JWT_SECRET is not acceptable \(its value is not shown\): it must be 32 characters/,
    ),
  ])
})

test('the config file: unknown keys by name, wrong rules, no JSON, no file', () => {
  const unknown = file({
    prot: 1,
    policy: { hold_minutes: 3, withdrawalFeeIdr: -1, zoneFees: { moonIdr: 1 } },
  })
  expect(problems({ LAKU_CONFIG: unknown })).toEqual(
    expect.arrayContaining([
      `prot in ${unknown} is no setting of laku`,
      `policy.hold_minutes in ${unknown} is no setting of laku`,
      `policy.zoneFees.moonIdr in ${unknown} is no setting of laku`,
      `policy.withdrawalFeeIdr in ${unknown} is -1: it must be 0 or more`,
    ]),
  )
  const broken = file('{\n"xenditSecretKey": "xnd_secret",,\n}')
  expect(problems({ LAKU_CONFIG: broken })).toEqual([
    `LAKU_CONFIG is ${broken}: it is no valid JSON at line 2`,
  ])
  expect(problems({ LAKU_CONFIG: '/nowhere' })).toEqual([
    'LAKU_CONFIG is /nowhere: it cannot be read (ENOENT)',
  ])
})

test('secrets come by file or by systemd’s credentials, and rotate with commas', () => {
  const credentials = join(folder, 'credentials')
  mkdirSync(credentials)
  writeFileSync(join(credentials, 'XENDIT_CALLBACK_TOKEN'), 'new, old\n')
  const env = { CREDENTIALS_DIRECTORY: credentials, XENDIT_SECRET_KEY_FILE: file('from-file\n') }
  expect(load(env)).toMatchObject({ xenditCallbackToken: ['new', 'old'], xenditSecretKey: 'from-file' })
  expect(load({ ...env, XENDIT_CALLBACK_TOKEN: 'env' }).xenditCallbackToken).toEqual(['env'])
  expect(problems({ ...env, XENDIT_SECRET_KEY: 'too' })).toEqual([
    'XENDIT_SECRET_KEY and XENDIT_SECRET_KEY_FILE are both given: one of them is allowed',
  ])
  expect(problems({ SMS_TOKEN_FILE: '/nowhere' })).toEqual([
    'SMS_TOKEN_FILE is /nowhere: it cannot be read (ENOENT)',
  ])
})

test('half a key pair is refused', () => {
  expect(problems({ VAPID_PUBLIC_KEY: 'public' })).toHaveLength(1)
})

test('development has secrets of its own, the same from every folder, and production has none of them', () => {
  const secretsOf = (env: NodeJS.ProcessEnv) => {
    const { jwtSecret, encryptionKey, vapidPrivateKey } = load(env)
    return [jwtSecret, encryptionKey, vapidPrivateKey].flat()
  }
  const here = secretsOf({ LAKU_DATA_DIR: join(folder, 'here') })
  expect(secretsOf({ LAKU_DATA_DIR: join(folder, 'there') })).toEqual(here)
  expect(new Set(here).size).toBe(3)
})

/** Returns the same bytes in another notation. */
const reread = (secret = '', as: 'hex' | 'base64') => Buffer.from(secret, 'base64url').toString(as)
const key = 'q2nB6V2rWkq0d1o8m5cJb1m9m7oFJx3sG0k4Zr7s1yA='

test.each([
  ['JWT_SECRET', 'known to everybody', () => load().jwtSecret[0]],
  [
    'LAKU_ENCRYPTION_KEY',
    'known to everybody, behind one of its own',
    () => `${key},${load().encryptionKey[0]}`,
  ],
  ['XENDIT_SECRET_KEY', "development's", () => 'xnd_development_laku'],
  ['BITESHIP_WEBHOOK_SECRET', "development's, behind another", () => 'mine,development-biteship-webhook'],
  ['JWT_SECRET', 'known to everybody, with its padding', () => reread(load().jwtSecret[0], 'base64')],
  ['LAKU_SEAL_KEY', 'known to everybody, in hex', () => reread(load().encryptionKey[0], 'hex').toUpperCase()],
  ['SMS_TOKEN', 'one repeated character', () => 'xxxxxxxxxxxx'],
  ['JWT_SECRET', 'one repeated character, long enough', () => 'a'.repeat(64)],
  ['SMTP_URL', 'an address with a password of one repeated character', () => 'smtps://u:xxxxxx@mail.example'],
  ['SMTP_URL', 'an address with a blank password', () => 'smtps://u:%20@mail.example'],
  ['SMTP_URL', 'an address with a name and no password', () => 'smtps://u@mail.example'],
  ['WHATSAPP_TOKEN', 'a single sign', () => 'x'],
  ['XENDIT_CALLBACK_TOKEN', 'a character that cannot be printed', () => 'callback\u200b'],
  ['BITESHIP_API_KEY', 'blank', () => '   '],
  ['XENDIT_CALLBACK_TOKEN', 'commas alone', () => ' , ,'],
  ['LAKU_SEAL_KEY', 'too short', () => 'short'],
])('production does not take for %s what is %s', (name, _, value) => {
  const given = String(value())
  const lines = problems({ ...production, [name]: given })
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} is not acceptable`))])
  if (given.trim().length > 3) expect(lines.join()).not.toContain(given)
})

test.each([
  'smtps://shop%40gmail.com:abcd%20efgh%20ijkl%20mnop@smtp.gmail.com',
  'smtps://shop:caf%C3%A9-kopi@mail.example',
])('production takes a mail password that the provider made: %s', (address) => {
  expect(load({ ...production, SMTP_URL: address }).smtpUrl).toBe(address)
})

test.each([
  ['XENDIT_API_URL', 'http://api.example.com'],
  ['BITESHIP_API_URL', ' http://api.example.com'],
  ['WHATSAPP_API_URL', 'HTTP://api.example.com'],
  ['SMS_API_URL', 'http://api.example.com'],
  ['LAKU_PUBLIC_URL', 'http://laku.example'],
  ['LAKU_PUBLIC_URL', '\thttp://127.0.0.1:3000'],
  ['CORS_ORIGINS', 'https://shop.example, http://shop.example'],
])('production uses %s by https alone: %j', (name, address) => {
  expect(problems({ ...production, [name]: address })).toEqual([
    `${name} must begin with https in production`,
  ])
  const own = { LAKU_CONFIG: file({ corsOrigins: ['http://shop.example'] }) }
  expect(problems({ ...production, ...own })).toEqual(['CORS_ORIGINS must begin with https in production'])
  expect(
    load({ ...production, CORS_ORIGINS: 'https://a.example,https://b.example' }).corsOrigins,
  ).toHaveLength(2)
})

test.each([
  ['base64', key],
  ['hex', Buffer.from(key, 'base64').toString('hex')],
  ['base64url', Buffer.from(key, 'base64').toString('base64url')],
])('our own secrets are 32 random bytes in %s', (_, secret) => {
  const given = { JWT_SECRET: secret, LAKU_ENCRYPTION_KEY: secret, LAKU_SEAL_KEY: secret }
  expect(load({ ...production, ...given }).warnings).toEqual([])
})

test.each([
  ['24 bytes in base64', Buffer.from(key, 'base64').toString('base64').slice(0, 32)],
  ['16 bytes in hex', '0123456789abcdef0123456789abcdef'],
  ['words', 'correct-horse-battery-staple-correct-horse'],
  ['little but repeated', 'abab'.repeat(16)],
])('%s were accepted before, and are a warning for one version', (_, secret) => {
  const { warnings } = load({ ...production, JWT_SECRET: secret })
  expect(warnings).toEqual([expect.stringMatching(/^JWT_SECRET is not 32 random bytes .*openssl rand/)])
  expect(warnings.join()).not.toContain(secret)
})

test('the owner of the database needs its address alone', () => {
  const env = { LAKU_ENV: 'production', DATABASE_OWNER_URL: 'postgres://laku_owner:pass@db/laku' }
  expect(loadOwnerConfig({ env })).toMatchObject({
    env: 'production',
    encryptionKey: undefined,
    sealKey: undefined,
  })
  expect(() => loadOwnerConfig({ env: { LAKU_ENV: 'production' } })).toThrow('DATABASE_OWNER_URL is missing')
  const known = { ...env, LAKU_ENCRYPTION_KEY: String(load().encryptionKey[0]) }
  expect(() => loadOwnerConfig({ env: known })).toThrow('of development')
})
