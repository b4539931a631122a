import { type RawBuilder, sql } from 'kysely'
import type { Tx } from './work.ts'

/**
 * The global lock order. Rows of a kind higher in this list are locked before rows of a lower kind, and rows
 * of one kind in the order of their ids. Code that locks rows of several domains locks them all here, so that
 * no two transactions wait for each other. After all of these come the limits of persons (`ops/limits.ts`),
 * and at last the balances of the ledger. `key` names the column with a row's id, if it is not `id`.
 */
const lockOrder = {
  payout: { table: 'payouts', columns: { subjectId: 'subject_id' } },
  payment: {
    table: 'payments',
    columns: { orderId: 'order_id', participantId: 'participant_id', sessionId: 'session_id' },
  },
  session: { table: 'group_buying_sessions', columns: {} },
  participant: { table: 'group_participants', columns: {} },
  order: { table: 'orders', columns: { participantId: 'participant_id' } },
  shipment: { table: 'shipments', columns: {} },
  purchaseOrder: { table: 'warehouse_purchase_orders', columns: {} },
  factory: { table: 'factories', columns: {} },
  product: { table: 'products', columns: {} },
  withdrawal: { table: 'withdrawals', columns: { retryOf: 'retry_of' } },
  wallet: { table: 'wallets', key: 'user_id', columns: {} },
} as const satisfies Record<string, { table: string; key?: string; columns: Record<string, string> }>

export type LockKind = keyof typeof lockOrder

/** The ids of the rows to lock, or a query that selects these ids. */
export type LockedIds = readonly string[] | RawBuilder<unknown>

/** The rows of one kind to lock: those that have one of the given values in any of the given columns. */
export type LockWish<K extends LockKind = LockKind> = {
  [column in 'id' | keyof (typeof lockOrder)[K]['columns']]?: LockedIds
}

export type LockWishes = { [K in LockKind]?: LockWish<K> }

/**
 * Locks these rows until the transaction ends, kind by kind in the global lock order, with one statement for
 * each kind. Returns the ids of the rows that exist. With `share`, several transactions can hold the lock at
 * once; without it, only one, which may change the rows.
 */
export async function lockRows(
  tx: Tx,
  wishes: LockWishes,
  { share = false }: { share?: boolean } = {},
): Promise<Partial<Record<LockKind, string[]>>> {
  const found: Partial<Record<LockKind, string[]>> = {}
  const strength = share ? sql`share` : sql`no key update`
  for (const kind of Object.keys(lockOrder) as LockKind[]) {
    const conditions = conditionsOf(kind, wishes[kind] ?? {})
    if (conditions.length === 0) continue
    const key = sql.ref(keyOf(kind))
    const { rows } = await sql<{ id: string }>`
      select ${key} as id from ${sql.table(lockOrder[kind].table)} where ${sql.join(conditions, sql` or `)}
      order by ${key} for ${strength}`.execute(tx)
    found[kind] = rows.map(({ id }) => id)
  }
  return found
}

function keyOf(kind: LockKind): string {
  const locked = lockOrder[kind]
  return 'key' in locked ? locked.key : 'id'
}

function conditionsOf(kind: LockKind, wish: Record<string, LockedIds | undefined>): RawBuilder<unknown>[] {
  const columns: Record<string, string> = { id: keyOf(kind), ...lockOrder[kind].columns }
  return Object.entries(wish).flatMap(([name, wanted]) => {
    if (!wanted || (Array.isArray(wanted) && wanted.length === 0)) return []
    const column = sql.ref(columns[name] as string)
    if (!Array.isArray(wanted)) return [sql`${column} in (${wanted as RawBuilder<unknown>})`]
    return [sql`${column} = any(${[...new Set(wanted as string[])]}::uuid[])`]
  })
}
