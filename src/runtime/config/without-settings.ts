import { variableOf } from './fields.ts'
import { configSchema, settingNames } from './schema.ts'

/**
 * Returns the environment without laku's variables, for a program that must not use them. In a shell, these
 * variables may name a shop's database, its keys and a provider's real account.
 */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const variables = settingNames.map((name) => variableOf(configSchema.shape[name]).variable)
  const ours = new Set([
    'LAKU_CONFIG',
    'CREDENTIALS_DIRECTORY',
    ...variables.flatMap((name) => [name, `${name}_FILE`]),
  ])
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.has(name)))
}
