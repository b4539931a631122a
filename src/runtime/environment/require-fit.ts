import type pg from 'pg'
import type { Vault } from '../../domain/kernel/index.ts'
import { shownUrl } from '../connect.ts'
import { StartError } from '../start-error.ts'
import {
  type DatabaseEnvironment,
  type Environment,
  environmentOf,
  type KeyPurpose,
  readEnvironment,
} from './read-environment.ts'

/** The process that opens a database: its environment and its keys. */
export interface Opener {
  env: Environment
  vault: Vault
  url: string
  embedded: boolean
}

/** The variable that has the keys of each purpose, as people know it. */
export const keyVariables: Record<KeyPurpose, string> = {
  encryption: 'LAKU_ENCRYPTION_KEY',
  seal: 'LAKU_SEAL_KEY (or LAKU_ENCRYPTION_KEY, where the book has no key of its own)',
}

/**
 * Checks, before anything is done, that this process and this database belong together. Both must be
 * development's or both production's, and the process must have the database's keys. Throws StartError 2.
 */
export async function requireFit(pool: pg.Pool, opener: Opener): Promise<void> {
  const known = await readEnvironment(pool)
  requireSameEnvironment(known, opener)
  requireSameKeys(known, opener)
}

/** Checks that LAKU_ENV agrees with the environment of the database. Throws StartError 2. */
export function requireSameEnvironment(
  known: DatabaseEnvironment | undefined,
  { env, url, embedded }: Omit<Opener, 'vault'>,
): void {
  const actual = environmentOf(known, { embedded })
  if (actual === env) return
  if (actual === 'development') {
    throw new StartError(
      2,
      `the database ${shownUrl(url)} is development's, and LAKU_ENV is production: production needs a database of its own (laku db migrate --environment production)`,
    )
  }
  const why = known?.stamped
    ? "is production's"
    : "counts as production's, because its owner has not set its environment"
  throw new StartError(
    2,
    `the database ${shownUrl(url)} ${why}, and LAKU_ENV is development: set LAKU_ENV=production with production's settings; one for development is stamped by its owner (laku db migrate --environment development)`,
  )
}

/**
 * Compares the encryption and seal keys of this process with those that the database was written with. Throws
 * StartError 2 if a key is unknown to the database, or missing.
 */
export function requireSameKeys(
  known: DatabaseEnvironment | undefined,
  { url, vault }: Pick<Opener, 'url' | 'vault'>,
): void {
  for (const purpose of ['encryption', 'seal'] as const) {
    const keys = (known?.keys ?? []).filter((key) => key.purpose === purpose)
    const active = keys.filter((key) => key.retiredAt === null)
    const given = purpose === 'encryption' ? vault.keyIds : vault.seals.keyIds
    const refuse = (why: string) => {
      throw new StartError(2, `${keyVariables[purpose]} does not fit the database ${shownUrl(url)}: ${why}`)
    }
    if (active.length === 0) refuse('no key was admitted to it: its owner runs laku db keys admit')
    const [writes] = given
    const stranger = given.find((id) => !keys.some((key) => key.id === id))
    if (stranger) {
      refuse(
        `the key ${stranger} is not one of its keys (${active.map(({ id }) => id).join(', ')}); to add the key, its owner runs laku db keys admit`,
      )
    }
    const missing = active.find(({ id }) => !given.includes(id))
    if (missing) {
      refuse(
        `some of its data is under the key ${missing.id}: add that key at the end, after a comma, until it is retired`,
      )
    }
    if (!active.some(({ id }) => id === writes)) refuse(`the key ${writes} is retired: put the new one first`)
  }
}
