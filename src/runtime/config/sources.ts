import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../data-folder.ts'
import { variableOf } from './fields.ts'
import { configSchema, type RawSettings, type SettingName, settingNames } from './schema.ts'

/**
 * The settings that one source (such as the environment) gives, the source's own name for each setting, and
 * the problems found so far.
 */
export interface Source {
  given: RawSettings
  called: { [K in SettingName]?: string }
  problems: string[]
}

/**
 * Reads the settings from the environment: each from its variable `NAME`. A secret may instead be in the file
 * that `NAME_FILE` names, or in the file `$CREDENTIALS_DIRECTORY/NAME`. An empty value counts as not given,
 * as in env files.
 */
export function fromEnvironment(env: NodeJS.ProcessEnv): Source {
  const source: Source = { given: {}, called: {}, problems: [] }
  for (const name of settingNames) {
    const { variable, secret } = variableOf(configSchema.shape[name])
    if (env[variable]) {
      source.given[name] = env[variable]
      if (secret && env[`${variable}_FILE`]) {
        source.problems.push(`${variable} and ${variable}_FILE are both given: one of them is allowed`)
      }
    } else if (secret) {
      source.given[name] = secretFile(env, variable, source.problems)
    }
  }
  return source
}

function secretFile(env: NodeJS.ProcessEnv, variable: string, problems: string[]): string | undefined {
  const named = env[`${variable}_FILE`]
  const credentials = env.CREDENTIALS_DIRECTORY
  const path = named || (credentials && join(credentials, variable))
  if (!path) return undefined
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    if (!named && systemCode(error) === 'ENOENT') return undefined
    problems.push(
      `${named ? `${variable}_FILE` : variable} is ${path}: it cannot be read (${systemCode(error)})`,
    )
    return undefined
  }
}

export type Flags = { [K in SettingName]?: string | number | undefined }

/**
 * Reads the settings from the flags of the command line, by the settings' names: `dataDir` is `--data-dir`.
 */
export function fromFlags(flags: Flags): Source {
  const source: Source = { given: {}, called: {}, problems: [] }
  for (const name of settingNames) {
    if (flags[name] === undefined) continue
    source.given[name] = flags[name]
    source.called[name] = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  }
  return source
}
