import type { GatewayContext } from '../context.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { linesNamed } from './search-provider.ts'

/** Returns the other lines of Xendit's transaction list about the same payment, refund or payout. */
export async function otherLines(
  { gateway }: Pick<GatewayContext, 'gateway'>,
  { id, productId, paymentLinkId, referenceId }: GatewayTransaction,
): Promise<GatewayTransaction[]> {
  const names = [productId, paymentLinkId, referenceId].flatMap((name) => name ?? [])
  const found = new Map<string, GatewayTransaction>()
  for await (const lines of linesNamed(gateway, { names, lineId: null }))
    for (const line of lines) if (line.id !== id) found.set(line.id, line)
  return [...found.values()]
}
