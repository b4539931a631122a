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

/** All that a ledger transaction says, as one text in one order. */
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
 * The seal of a transaction: an HMAC under a key that the database does not hold, so that a row edited by somebody
 * who may pass the triggers is still found by `laku ledger verify`. It names its key, so that a book is
 * not taken for forged where only LAKU_SEAL_KEY is another one.
 */
export function sealOf(vault: Vault, transaction: SealedTransaction): string {
  return `${vault.seals.keyId}.${vault.seals.hmac('ledger.seal', canonical(transaction))}`
}

export type SealState = 'holds' | 'broken' | 'other key'

export function stateOfSeal(vault: Vault, transaction: SealedTransaction, seal: string): SealState {
  const dot = seal.indexOf('.')
  if (dot > 0 && !vault.seals.keyIds.includes(seal.slice(0, dot))) return 'other key'
  return vault.seals.verify('ledger.seal', canonical(transaction), seal.slice(dot + 1)) ? 'holds' : 'broken'
}
