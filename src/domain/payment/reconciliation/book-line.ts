import { requireStaff, type Work } from '../../kernel/index.ts'
import { bookTransactions } from './book-transactions.ts'
import { askAbout, type BookContext, keepLines, suspendLine } from './resolve-lines.ts'

export interface BookedLine {
  id: string
  type: string
  /**
   * `agreed`: our book has it as the provider has; `suspended`: by way of suspense; `waits`: a person has to
   * say what it is, or it is not final.
   */
  became: 'agreed' | 'suspended' | 'waits'
}

/**
 * Writes down that staff have one line of the provider's book booked now.
 * @throws kernel.forbidden
 */
export async function intendBookLine(work: Work, id: string): Promise<void> {
  requireStaff(work.actor, 'finance')
  work.audit({ command: 'payments book', subject: ['provider_transaction', id], after: { id } })
}

/**
 * Brings our book to what one line of the provider's says, now: what the line is of is asked about and
 * followed, and what differs still is put into suspense, from where it is disposed of.
 */
export async function bookLine(context: BookContext, id: string): Promise<BookedLine> {
  const { units, actor, gateway } = context
  const line = await gateway.getTransaction(id)
  await askAbout(context, line)
  const became = await units.run(actor, async (work): Promise<BookedLine['became']> => {
    const { differing } = await bookTransactions(work, [line])
    await keepLines(work, [line], differing)
    if (line.status === 'PENDING' || line.status === 'UNKNOWN') return 'waits'
    if (differing.length === 0) return 'agreed'
    await suspendLine(work, line)
    return 'suspended'
  })
  return { id, type: line.type, became }
}
