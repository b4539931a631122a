import type { Work } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import { lockBook } from './book-transactions.ts'
import { type Booked, bookedOf, claimPostings, isBooked } from './booked-sums.ts'
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

/**
 * Gives the postings of a payment, refund or payout to the oldest of its lines. Otherwise a second line
 * that is booked by itself would get them, if the first line was read before postings were claimed.
 */
export async function claimOldest(work: Work, lines: readonly GatewayTransaction[]): Promise<void> {
  await lockBook(work)
  const booked = await bookedOf(work.tx, lines)
  const of = (line: GatewayTransaction) => booked.get(line.id) as Booked
  await claimPostings(work, lines.filter((line) => isBooked(line, of(line))).map(of))
}
