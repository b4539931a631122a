import { ProviderFailure } from '../../kernel/index.ts'
import type { PaymentGateway } from '../gateway.ts'
import type { OurLine } from './our-lines.ts'

/**
 * Whether the provider has a line of a posting of ours, which may be older or newer than those that were
 * read.
 */
export async function isThere(
  gateway: PaymentGateway,
  { names, lineId }: Pick<OurLine, 'names' | 'lineId'>,
): Promise<boolean> {
  if (lineId && (await isLine(gateway, lineId))) return true
  for (const name of names) {
    const ofProduct = await gateway.listTransactions({ productId: name, limit: 1 })
    if (ofProduct.transactions.length > 0) return true
    // The search by reference also returns references that only contain the name.
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
