import { requireStaff, type Work } from '../../kernel/index.ts'
import { otherLines } from './other-lines.ts'
import { askAbout, askKnown, type BookContext, bookTogether, suspendLine } from './resolve-lines.ts'

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
  const others = await otherLines(context, line)
  const became = await unitOfWork.run(actor, async (work): Promise<BookedLine['became']> => {
    const differing = await bookTogether(work, [line, ...others])
    if (line.status === 'PENDING' || line.status === 'UNKNOWN') return 'waits'
    if (!differing.has(line.id)) return 'agreed'
    await suspendLine(work, line, known, others)
    return 'suspended'
  })
  return { id, type: line.type, became }
}
