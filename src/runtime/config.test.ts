import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ConfigError, defaultPolicy, type Flags, loadConfig } from './config.ts'

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
  LAKU_ENV: 'production',
  DATABASE_URL: 'postgres://laku_app:pass@db/laku',
  LAKU_PUBLIC_URL: 'https://laku.example/',
  JWT_SECRET: 'a'.repeat(32),
  LAKU_ENCRYPTION_KEY: 'b'.repeat(32),
  XENDIT_SECRET_KEY: 'xnd_production_1',
  XENDIT_API_URL: 'https://api.xendit.co/',
  XENDIT_CALLBACK_TOKEN: 'callback',
  BITESHIP_API_KEY: 'biteship_live.1',
  BITESHIP_API_URL: 'https://api.biteship.com',
  BITESHIP_WEBHOOK_HEADER: 'X-Biteship-Secret',
  BITESHIP_WEBHOOK_SECRET: 'webhook',
  WHATSAPP_API_URL: 'https://graph.facebook.com/v23.0',
  WHATSAPP_TOKEN: 'token',
  WHATSAPP_PHONE_NUMBER_ID: '1',
  WHATSAPP_APP_SECRET: 'app',
  WHATSAPP_VERIFY_TOKEN: 'verify',
  SMTP_URL: 'smtps://user:pass@mail.example',
  MAIL_FROM: 'Laku <halo@laku.example>',
  VAPID_PUBLIC_KEY: 'public',
  VAPID_PRIVATE_KEY: 'private',
  SMS_API_URL: 'https://api.twilio.com',
  SMS_ACCOUNT: 'AC1',
  SMS_TOKEN: 'sms',
  WAREHOUSE_ADDRESS: 'Jl. Gudang 1',
  WAREHOUSE_POSTAL_CODE: '13960',
  WAREHOUSE_CONTACT_NAME: 'Gudang',
  WAREHOUSE_CONTACT_PHONE: '+622155501234',
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
    databaseOwnerUrl: production.DATABASE_URL,
  })
  const direct = load({ ...production, DATABASE_DIRECT_URL: 'postgres://owner@direct/laku' })
  expect(direct.databaseOwnerUrl).toBe('postgres://owner@direct/laku')
})

test.each(Object.keys(production).filter((name) => name !== 'LAKU_ENV'))(
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
