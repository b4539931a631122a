import { createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { folderError, openDataFolder, systemCode } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import type { RawSettings, SettingName } from './schema.ts'

/** What the sandbox and the server agree on in development: known to everybody, and worth nothing. */
const sandboxCredentials: RawSettings = {
  xenditSecretKey: 'xnd_development_laku',
  xenditCallbackToken: 'development-xendit-callback',
  biteshipApiKey: 'biteship_test.laku',
  biteshipWebhookHeader: 'x-biteship-secret',
  biteshipWebhookSecret: 'development-biteship-webhook',
  whatsappToken: 'development-whatsapp-token',
  whatsappPhoneNumberId: '100000000000001',
  whatsappAppSecret: 'development-whatsapp-app',
  whatsappVerifyToken: 'development-whatsapp-verify',
  smsAccount: 'ACdevelopment',
  smsToken: 'development-sms-token',
}

const warehouse: RawSettings = {
  warehouseAddress: 'Jl. Raya Bekasi Km. 25, Cakung, Jakarta Timur',
  warehousePostalCode: '13960',
  warehouseContactName: 'Gudang Laku',
  warehouseContactPhone: '+622155501234',
}

/** The sandbox's mail server listens next to its HTTP port. */
export function sandboxSmtpPort(config: { sandboxPort: number }): number {
  return config.sandboxPort + 1
}

/** The defaults that only development has: the sandbox's addresses and credentials, and a warehouse. */
export function developmentDefaults(ports: { port: number; sandboxPort: number }): RawSettings {
  const sandbox = `http://127.0.0.1:${ports.sandboxPort}`
  return {
    ...sandboxCredentials,
    ...warehouse,
    publicUrl: `http://127.0.0.1:${ports.port}`,
    xenditApiUrl: `${sandbox}/xendit`,
    biteshipApiUrl: `${sandbox}/biteship`,
    whatsappApiUrl: `${sandbox}/whatsapp`,
    smsApiUrl: `${sandbox}/sms`,
    smtpUrl: `smtp://127.0.0.1:${sandboxSmtpPort(ports)}`,
    mailFrom: 'Laku <halo@laku.invalid>',
  }
}

/** The secrets that development makes for itself, one set for every process of a data folder. */
export const generatedSecrets = [
  'jwtSecret',
  'encryptionKey',
  'vapidPublicKey',
  'vapidPrivateKey',
] as const satisfies SettingName[]

/**
 * Derives them from `secrets.json` (0600) in the data folder, which the first process makes.
 * Throws StartError 2 where the folder cannot be written or the file is damaged.
 */
export function developmentSecrets(dataDir: string): RawSettings {
  const master = masterSecret(openDataFolder(dataDir))
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', master, 'laku development', purpose, 32))
  const vapid = createECDH('prime256v1')
  vapid.setPrivateKey(derive('vapid'))
  return {
    jwtSecret: derive('jwt').toString('base64url'),
    encryptionKey: derive('encryption').toString('base64url'),
    vapidPublicKey: vapid.getPublicKey('base64url'),
    vapidPrivateKey: vapid.getPrivateKey('base64url'),
  }
}

const secretsSchema = z.object({ secret: z.string().min(43) })

function masterSecret(folder: string): Buffer {
  const path = join(folder, 'secrets.json')
  return readSecret(path) ?? makeSecret(path, folder)
}

function readSecret(path: string): Buffer | undefined {
  try {
    return Buffer.from(secretsSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).secret, 'base64url')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    const why = systemCode(error) ?? 'it is damaged'
    throw new StartError(
      2,
      `the development secrets ${path} cannot be read (${why}): put them back, or start a new data folder`,
    )
  }
}

/** Written whole beside its place and linked there: of processes that start at once, the first one's stays. */
function makeSecret(path: string, folder: string): Buffer {
  const aside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    const content = JSON.stringify({ secret: randomBytes(32).toString('base64url') })
    writeFileSync(aside, `${content}\n`, { mode: 0o600, flag: 'wx' })
    try {
      linkSync(aside, path)
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error
    } finally {
      unlinkSync(aside)
    }
  } catch (error) {
    throw folderError(folder, error)
  }
  const made = readSecret(path)
  if (!made) throw folderError(folder, new Error('secrets.json was removed'))
  return made
}
