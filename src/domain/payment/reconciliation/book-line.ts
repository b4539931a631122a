import { requireStaff, type Work } from '../../kernel/index.ts'
import { bookTransactions } from './book-transactions.ts'
import { askAbout, type BookContext, keepLines, suspendLine } from './resolve-lines.ts'

export interface BookedLine {
  id: string
  type: string
  /**
   * `agreed`: our book has the line as the provider has it. `suspended`: the difference went into suspense.
   * `waits`: the line is not final, or its state is unknown.
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
 * Brings our book in line with one line of the provider's book now. Laku asks about the line's object and
 * books the answer; a remaining difference goes into suspense, where staff dispose of it.
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
