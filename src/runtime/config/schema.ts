import { resolve } from 'node:path'
import { z } from 'zod'
import { policySchema } from '../../domain/kernel/policy.ts'
import * as field from './fields.ts'

const { secret, setting } = field
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

const folder = {
  schema: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  allowed: 'a folder',
}
const port = () => field.wholeNumber(0, 65_535)

/**
 * All settings of laku. The config file uses the names of the properties, like `dataDir`. The environment
 * uses the names in capitals, like `LAKU_DATA_DIR`.
 */
export const configSchema = z.strictObject({
  env: setting('LAKU_ENV', field.oneOf(['development', 'production'])),
  dataDir: setting('LAKU_DATA_DIR', folder),
  logLevel: setting('LAKU_LOG_LEVEL', field.oneOf(logLevels)),
  /** A staff member's personal token, for the CLI. */
  token: secret('LAKU_TOKEN', field.optional(field.token())),

  /**
   * The URL by which laku connects to the database. If it is not set, laku uses the embedded database server
   * of the data folder.
   */
  databaseUrl: secret('DATABASE_URL', field.optional(field.postgresUrl())),
  /**
   * The URL of the database connection that bypasses PgBouncer. Migrations and LISTEN use this connection.
   */
  databaseDirectUrl: secret('DATABASE_DIRECT_URL', field.optional(field.postgresUrl())),
  /**
   * The URL of the database connection that only the commands of the database's owner use. In production,
   * `serve` and `worker` refuse to start if it is set.
   */
  databaseOwnerUrl: secret('DATABASE_OWNER_URL', field.optional(field.postgresUrl())),
  /** The URL of the database connection for a person's SQL shell. The shell can read, but write nothing. */
  databaseShellUrl: secret('DATABASE_SHELL_URL', field.optional(field.postgresUrl())),
  databasePoolSize: setting('DATABASE_POOL_SIZE', field.wholeNumber(1, 500)),

  host: setting('HOST', field.token()),
  port: setting('PORT', port()),
  metricsPort: setting('LAKU_METRICS_PORT', field.optional(port())),
  metricsHost: setting('LAKU_METRICS_HOST', field.token()),
  /**
   * The port of the staff server, which runs staff's commands. Default: 3010, or no staff server if that
   * port is taken.
   */
  staffPort: setting('LAKU_STAFF_PORT', field.optional(port())),
  staffHost: setting('LAKU_STAFF_HOST', field.token()),
  sandboxPort: setting('LAKU_SANDBOX_PORT', port()),
  /** The base address of the links that people get: `/pay/:code`, `/s/:code`. */
  publicUrl: setting('LAKU_PUBLIC_URL', field.httpUrl()),
  /** The proxies whose X-Forwarded-For header laku believes. */
  trustedProxies: setting('LAKU_TRUSTED_PROXIES', field.proxies()),
  corsOrigins: setting('CORS_ORIGINS', field.origins()),
  jwtSecret: secret('JWT_SECRET', field.tokens(32)),
  /**
   * The encryption keys. The first key encrypts new values. The later keys were used before a rotation, and
   * only decrypt.
   */
  encryptionKey: secret('LAKU_ENCRYPTION_KEY', field.tokens(32)),
  /**
   * The key that seals the ledger, so that edited rows are recognised. If it is not given, the encryption
   * keys seal the ledger.
   */
  sealKey: secret('LAKU_SEAL_KEY', field.optional(field.tokens(32))),

  xenditApiUrl: setting('XENDIT_API_URL', field.httpUrl()),
  xenditSecretKey: secret('XENDIT_SECRET_KEY', field.token()),
  xenditCallbackToken: secret('XENDIT_CALLBACK_TOKEN', field.tokens()),
  biteshipApiUrl: setting('BITESHIP_API_URL', field.httpUrl()),
  biteshipApiKey: secret('BITESHIP_API_KEY', field.token()),
  biteshipWebhookHeader: setting('BITESHIP_WEBHOOK_HEADER', field.headerName()),
  biteshipWebhookSecret: secret('BITESHIP_WEBHOOK_SECRET', field.tokens()),
  /** The address of the WhatsApp API with its version, like `https://graph.facebook.com/v23.0`. */
  whatsappApiUrl: setting('WHATSAPP_API_URL', field.httpUrl()),
  whatsappToken: secret('WHATSAPP_TOKEN', field.token()),
  whatsappPhoneNumberId: setting('WHATSAPP_PHONE_NUMBER_ID', field.token()),
  whatsappAppSecret: secret('WHATSAPP_APP_SECRET', field.tokens()),
  whatsappVerifyToken: secret('WHATSAPP_VERIFY_TOKEN', field.tokens()),
  /** The id of the WhatsApp business whose templates `laku providers check` reads. */
  whatsappBusinessId: setting('WHATSAPP_BUSINESS_ID', field.optional(field.token())),
  /**
   * The secret at the end of the address to which Fonnte sends its webhooks. Without this secret, laku
   * receives nothing from Fonnte.
   */
  fonnteWebhookSecret: secret('FONNTE_WEBHOOK_SECRET', field.optional(field.tokens(24))),
  smtpUrl: secret('SMTP_URL', field.smtpUrl()),
  mailFrom: setting('MAIL_FROM', field.sender()),
  /** The address that gets the mails about open attention items; without it nobody gets them. */
  attentionMailTo: setting('ATTENTION_MAIL_TO', field.optional(field.sender())),
  vapidPublicKey: setting('VAPID_PUBLIC_KEY', field.token()),
  vapidPrivateKey: secret('VAPID_PRIVATE_KEY', field.token()),
  smsApiUrl: setting('SMS_API_URL', field.httpUrl()),
  smsAccount: setting('SMS_ACCOUNT', field.token()),
  smsToken: secret('SMS_TOKEN', field.token()),

  warehouseAddress: setting('WAREHOUSE_ADDRESS', field.text()),
  warehousePostalCode: setting('WAREHOUSE_POSTAL_CODE', field.postalCode()),
  warehouseContactName: setting('WAREHOUSE_CONTACT_NAME', field.text()),
  warehouseContactPhone: setting('WAREHOUSE_CONTACT_PHONE', field.phone()),
})

export type Settings = z.infer<typeof configSchema>
export type SettingName = keyof Settings

/** The settings before they are checked. */
export type RawSettings = { [K in SettingName]?: unknown }

export const settingNames = Object.keys(configSchema.shape) as SettingName[]

/**
 * The schema of the config file. The settings in the file are checked later, together with those from the
 * environment and the flags.
 */
export const fileSchema = z.strictObject({
  ...Object.fromEntries(settingNames.map((name) => [name, z.unknown().optional()])),
  policy: policySchema.prefault({}),
})
