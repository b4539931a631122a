import type pg from 'pg'
import { Vault } from '../../domain/kernel/index.ts'
import type { OwnerConfig } from '../config.ts'
import { StartError } from '../start-error.ts'
import type { Environment, KeyPurpose } from './read-environment.ts'

/** Stores the environment of a database, once. To be called as the database's owner. */
export async function stampEnvironment(owner: pg.Pool, environment: Environment): Promise<void> {
  await owner.query('insert into database_environment (name) values ($1) on conflict do nothing', [
    environment,
  ])
}

/** Returns the names of the encryption and seal keys in a configuration. */
function keyIdsOf({
  encryptionKey,
  sealKey,
}: Pick<OwnerConfig, 'encryptionKey' | 'sealKey'>): Record<KeyPurpose, string[]> {
  return {
    encryption: encryptionKey ? new Vault(encryptionKey).keyIds : [],
    seal: sealKey ? new Vault(sealKey).keyIds : [],
  }
}

/**
 * Makes the keys of this configuration belong to the database from now on, and returns the names of the new
 * keys. To be called as the database's owner. With `isNoted`, each new key gets a row in the audit log.
 * Throws StartError 2 if the ledger was last sealed with a key that is not in the configuration. In this
 * case, the configured keys may belong to another shop.
 */
export async function admitKeys(
  owner: pg.Pool,
  config: Pick<OwnerConfig, 'encryptionKey' | 'sealKey'>,
  { isNoted = true } = {},
): Promise<{ purpose: KeyPurpose; id: string }[]> {
  const ids = keyIdsOf(config)
  await requireKeyOfBook(owner, ids.seal)
  const admitted: { purpose: KeyPurpose; id: string }[] = []
  for (const purpose of ['encryption', 'seal'] as const) {
    for (const id of ids[purpose]) {
      const { rowCount } = await owner.query(
        `insert into database_keys (purpose, id) values ($1, $2)
         on conflict (purpose, id) do update set retired_at = null, admitted_at = clock_timestamp()
           where database_keys.retired_at is not null`,
        [purpose, id],
      )
      if (!rowCount) continue
      admitted.push({ purpose, id })
      if (!isNoted) continue
      await owner.query(
        `insert into audit_log (id, actor_kind, actor_id, actor_name, command, subject_kind, subject_id, after, occurred_at)
         values (next_id(), 'system', 'owner', 'owner', 'db keys admit', 'key', $1, jsonb_build_object('purpose', $2::text), shop_now())`,
        [id, purpose],
      )
    }
  }
  return admitted
}

async function requireKeyOfBook(owner: pg.Pool, ids: readonly string[]): Promise<void> {
  const { rows } = await owner.query<{ id: string }>(
    `select split_part(seal, '.', 1) as id from ledger_transactions where seal like '%.%' order by written_in desc limit 1`,
  )
  const last = rows[0]?.id
  if (last === undefined || ids.length === 0 || ids.includes(last)) return
  throw new StartError(
    2,
    `the ledger of this database was last sealed with the key ${last}, but LAKU_SEAL_KEY (or LAKU_ENCRYPTION_KEY) is ${ids.join(', ')}. Add that key too, after a comma.`,
  )
}

/**
 * Marks a database as a development database with these keys. To be called as the database's owner.
 * @internal
 */
export async function makeDevelopment(
  owner: pg.Pool,
  config: Pick<OwnerConfig, 'encryptionKey' | 'sealKey'>,
): Promise<void> {
  await stampEnvironment(owner, 'development')
  await admitFirstKeys(owner, config)
}

/** Stores the first keys of a database; does nothing if the database has keys already. */
export async function admitFirstKeys(
  owner: pg.Pool,
  config: Pick<OwnerConfig, 'encryptionKey' | 'sealKey'>,
): Promise<void> {
  const { rows } = await owner.query('select from database_keys limit 1')
  if (rows.length === 0) await admitKeys(owner, config, { isNoted: false })
}
