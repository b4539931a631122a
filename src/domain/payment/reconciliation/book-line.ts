import { requireStaff, type Work } from '../../kernel/index.ts'
import { bookTransactions, lockBook } from './book-transactions.ts'
import { type Booked, bookedOf, claimPostings, isBooked } from './booked-sums.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { askAbout, askKnown, type BookContext, keepLines, suspendLine } from './resolve-lines.ts'
import { linesNamed } from './search-provider.ts'

export interface BookedLine {
  id: string
  type: string
  /**
   * The result of posting a line of Xendit's transaction list. `agreed`: laku's ledger agrees with the line.
   * `suspended`: the difference went into the suspense account (unexplained money). `waits`: the line is not
   * final, or its state is unknown.
   */
  became: 'agreed' | 'suspended' | 'waits'
}

/**
 * Writes into the audit log that staff post one line of Xendit's transaction list now.
 * @throws kernel.forbidden
 */
export async function intendBookLine(work: Work, id: string): Promise<void> {
  requireStaff(work.actor, 'finance')
  work.audit({ command: 'payments book', subject: ['provider_transaction', id], after: { id } })
}

/**
 * Posts one line of Xendit's transaction list now. Laku asks Xendit about the line's payment, refund or
 * payout and records the answer. If the ledger still differs from the line, the difference goes into the
 * suspense account (unexplained money), for staff.
 */
export async function bookLine(context: BookContext, id: string): Promise<BookedLine> {
  const { unitOfWork, actor, gateway } = context
  const line = await gateway.getTransaction(id)
  await askAbout(context, line)
  const known = await askKnown(context, line)
  const all = [line, ...(await otherLines(context, line))]
  const became = await unitOfWork.run(actor, async (work): Promise<BookedLine['became']> => {
    await claimOldest(work, all)
    const { differing } = await bookTransactions(work, [line])
    await keepLines(work, [line], differing)
    if (line.status === 'PENDING' || line.status === 'UNKNOWN') return 'waits'
    if (differing.length === 0) return 'agreed'
    await suspendLine(work, line, known)
    return 'suspended'
  })
  return { id, type: line.type, became }
}

/** Returns the other lines of Xendit's transaction list about the same payment, refund or payout. */
async function otherLines(
  { gateway }: BookContext,
  { id, productId, referenceId }: GatewayTransaction,
): Promise<GatewayTransaction[]> {
  const names = [productId, referenceId].flatMap((name) => name ?? [])
  const found = new Map<string, GatewayTransaction>()
  for await (const lines of linesNamed(gateway, { names, lineId: null }))
    for (const line of lines) if (line.id !== id) found.set(line.id, line)
  return [...found.values()]
}

/**
 * Gives the postings of a payment, refund or payout to the oldest of its lines. Otherwise staff who post its
 * second line would give the postings to that line.
 */
async function claimOldest(work: Work, lines: readonly GatewayTransaction[]): Promise<void> {
  await lockBook(work)
  const booked = await bookedOf(work.tx, lines)
  const of = (line: GatewayTransaction) => booked.get(line.id) as Booked
  await claimPostings(work, lines.filter((line) => isBooked(line, of(line))).map(of))
}
