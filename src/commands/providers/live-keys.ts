import type { Config } from '../../runtime/config.ts'

type Keys = Pick<Config, 'xenditSecretKey' | 'biteshipApiKey'>

/**
 * Returns the names of the settings whose provider key is not marked as a test key. A key without such a mark
 * counts as live.
 */
export function liveKeys({ xenditSecretKey, biteshipApiKey }: Keys): string[] {
  const keys: [variable: string, isForTests: boolean][] = [
    ['XENDIT_SECRET_KEY', xenditSecretKey.startsWith('xnd_development_')],
    ['BITESHIP_API_KEY', biteshipApiKey.startsWith('biteship_test')],
  ]
  return keys.flatMap(([variable, isForTests]) => (isForTests ? [] : [variable]))
}
