import { sql } from 'kysely'
import type { AuditEntry, Tx, Vault } from '../../kernel/index.ts'

type Purpose = 'encryption' | 'seal'

/** An encryption or seal key that belongs to the database; `id` is the key's name. */
export interface AdmittedKey {
  purpose: Purpose
  id: string
  admittedAt: Date
  retiredAt: Date | null
}

/** An older key with which a process began to write, after processes had written with a newer key. */
export interface KeySetBack {
  purpose: Purpose
  key: string
  newer: string
  at: Date
}

/** The key that wrote from this instant on: a process began with it, or all data were rewritten under it. */
interface Turn {
  purpose: Purpose
  key: string
  /** The newer key that had written before a process began with this one. */
  insteadOf: string | null
  isRewrite: boolean
  at: Date
}

/** The command of the audit entries with which keys processes write. */
export const KEYS_WRITE = 'keys write'
/**
 * Keys that one `laku db keys admit` stored have almost the same time (ms), and none of them is the newer.
 */
export const AT_ONCE_MS = 1_000

/**
 * Returns the audit entries with which a server or a worker says, at its start, with which keys it writes.
 * There is one for each purpose whose last writer had another key; none in the ordinary case. An entry with
 * `insteadOf` says that a newer key had written before, so the order of the keys was set back.
 */
export async function writingKeyEntries(
  tx: Tx,
  vault: Vault,
  keys: readonly AdmittedKey[],
): Promise<AuditEntry[]> {
  const turns = await readTurns(tx, keys)
  const writing = { encryption: vault.keyId, seal: vault.seals.keyId }
  return (['encryption', 'seal'] as const).flatMap((purpose) => {
    const id = writing[purpose]
    const before = turns.filter((turn) => turn.purpose === purpose)
    if (before.at(-1)?.key === id) return []
    const own = keys.find((key) => key.purpose === purpose && key.id === id)
    const newer = keys.findLast(
      (key) =>
        own !== undefined &&
        key.purpose === purpose &&
        key.retiredAt === null &&
        key.admittedAt.getTime() > own.admittedAt.getTime() + AT_ONCE_MS &&
        before.some((turn) => turn.key === key.id),
    )
    const after = { purpose, ...(newer && { insteadOf: newer.id }) }
    return [{ command: KEYS_WRITE, subject: ['key', id], after } satisfies AuditEntry]
  })
}

/**
 * Returns the keys that were set back, and with which processes may still write: nobody has rewritten the
 * data under another key since then, which is the last step after all processes were restarted. Once the
 * newer key is retired, the shop went back on purpose.
 */
export async function keysSetBack(tx: Tx, keys: readonly AdmittedKey[]): Promise<KeySetBack[]> {
  const turns = await readTurns(tx, keys)
  return keys.flatMap(({ purpose, id, retiredAt }) => {
    if (retiredAt !== null) return []
    const own = turns.filter((turn) => turn.purpose === purpose)
    const last = own.findLastIndex(({ key, insteadOf }) => key === id && insteadOf !== null)
    const turn = own[last]
    const newer = keys.find((key) => key.purpose === purpose && key.id === turn?.insteadOf)
    if (!turn || !newer || newer.retiredAt !== null) return []
    if (own.slice(last).some(({ key, isRewrite }) => isRewrite && key !== id)) return []
    return [{ purpose, key: id, newer: newer.id, at: turn.at }]
  })
}

async function readTurns(tx: Tx, keys: readonly AdmittedKey[]): Promise<Turn[]> {
  const ids = keys.map(({ id }) => id)
  const { rows } = await sql<Turn>`
    select after ->> 'purpose' as purpose, subject_id as key, after ->> 'insteadOf' as instead_of, false as is_rewrite,
      occurred_at as at, id
    from audit_log where subject_id = any(${ids}::text[]) and subject_kind = 'key' and command = ${KEYS_WRITE}
    union all
    select purpose, after ->> (purpose || 'Key'), null, true, occurred_at, id
    from audit_log cross join unnest(array['encryption', 'seal']) as purpose
    where subject_id = any(${ids}::text[]) and subject_kind = 'key' and command = 'db keys rewrite'
    order by at, id`.execute(tx)
  return rows
}
