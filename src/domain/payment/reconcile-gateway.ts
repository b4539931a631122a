import type { Rupiah, Tx } from '../kernel/index.ts'
import { balances } from '../ledger/index.ts'
import { type BookLine, compareTransactions, linesOf } from './compare-transactions.ts'
import type { GatewayContext } from './context.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'

/**
 * `missing_here`: the provider has it, our book does not. `missing_there`: our book has it, the provider does not. `amount`: both have it,
 * with other amounts. `fee`: a final fee that is not booked, or booked with another amount.
 */
export type DifferenceKind = 'missing_here' | 'missing_there' | 'amount' | 'fee'

/** One thing that our gateway account and the provider's book do not agree on. */
export interface Difference {
  kind: DifferenceKind
  type: string
  /** The provider's id of its line, where there is one. */
  transactionId: string | null
  /** Our key of it: the payment's code, the refund's reference, the payout's key; or the ledger's. */
  reference: string
  /** What the gateway gained (or lost, below zero) by each book. */
  oursIdr: Rupiah
  theirsIdr: Rupiah
}

export interface Reconciliation {
  ok: boolean
  since: Date | null
  until: Date | null
  transactions: number
  differences: Difference[]
  /** What the lines that were compared come to, fees taken off. */
  comparedIdr: Rupiah
  /** Our `gateway` account, and what of it is on its way out. */
  gatewayIdr: Rupiah
  inFlightIdr: Rupiah
  /** The provider's own balance, of its own moment: it may hold back what is not settled. */
  providerIdr: Rupiah
}

const A_PAGE = 50
/** A person needs the first few hundred; with more, something is wrong as a whole. */
const SHOWN = 500

/**
 * Holds our gateway account against the provider's book, line by line (the design's "always true", number 7): every line of theirs made
 * between `since` and `until` against our posting of it, and every posting of ours in that time against a line of theirs. What
 * was posted in it and made before it is asked for by itself. Reads only.
 */
export async function reconcileGateway(
  context: GatewayContext,
  { since, until }: { since?: Date | undefined; until?: Date | undefined },
  onPage: (transactions: number) => void = () => {},
): Promise<Reconciliation> {
  const { units, actor, gateway } = context
  const differences: Difference[] = []
  const seen = new Set<string>()
  let [transactions, comparedIdr, afterId] = [0, 0, undefined as string | undefined]
  for (;;) {
    const page = await gateway.listTransactions({
      createdFrom: since,
      createdUntil: until,
      afterId,
      limit: A_PAGE,
    })
    const found = await units.run(actor, ({ tx }) => compareTransactions(tx, page.transactions))
    differences.push(...found)
    for (const one of page.transactions) {
      seen.add(one.id).add(one.productId)
      comparedIdr += effectOf(one)
    }
    transactions += page.transactions.length
    onPage(transactions)
    afterId = page.transactions.at(-1)?.id
    if (!page.hasMore || !afterId || differences.length >= SHOWN) break
  }
  const ours = await units.run(actor, ({ tx }) => linesOf(tx, since, until))
  for (const line of ours) {
    if (differences.length >= SHOWN) break
    if (seen.has(line.providerId ?? '')) continue
    const difference = await missingThere(context, line)
    if (difference) differences.push(difference)
  }
  const providerIdr = await gateway.balanceIdr()
  const totals = await units.run(actor, ({ tx }) => totalsOf(tx))
  return {
    ok: differences.length === 0,
    since: since ?? null,
    until: until ?? null,
    transactions,
    differences,
    comparedIdr,
    ...totals,
    providerIdr,
  }
}

/** What a line did to the balance over there. */
export function effectOf({ status, moneyIn, amountIdr, feeIdr, feeStatus }: GatewayTransaction): Rupiah {
  const movedIdr = status === 'SUCCESS' ? amountIdr : 0
  return (moneyIn ? movedIdr : -movedIdr) - (feeStatus === 'COMPLETED' ? feeIdr : 0)
}

/** A posting that no line was seen for: the provider is asked for just its own, which may be older or newer. */
async function missingThere({ gateway }: GatewayContext, line: BookLine): Promise<Difference | undefined> {
  const { key, kind, providerId, amountIdr: oursIdr } = line
  if (providerId) {
    const { transactions } = await gateway.listTransactions({ productId: providerId, limit: 1 })
    if (transactions.length > 0) return undefined
  }
  return { kind: 'missing_there', type: kind, transactionId: null, reference: key, oursIdr, theirsIdr: 0 }
}

async function totalsOf(tx: Tx): Promise<Pick<Reconciliation, 'gatewayIdr' | 'inFlightIdr'>> {
  const rows = await balances(tx, ['gateway', 'refunds-in-flight', 'payouts-in-flight'])
  const of = (account: string) => rows.find((row) => row.account === account)?.balanceIdr ?? 0
  return { gatewayIdr: of('gateway'), inFlightIdr: of('refunds-in-flight') + of('payouts-in-flight') }
}
