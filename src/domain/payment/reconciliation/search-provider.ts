import { ProviderFailure } from '../../kernel/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import type { OurLine } from './our-lines.ts'

const A_PAGE = 50

/**
 * Searches Xendit's transaction list for the lines that a posting in laku's ledger names, whatever their age.
 * Yields the lines of each call as they arrive, so that the caller can stop once it has found the posting's
 * line.
 */
export async function* linesNamed(
  gateway: PaymentGateway,
  { names, lineId }: Pick<OurLine, 'names' | 'lineId'>,
): AsyncGenerator<GatewayTransaction[]> {
  const own = lineId && (await lineOf(gateway, lineId))
  if (own) yield [own]
  for (const name of names) {
    const ofProduct = await gateway.listTransactions({ productId: name, limit: A_PAGE })
    if (ofProduct.transactions.length > 0) yield ofProduct.transactions
    // Xendit's search by reference also returns lines whose reference only contains the text searched for.
    const named = await gateway.listTransactions({ referenceId: name, limit: A_PAGE })
    const same = named.transactions.filter((transaction) => transaction.referenceId === name)
    if (same.length > 0) yield same
  }
}

async function lineOf(gateway: PaymentGateway, id: string): Promise<GatewayTransaction | undefined> {
  try {
    return await gateway.getTransaction(id)
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused') return undefined
    throw error
  }
}
