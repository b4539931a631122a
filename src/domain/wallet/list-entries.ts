import { type Rupiah, requireCustomer, type Tx, type Work } from '../kernel/index.ts'
import { listEntries, walletAccount } from '../ledger/index.ts'

export interface WalletEntry {
  id: string
  /**
   * The kind of the ledger posting, such as `refund.decided`, `participant.released` or `payment.confirmed`.
   */
  kind: string
  /** The change of the wallet's balance. Positive: money came in. Negative: money went out. */
  amountIdr: Rupiah
  occurredAt: Date
}

export interface WalletPage {
  data: WalletEntry[]
  nextCursor: string | null
}

/**
 * Lists the movements of the caller's own wallet, newest first, by keyset pages. `cursor` is the `nextCursor`
 * of the previous page.
 * @throws kernel.forbidden
 */
export async function listWalletEntries(
  work: Work,
  page: { limit: number; cursor?: string | undefined },
): Promise<WalletPage> {
  return await listEntriesOf(work.tx, requireCustomer(work.actor), page)
}

/**
 * Lists the movements of any user's wallet, newest first, by keyset pages. For staff: the caller need not own
 * the wallet.
 */
export async function listEntriesOf(
  tx: Tx,
  userId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<WalletPage> {
  const account = walletAccount(userId)
  const before = page.cursor === undefined ? {} : { before: Number(page.cursor) }
  const lines = await listEntries(tx, { account, limit: page.limit + 1, ...before })
  const shown = lines.slice(0, page.limit)
  // The ledger books money that comes into a wallet as a credit, with a negative amount. The wallet's owner
  // sees this amount as positive.
  const data = shown.map(({ seq, kind, amountIdr, occurredAt }) => ({
    id: String(seq),
    kind,
    amountIdr: -amountIdr,
    occurredAt,
  }))
  return { data, nextCursor: lines.length > page.limit ? (data.at(-1)?.id ?? null) : null }
}
