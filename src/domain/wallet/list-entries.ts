import { type Rupiah, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { listEntries, walletAccount } from '../ledger/index.ts'

export interface WalletEntry {
  id: string
  /** The name of what happened: `refund.decided`, `participant.released`, `payment.confirmed`. */
  kind: string
  /** Positive came in, negative went out. */
  amountIdr: Rupiah
  occurredAt: Date
}

export interface WalletPage {
  data: WalletEntry[]
  nextCursor: string | null
}

/**
 * The caller's wallet movements, newest first, by keyset pages; `cursor` is the `nextCursor` of the page
 * before.
 * @throws kernel.forbidden
 */
export async function listWalletEntries(
  work: Work,
  page: { limit: number; cursor?: string | undefined },
): Promise<WalletPage> {
  return await listEntriesOf(work.tx, requireCustomer(work.actor), page)
}

/** The movements of a user's wallet, as above. For staff: whose it is, is not asked. */
export async function listEntriesOf(
  tx: Tx,
  userId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<WalletPage> {
  const account = walletAccount(userId)
  const before = page.cursor === undefined ? {} : { before: Number(page.cursor) }
  const lines = await listEntries(tx, { account, limit: page.limit + 1, ...before })
  const shown = lines.slice(0, page.limit)
  // The ledger credits a wallet when money comes in: the sign turns for its owner.
  const data = shown.map(({ seq, kind, amountIdr, occurredAt }) => ({
    id: String(seq),
    kind,
    amountIdr: -amountIdr,
    occurredAt,
  }))
  return { data, nextCursor: lines.length > page.limit ? (data.at(-1)?.id ?? null) : null }
}
