import { developmentDefaults } from './development.ts'
import { variableOf } from './fields.ts'
import { configSchema, type RawSettings, type SettingName, settingNames } from './schema.ts'

export interface Verdict {
  /** The problems because of which production does not start. */
  problems: string[]
  /**
   * The problems that this version and earlier versions accept. If such a problem remains, the next version
   * will not start in production.
   */
  warnings: string[]
}

/** The settings whose secrets we make ourselves, from 32 random bytes each. */
const randomSecrets: readonly SettingName[] = ['jwtSecret', 'encryptionKey', 'sealKey']
/**
 * The settings that are web addresses: of the providers, of the shop's own public server, and of the front
 * ends that call that server. Tokens and personal data travel to each of them.
 */
const webAddresses: readonly SettingName[] = [
  'xenditApiUrl',
  'biteshipApiUrl',
  'whatsappApiUrl',
  'smsApiUrl',
  'publicUrl',
  'corsOrigins',
]
/**
 * The settings that are addresses and may contain a password. The password is only a part of such an address.
 */
const addresses: readonly SettingName[] = [
  'databaseUrl',
  'databaseDirectUrl',
  'databaseOwnerUrl',
  'databaseShellUrl',
  'smtpUrl',
]
const LEAST_BYTES = 32
/**
 * The minimum number of different bytes in a random secret. Among 32 random bytes, 30 are different on
 * average. Fewer than 16 are different in less than one of 10^12 random secrets. So a secret with fewer
 * counts as not random.
 */
const LEAST_DIFFERENT = 16

/**
 * Finds secrets that have the right form but that production refuses, such as the public secrets of
 * development. Also finds web addresses without encryption.
 */
export function judgeSecrets(given: RawSettings): Verdict {
  const known = developmentSecrets()
  const verdict: Verdict = { problems: [], warnings: [] }
  for (const name of settingNames) {
    const { variable, secret } = variableOf(configSchema.shape[name])
    if (!secret || addresses.includes(name)) continue
    for (const value of valuesOf(given[name])) {
      const problem = problemOf(value, known)
      if (problem) verdict.problems.push(`${variable} is not acceptable (its value is not shown): ${problem}`)
      else if (randomSecrets.includes(name) && !isRandom(value)) {
        verdict.warnings.push(
          `${variable} is not ${LEAST_BYTES} random bytes in hex or base64: the next version refuses it; rotate it to what "openssl rand -base64 32" prints`,
        )
      }
    }
  }
  const ofMail = typeof given.smtpUrl === 'string' ? problemOfMail(given.smtpUrl, known) : undefined
  if (ofMail) verdict.problems.push(`SMTP_URL is not acceptable (its value is not shown): ${ofMail}`)
  for (const name of webAddresses) {
    // The protocol is taken from the parsed URL and not from the text. Otherwise spaces or capitals before
    // `://` would hide an http address.
    if (!valuesOf(given[name]).some((value) => URL.canParse(value) && new URL(value).protocol === 'http:'))
      continue
    verdict.problems.push(
      `${variableOf(configSchema.shape[name]).variable} must begin with https in production`,
    )
  }
  return verdict
}

function problemOf(value: string, known: ReadonlySet<string>): string | undefined {
  const weakness = weaknessOf(value, known)
  if (weakness) return weakness
  if (/[^\x21-\x7e]/.test(value)) return 'it contains characters that cannot be printed'
  return undefined
}

/** Returns the problem of a secret that is easy to guess. */
function weaknessOf(value: string, known: ReadonlySet<string>): string | undefined {
  if (readings(value).some((reading) => known.has(reading)))
    return 'it is the secret of development, which is public'
  if (/^(.)\1*$/u.test(value)) return 'it consists of one repeated character'
  return undefined
}

/**
 * Returns the problem of the password in the address of the mail server. An address without a name has none.
 * The mail provider chooses the password, so it may contain spaces and letters of any language.
 */
function problemOfMail(address: string, known: ReadonlySet<string>): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { username, password } = new URL(address)
  if (username === '' && password === '') return undefined
  let decoded = password
  try {
    decoded = decodeURIComponent(password)
  } catch {
    // The password contains a percent sign that encodes nothing, so it is compared as it is.
  }
  if (decoded.trim() === '') return 'its password is blank'
  return weaknessOf(decoded, known)
}

/** Decodes a secret from hex or base64; empty if the secret has neither form. */
const bytesOf = (secret: string): Buffer =>
  /^(?:[0-9a-f]{2})+$/i.test(secret)
    ? Buffer.from(secret, 'hex')
    : Buffer.from(/^[\w+/-]+={0,2}$/.test(secret) ? secret : '', 'base64')

function isRandom(secret: string): boolean {
  const bytes = bytesOf(secret)
  return bytes.length >= LEAST_BYTES && new Set(bytes).size >= LEAST_DIFFERENT
}

function developmentSecrets(): Set<string> {
  const defaults = developmentDefaults({ port: 3000, sandboxPort: 3900 })
  const secrets = settingNames.filter(
    (name) => variableOf(configSchema.shape[name]).secret && !addresses.includes(name),
  )
  return new Set(secrets.flatMap((name) => valuesOf(defaults[name]).flatMap(readings)))
}

/**
 * Returns the forms of a secret that are compared with the public secrets of development: its text, and its
 * decoded bytes if there are at least 32 of them. The text alone is not enough, because the same bytes can be
 * written in hex or in base64.
 */
function readings(secret: string): string[] {
  const bytes = bytesOf(secret)
  return bytes.length >= LEAST_BYTES ? [secret, `bytes ${bytes.toString('hex')}`] : [secret]
}

function valuesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  return typeof value === 'string' ? value.split(',').flatMap((part) => part.trim() || []) : []
}
