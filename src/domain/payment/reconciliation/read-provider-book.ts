import { ProviderFailure, requireStaff, type Work } from '../../kernel/index.ts'
import { inOneOrEach } from '../../ops/index.ts'
import { type BookedTransactions, bookTransactions } from './book-transactions.ts'
import type { GatewayTransaction, GatewayTransactionPage, UnreadTransaction } from './gateway-transactions.ts'
import { beginAnew, markPage, type Reading, readMark } from './reading-mark.ts'
import { type BookContext, keepAside, keepLines, resolveLines } from './resolve-lines.ts'

const A_PAGE = 50
/**
 * The maximum number of pages of Xendit's transaction list that one run reads. It is limited, because Xendit
 * allows 600 calls a minute. The next run reads the remaining pages, ten seconds later (`bookReadingGoesOn`).
 */
const PAGES_PER_RUN = 20
export interface ProviderBookRead extends Omit<BookedTransactions, 'differing'> {
  transactions: number
  /**
   * The number of differing lines about which laku asked Xendit (`asked`), and how many of them agree with
   * laku's ledger now (`agreed`).
   */
  asked: number
  agreed: number
  /** True if Xendit's transaction list was read to its end. */
  complete: boolean
}

/**
 * Continues to read Xendit's transaction list where the last reading ended. Posts fees, chargebacks and
 * transfers between Xendit and the bank. Lines of payments, refunds and payouts that differ from laku's
 * ledger are stored: laku asks Xendit about them later.
 */
export async function readProviderBook(context: BookContext): Promise<ProviderBookRead> {
  const { unitOfWork, actor } = context
  const sum: ProviderBookRead = {
    transactions: 0,
    complete: false,
    fees: 0,
    feesIdr: 0,
    moved: 0,
    chargebacks: 0,
    suspended: 0,
    asked: 0,
    agreed: 0,
  }
  for (let page = 0; page < PAGES_PER_RUN && !sum.complete; page++) {
    const reading = await unitOfWork.run(actor, readMark)
    const found = await readPage(context, reading)
    const booked = await bookPage(context, reading, found)
    // Another process reads Xendit's transaction list at the same time. It continues, and this process stops.
    if (!booked) return sum
    sum.transactions += found.transactions.length
    sum.fees += booked.fees
    sum.feesIdr += booked.feesIdr
    sum.moved += booked.moved
    sum.chargebacks += booked.chargebacks
    sum.suspended += booked.suspended
    sum.complete = !found.hasMore
  }
  const followed = await resolveLines(context)
  return { ...sum, ...followed, suspended: sum.suspended + followed.suspended }
}

async function readPage(
  { unitOfWork, actor, gateway }: BookContext,
  reading: Reading,
): Promise<GatewayTransactionPage> {
  const { from, afterId } = reading
  try {
    return await gateway.listTransactions({
      updatedFrom: from ?? undefined,
      afterId: afterId ?? undefined,
      limit: A_PAGE,
    })
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused' && afterId !== null)
      await unitOfWork.run(actor, (work) => beginAnew(work, reading, error.code))
    throw error
  }
}

/**
 * Posts a page of Xendit's transaction list and marks it as read, in one transaction. If that throws, each
 * line is posted alone; a line that throws again is stored and reported to staff. Returns undefined if
 * another process marked the page meanwhile.
 */
async function bookPage(
  context: BookContext,
  reading: Reading,
  found: GatewayTransactionPage,
): Promise<BookedTransactions | undefined> {
  const { unitOfWork, actor } = context
  const read = async (work: Work) => {
    if (!(await markPage(work, reading, found))) return false
    reportUnread(work, found.unread ?? [])
    return true
  }
  try {
    return await unitOfWork.run(actor, async (work) =>
      (await read(work)) ? await bookLines(work, found.transactions) : undefined,
    )
  } catch {
    const booked = await inOneOrEach(
      context,
      found.transactions,
      async (work, lines) => [await bookLines(work, lines)],
      keepAside,
    )
    if (!(await unitOfWork.run(actor, read))) return undefined
    const sumOf = (what: keyof Omit<BookedTransactions, 'differing'>) =>
      booked.reduce((sum, line) => sum + line[what], 0)
    return {
      fees: sumOf('fees'),
      feesIdr: sumOf('feesIdr'),
      moved: sumOf('moved'),
      chargebacks: sumOf('chargebacks'),
      suspended: sumOf('suspended'),
      differing: booked.flatMap((line) => line.differing),
    }
  }
}

async function bookLines(work: Work, lines: readonly GatewayTransaction[]): Promise<BookedTransactions> {
  const done = await bookTransactions(work, lines)
  await keepLines(work, lines, done.differing)
  return done
}

/**
 * Writes into the audit log that staff continue the reading of Xendit's transaction list now. Returns the
 * time from which the list is read; null means from its beginning.
 * @throws kernel.forbidden
 */
export async function intendBookReading(work: Work): Promise<Date | null> {
  requireStaff(work.actor, 'finance')
  const { from, stored } = await readMark(work)
  const { through } = stored
  work.audit({ command: 'payments sync', subject: ['provider', 'xendit'], before: { through } })
  return from
}

/**
 * Notifies staff of lines in Xendit's transaction list that laku cannot read: one attention item for each
 * combination of unreadable fields.
 */
function reportUnread(work: Work, unread: readonly UnreadTransaction[]): void {
  for (const [fields, some] of Map.groupBy(unread, (unreadTransaction) =>
    unreadTransaction.fields.join(', '),
  )) {
    work.requestAttention({
      kind: 'provider_transaction_unknown',
      subject: ['provider_transaction', `unread: ${fields}`],
      message: `The provider's list has lines that laku cannot read (${fields}), so they are not booked. Look at them, and ask the provider.`,
      command: 'laku payments reconcile',
      details: { ids: some.map((unreadTransaction) => unreadTransaction.id).slice(0, 10) },
    })
  }
}
