import { ProviderFailure } from '../../kernel/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import type { OurLine } from './our-lines.ts'

/**
 * Returns true if Xendit's transaction list has a line for a posting in laku's ledger. That line may be older
 * or newer than the lines read so far.
 */
export async function isThere(
  gateway: PaymentGateway,
  { names, lineId }: Pick<OurLine, 'names' | 'lineId'>,
): Promise<boolean> {
  if (lineId && (await isLine(gateway, lineId))) return true
  for (const name of names) {
    const ofProduct = await gateway.listTransactions({ productId: name, limit: 1 })
    if (ofProduct.transactions.length > 0) return true
    // Xendit's search by reference also returns lines whose reference only contains the text searched for.
    const named = await gateway.listTransactions({ referenceId: name, limit: 50 })
    if (named.transactions.some((transaction) => transaction.referenceId === name)) return true
  }
  return false
}

async function isLine(gateway: PaymentGateway, id: string): Promise<boolean> {
  try {
    await gateway.getTransaction(id)
    return true
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused') return false
    throw error
  }
}
