import type { Policy } from '../domain/kernel/policy.ts'
import { developmentDefaults } from './config/development.ts'
import { variableOf } from './config/fields.ts'
import { readConfigFile } from './config/file.ts'
import {
  configSchema,
  type RawSettings,
  type SettingName,
  type Settings,
  settingNames,
} from './config/schema.ts'
import { judgeSecrets } from './config/secrets.ts'
import { type Flags, fromEnvironment, fromFlags, type Source } from './config/sources.ts'
import { StartError } from './start-error.ts'

export { sandboxSmtpPort } from './config/development.ts'
export type { Flags } from './config/sources.ts'
export type { Policy }

/** All settings, checked, and the business rules. */
export type Config = Omit<Settings, 'sealKey'> & {
  sealKey: string[]
  policy: Policy
  /**
   * Warnings about settings that this version still accepts, but the next version will not. Each is one
   * sentence.
   */
  warnings: readonly string[]
}

/**
 * The settings that the commands of the database's owner need. There are only a few, because in production
 * the owner has no other secrets than these.
 */
export type OwnerConfig = Pick<
  Settings,
  | 'env'
  | 'dataDir'
  | 'logLevel'
  | 'databaseUrl'
  | 'databaseDirectUrl'
  | 'databaseOwnerUrl'
  | 'databaseShellUrl'
> & { encryptionKey?: string[] | undefined; sealKey?: string[] | undefined }

/**
 * The problems of the configuration, one line each: the variable, the given value and the allowed values.
 */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(2, problems.join('\n'))
    this.problems = problems
  }
}

/** The data folder where none is named: `.laku` in the folder in which the command is given. */
export const defaultDataDir = '.laku'

const defaults = {
  env: 'development',
  dataDir: defaultDataDir,
  logLevel: 'info',
  databasePoolSize: 20,
  host: '127.0.0.1',
  port: 3000,
  sandboxPort: 3900,
  corsOrigins: [],
  trustedProxies: ['loopback'],
  metricsHost: '127.0.0.1',
  staffHost: '127.0.0.1',
} satisfies RawSettings

export interface ConfigSources {
  env: NodeJS.ProcessEnv
  flags?: Flags
}

/**
 * Loads the configuration from four sources: the defaults, the file of LAKU_CONFIG, the environment and the
 * flags. Each source overrides the earlier ones. Development gets default addresses and credentials of the
 * sandbox, and publicly known secrets; production has no such defaults. Throws ConfigError with all problems
 * at once.
 */
export function loadConfig(sources: ConfigSources): Config {
  const { given, called, problems, policy, production } = gather(sources)
  problems.push(...contradictions(given, production))
  const parsed = configSchema.safeParse(given)
  for (const name of wrongSettings(parsed.error?.issues ?? [])) {
    problems.push(problemOf(name, given[name], called[name]))
  }
  const verdict = production ? judgeSecrets(given) : { problems: [], warnings: [] }
  problems.push(...verdict.problems)
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  return whole(parsed.data, policy, verdict.warnings)
}

const ownerSchema = configSchema
  .pick({
    env: true,
    dataDir: true,
    logLevel: true,
    databaseUrl: true,
    databaseDirectUrl: true,
    databaseOwnerUrl: true,
    databaseShellUrl: true,
    encryptionKey: true,
    sealKey: true,
  })
  .partial({ encryptionKey: true })

/**
 * Loads the part of the configuration that a command of the database's owner needs; other settings are
 * ignored. Throws ConfigError with all problems at once.
 */
export function loadOwnerConfig(sources: ConfigSources): OwnerConfig {
  const { given, called, problems, production } = gather(sources)
  const needed = pickOf(given)
  const hasDatabase = given.databaseUrl !== undefined || given.databaseOwnerUrl !== undefined
  if (production && !hasDatabase) problems.push(problemOf('databaseOwnerUrl', undefined, undefined))
  const parsed = ownerSchema.safeParse(needed)
  for (const name of wrongSettings(parsed.error?.issues ?? [])) {
    problems.push(problemOf(name, given[name], called[name]))
  }
  if (production) problems.push(...judgeSecrets(needed).problems)
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  return { ...parsed.data, sealKey: parsed.data.sealKey ?? parsed.data.encryptionKey }
}

function pickOf(given: RawSettings): RawSettings {
  const names = Object.keys(ownerSchema.shape) as SettingName[]
  return Object.fromEntries(names.map((name) => [name, given[name]]))
}

interface Gathered {
  given: RawSettings
  called: Source['called']
  problems: string[]
  policy: Policy
  production: boolean
}

function gather({ env, flags = {} }: ConfigSources): Gathered {
  const file = readConfigFile(env.LAKU_CONFIG)
  const sources: Source[] = [file, fromEnvironment(env), fromFlags(flags)]
  const own: RawSettings = { ...defaults }
  const called: Source['called'] = {}
  for (const source of sources) merge(own, called, source)
  const problems = sources.flatMap((source) => source.problems)
  const production = own.env === 'production'
  if (!production) problems.push(...halfPairs(own))
  const given = production ? own : { ...developmentDefaults(portsOf(own)), ...own }
  return { given, called, problems, policy: file.policy, production }
}

function merge(given: RawSettings, called: Source['called'], source: Source): void {
  for (const name of settingNames) {
    if (source.given[name] === undefined) continue
    given[name] = source.given[name]
    called[name] = source.called[name] ?? variableOf(configSchema.shape[name]).variable
  }
}

/**
 * Returns the ports of the server and of the sandbox. Other defaults, such as addresses, are made from these
 * ports. If a given port is not valid, the default port is returned. The later check of all settings reports
 * the fault.
 */
function portsOf(given: RawSettings): { port: number; sandboxPort: number } {
  const { port, sandboxPort } = configSchema.shape
  return {
    port: port.safeParse(given.port).data ?? defaults.port,
    sandboxPort: sandboxPort.safeParse(given.sandboxPort).data ?? defaults.sandboxPort,
  }
}

function contradictions(given: RawSettings, production: boolean): string[] {
  const lacksDatabase = production && given.databaseUrl === undefined
  return lacksDatabase ? [problemOf('databaseUrl', undefined, undefined)] : []
}

function halfPairs(own: RawSettings): string[] {
  const halfPair = (own.vapidPublicKey === undefined) !== (own.vapidPrivateKey === undefined)
  return halfPair ? ['VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are a pair: both or none are allowed'] : []
}

function wrongSettings(issues: readonly { path: PropertyKey[] }[]): Set<SettingName> {
  return new Set(settingNames.filter((name) => issues.some((issue) => issue.path[0] === name)))
}

function problemOf(name: SettingName, value: unknown, called: string | undefined): string {
  const { variable, allowed, secret } = variableOf(configSchema.shape[name])
  if (value === undefined) return `${variable} is missing: production needs it, ${allowed}`
  const shown = secret ? 'not acceptable (its value is not shown)' : withoutPasswords(JSON.stringify(value))
  return `${called ?? variable} is ${shown}: it must be ${allowed}`
}

/**
 * Removes the passwords inside addresses from a text. Any address may contain a password, even an address
 * that needs no password.
 */
function withoutPasswords(text: string): string {
  return text.replace(/\/\/[^\s"]*@/g, '//…@')
}

function whole(settings: Settings, policy: Policy, warnings: readonly string[]): Config {
  const { databaseUrl, encryptionKey } = settings
  const databaseDirectUrl = settings.databaseDirectUrl ?? databaseUrl
  const sealKey = settings.sealKey ?? encryptionKey
  return { ...settings, databaseDirectUrl, sealKey, policy, warnings }
}
