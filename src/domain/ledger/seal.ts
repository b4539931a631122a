import type { Vault } from '../kernel/index.ts'

export interface SealedEntry {
  account: string
  amountIdr: number
  sessionId: string | null
  orderItemId: string | null
  factoryId: string | null
  userId: string | null
}

export interface SealedTransaction {
  id: string
  key: string
  kind: string
  subjectKind: string
  subjectId: string
  occurredAt: Date
  entries: SealedEntry[]
}

/** Returns the whole content of a ledger transaction as one text, in a fixed order. */
function canonical(transaction: SealedTransaction): string {
  const { id, key, kind, subjectKind, subjectId, occurredAt } = transaction
  const entries = transaction.entries.map((e) =>
    [e.account, e.amountIdr, e.sessionId ?? '', e.orderItemId ?? '', e.factoryId ?? '', e.userId ?? ''].join(
      '|',
    ),
  )
  return [id, key, kind, subjectKind, subjectId, occurredAt.toISOString(), ...entries.sort()].join('\n')
}

/**
 * Returns the seal of a ledger transaction: an HMAC under a key that is not in the database. With it, `laku
 * ledger verify` finds rows that somebody changed past the database's triggers. The seal names its key, so
 * that a wrong LAKU_SEAL_KEY does not look like a changed ledger.
 */
export function sealOf(vault: Vault, transaction: SealedTransaction): string {
  return `${vault.seals.keyId}.${vault.seals.hmac('ledger.seal', canonical(transaction))}`
}

export type SealState = 'holds' | 'broken' | 'other key'

/** Returns the id of the key that made a seal of a ledger transaction, or a head of the ledger's chain. */
export const keyIdOf = (seal: string): string => seal.slice(0, Math.max(0, seal.indexOf('.')))

/**
 * Checks that a ledger transaction is unchanged: by its first seal, and by its additional seal under a newer
 * key. A seal is checked if its key is available. At least one of the two keys must be available.
 */
export function stateOfSeal(
  vault: Vault,
  transaction: SealedTransaction,
  seal: string,
  reseal: string | null = null,
): SealState {
  const { keyIds } = vault.seals
  const legible = [seal, reseal].filter(
    (value) => value !== null && (keyIdOf(value) === '' || keyIds.includes(keyIdOf(value))),
  ) as string[]
  if (legible.length === 0) return 'other key'
  const said = canonical(transaction)
  const holds = legible.every((seal) =>
    vault.seals.verify('ledger.seal', said, seal.slice(seal.indexOf('.') + 1)),
  )
  return holds ? 'holds' : 'broken'
}
