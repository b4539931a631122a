import { requireStaff, type Work } from '../../kernel/index.ts'
import { bookTransactions } from './book-transactions.ts'
import { askAbout, type BookContext, keepLines, suspendLine } from './resolve-lines.ts'

export interface BookedLine {
  id: string
  type: string
  /**
   * The result of booking a line. `agreed`: our book and the provider's agree on the line. `suspended`: the
   * difference went into suspense. `waits`: the line is not final, or its state is unknown.
   */
  became: 'agreed' | 'suspended' | 'waits'
}

/**
 * Records in the audit log that staff book one line of the provider's book now.
 * @throws kernel.forbidden
 */
export async function intendBookLine(work: Work, id: string): Promise<void> {
  requireStaff(work.actor, 'finance')
  work.audit({ command: 'payments book', subject: ['provider_transaction', id], after: { id } })
}

/**
 * Books one line of the provider's book now. Laku asks the provider about the line's payment, refund or
 * payout and books the answer. A remaining difference goes into suspense, where staff dispose of it.
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
