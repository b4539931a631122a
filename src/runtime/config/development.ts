import { createECDH, hkdfSync } from 'node:crypto'
import type { RawSettings } from './schema.ts'

/**
 * The credentials that the sandbox and the server share in development: everybody knows them, and they are
 * worth nothing.
 */
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
  whatsappBusinessId: '200000000000002',
  fonnteWebhookSecret: 'development-fonnte-webhook-secret',
  smsAccount: 'ACdevelopment',
  smsToken: 'development-sms-token',
}

const warehouse: RawSettings = {
  warehouseAddress: 'Jl. Raya Bekasi Km. 25, Cakung, Jakarta Timur',
  warehousePostalCode: '13960',
  warehouseContactName: 'Gudang Laku',
  warehouseContactPhone: '+622155501234',
}

/** Returns the port of the sandbox's mail server, which is next to the sandbox's HTTP port. */
export function sandboxSmtpPort(config: { sandboxPort: number }): number {
  return config.sandboxPort + 1
}

/**
 * Returns the defaults that only development has: the sandbox's addresses and credentials, secrets, and a
 * warehouse.
 */
export function developmentDefaults(ports: { port: number; sandboxPort: number }): RawSettings {
  const sandbox = `http://127.0.0.1:${ports.sandboxPort}`
  return {
    ...sandboxCredentials,
    ...developmentSecrets(),
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

/**
 * Derives the secrets of development, which everybody knows. With them any command, from any folder, can
 * read the encrypted values and the tokens of a development database. Production has no default for these
 * secrets.
 */
function developmentSecrets(): RawSettings {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', 'laku development', 'not a secret', purpose, 32))
  const vapid = createECDH('prime256v1')
  vapid.setPrivateKey(derive('vapid'))
  return {
    jwtSecret: derive('jwt').toString('base64url'),
    encryptionKey: [derive('encryption').toString('base64url')],
    vapidPublicKey: vapid.getPublicKey('base64url'),
    vapidPrivateKey: vapid.getPrivateKey('base64url'),
  }
}
