import { sql } from 'kysely'
import { inSql, secondsAfter, type Work } from '../../kernel/index.ts'
import { allOrEach, setAside } from '../../ops/index.ts'
import { applyPayoutAnswers, type PayoutGateway } from '../../payout/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayInvoice } from '../gateway.ts'
import { confirmInvoices, isPaid } from '../invoices/confirm.ts'
import { applyRefundAnswers } from '../refunds/apply-answers.ts'
import { refusedAsNothing } from '../refunds/call-provider.ts'
import { payableStates } from '../transitions.ts'
import { bookTransactions, type KnownOfLine, lockBook, payoutTypes, suspend } from './book-transactions.ts'
import { type Booked, bookedOf } from './booked-sums.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { otherLines } from './other-lines.ts'

/**
 * The dependencies of code that reads Xendit's transaction list. With `payouts`, laku also asks Xendit about
 * the payouts in that list.
 */
export interface BookContext extends GatewayContext {
  payouts?: PayoutGateway | undefined
}

/**
 * The time (s) that laku waits before it asks Xendit about a line that differs from laku's ledger. It waits,
 * because a webhook mostly clears the difference earlier.
 */
const FIRST_LOOK_S = 300
/**
 * The number of checks after which a line that still differs from laku's ledger goes into the suspense
 * account (unexplained money). An hour must have passed as well.
 */
const LOOKS = 3
const STALE_AFTER_S = 3600
const AGAIN_S = 1200
const BATCH_SIZE = 20

/**
 * Stores lines of Xendit's transaction list that differ from laku's ledger, to check them later. Deletes
 * stored lines that agree now.
 */
export async function keepLines(
  work: Work,
  read: readonly GatewayTransaction[],
  differing: readonly GatewayTransaction[],
): Promise<void> {
  const kept = new Set(differing.map((transaction) => transaction.id))
  const agreeing = read
    .filter((transaction) => !kept.has(transaction.id))
    .map((transaction) => transaction.id)
  await sql`delete from provider_lines where id = any(${agreeing})`.execute(work.tx)
  if (differing.length === 0) return
  const rows = differing.map((line) => ({ id: line.id, type: line.type, line }))
  await sql`
    insert into provider_lines (id, type, line, seen_at, next_look_at)
    select r.id, r.type, r.line, ${work.now}, ${secondsAfter(work.now, FIRST_LOOK_S)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id text, type text, line jsonb)
    on conflict (id) do update set line = excluded.line`.execute(work.tx)
}

/**
 * Posts lines of the same payment, refund or payout together, as the reading of a page does: a posting that
 * no line has claimed yet goes to the oldest of them that moved money its way. Stores the lines that differ,
 * and returns their ids.
 */
export async function bookTogether(
  work: Work,
  lines: readonly GatewayTransaction[],
): Promise<ReadonlySet<string>> {
  const { differing } = await bookTransactions(work, lines)
  await keepLines(work, lines, differing)
  return new Set(differing.map((line) => line.id))
}

/**
 * Stores a line of Xendit's transaction list whose posting threw an error, to check it later like a line that
 * differs.
 */
export async function keepAside(work: Work, line: GatewayTransaction) {
  await keepLines(work, [line], [line])
  return toldOf(line)
}

const toldOf = ({ id }: { id: string }) => ({
  subject: ['provider_transaction', id] as [string, string],
  message: `The line ${id} of the provider's list could not be booked; laku tries again`,
  command: `laku payments book ${id}`,
})

interface KeptLine {
  id: string
  looks: number
  seenAt: Date
}

export interface FollowedLines {
  asked: number
  agreed: number
  suspended: number
}

/**
 * Asks Xendit about the payments, refunds and payouts of stored lines that differ from laku's ledger, and
 * records the answers. A line that still differs after three checks and an hour goes into the suspense
 * account (unexplained money). An error with one line does not stop the others.
 */
export async function resolveLines(context: BookContext): Promise<FollowedLines> {
  const { unitOfWork, actor } = context
  const due = await unitOfWork.run(actor, claimDue)
  const sum: FollowedLines = { asked: due.length, agreed: 0, suspended: 0 }
  for (const kept of due) {
    await allOrEach(
      [kept],
      async () => {
        const became = await followLine(context, kept)
        if (became !== 'waits') sum[became] += 1
      },
      (line, error) => setAside(context, line, error, async () => toldOf(line)),
    )
  }
  return sum
}

/**
 * Asks Xendit for the refund of a line, or for the bank account of its payout. The result is empty if the
 * line is about neither, or Xendit does not have it.
 */
export async function knownOf(
  { gateway, payouts }: BookContext,
  { type, productId }: GatewayTransaction,
): Promise<KnownOfLine> {
  if (!productId) return {}
  if (type === 'REFUND') return { refund: await refusedAsNothing(() => gateway.getRefund(productId)) }
  if (!payouts || !payoutTypes.has(type)) return {}
  return { receivedBy: (await refusedAsNothing(() => payouts.getPayout(productId)))?.destination }
}

async function claimDue(work: Work): Promise<KeptLine[]> {
  const { rows } = await sql<KeptLine>`
    update provider_lines l set looks = l.looks + 1, next_look_at = ${secondsAfter(work.now, AGAIN_S)}
    from (
      select id from provider_lines where next_look_at <= ${work.now} order by next_look_at limit ${BATCH_SIZE}
      for no key update skip locked
    ) due where l.id = due.id returning l.id, l.looks, l.seen_at`.execute(work.tx)
  return rows
}

type FollowedLine = 'agreed' | 'suspended' | 'waits'

async function followLine(context: BookContext, { id, looks, seenAt }: KeptLine): Promise<FollowedLine> {
  const { unitOfWork, actor, gateway } = context
  const line = await unlessFailing(() => gateway.getTransaction(id))
  if (!line) return 'waits'
  await askAbout(context, line)
  const known = looks < LOOKS ? {} : await askKnown(context, line)
  // Without the object's other lines, laku cannot tell which of them a posting counts for. So the line waits.
  const others = looks < LOOKS ? undefined : await unlessFailing(() => otherLines(context, line))
  const mayWait = ({ now }: Pick<Work, 'now'>) => !others || secondsAfter(seenAt, STALE_AFTER_S) > now
  try {
    return await unitOfWork.run(actor, async (work): Promise<FollowedLine> => {
      const differing = await bookTogether(work, [line, ...(others ?? [])])
      if (!differing.has(line.id)) return 'agreed'
      if (mayWait(work)) return 'waits'
      await suspendLine(work, line, known, others)
      return 'suspended'
    })
  } catch (error) {
    // The line cannot be posted. While the line may wait (`mayWait`), it is tried again later. After that,
    // its money goes into the suspense account (unexplained money).
    return await unitOfWork.run(actor, async (work): Promise<FollowedLine> => {
      if (mayWait(work)) throw error
      await suspendLine(work, line, known, others)
      return 'suspended'
    })
  }
}

/**
 * Moves the difference between a line of Xendit's transaction list and laku's ledger into the suspense
 * account (unexplained money). Deletes the stored line, because list and ledger now agree. With the other
 * lines of its object (`others`), no posting counts for this line that counts for one of them.
 */
export async function suspendLine(
  work: Work,
  line: GatewayTransaction,
  known: KnownOfLine = {},
  others: readonly GatewayTransaction[] = [],
): Promise<void> {
  await lockBook(work)
  const booked = (await bookedOf(work.tx, [line, ...others])).get(line.id) as Booked
  await suspend(
    work,
    line,
    booked,
    `the provider's book has it otherwise than ours: ${line.type}, ${line.status}`,
    known,
  )
  await sql`delete from provider_lines where id = ${line.id}`.execute(work.tx)
}

/**
 * Asks Xendit about the payment, refund or payout of a line in its transaction list, and records the answer.
 */
export async function askAbout(context: BookContext, line: GatewayTransaction): Promise<void> {
  await unlessFailing(() => askObject(context, line))
}

/**
 * Asks Xendit for the refund or the bank account of a line; the result is empty if Xendit does not answer.
 */
export async function askKnown(context: BookContext, line: GatewayTransaction): Promise<KnownOfLine> {
  return (await unlessFailing(() => knownOf(context, line))) ?? {}
}

export async function askObject(
  { unitOfWork, actor, gateway, payouts }: BookContext,
  line: GatewayTransaction,
): Promise<void> {
  const { type, productId, paymentLinkId, referenceId } = line
  if (type === 'PAYMENT' || type === 'CHARGEBACK') {
    // A chargeback waits while its payment is not confirmed, so laku asks about the payment's invoice.
    const invoiceId = paymentLinkId ?? (await unitOfWork.run(actor, (work) => invoiceOf(work, productId)))
    const invoices = invoiceId
      ? [await gateway.getInvoice(invoiceId)]
      : referenceId
        ? await gateway.findInvoices(referenceId)
        : []
    await unitOfWork.run(actor, async (work) => {
      const byTheBook = await paidByTheBook(work, line, invoices)
      await confirmInvoices(work, [...invoices.filter(isPaid), ...byTheBook])
    })
  } else if (type === 'REFUND' && productId) {
    const refund = await gateway.getRefund(productId)
    await unitOfWork.run(actor, (work) => applyRefundAnswers(work, [refund]))
  } else if (productId && payouts) {
    const payout = await payouts.getPayout(productId)
    await unitOfWork.run(actor, (work) => applyPayoutAnswers(work, [payout]))
  }
}

/**
 * Returns an unpaid invoice as paid, if Xendit's transaction list has its money and a webhook says that the
 * payment is paid. List and webhook together count more than the invoice.
 */
async function paidByTheBook(
  work: Work,
  line: GatewayTransaction,
  invoices: readonly GatewayInvoice[],
): Promise<GatewayInvoice[]> {
  const unpaid = invoices.filter((invoice) => !isPaid(invoice))
  if (line.type !== 'PAYMENT' || line.status !== 'SUCCESS' || !line.moneyIn || unpaid.length !== 1) return []
  const { rows } = await sql<{ code: string }>`
    select code from payments
    where code = ${unpaid[0]?.externalId} and status in ${inSql(payableStates)}
      and contradicted_at is not null and contradiction_decided_at is null`.execute(work.tx)
  const { amountIdr, createdAt, channel, productId } = line
  return rows.length === 0
    ? []
    : unpaid.map((invoice) => ({
        ...invoice,
        status: 'PAID' as const,
        paidAmountIdr: amountIdr,
        paidAt: createdAt,
        ...(channel !== null && { paymentChannel: channel.replace(/^ID_/, '') }),
        ...(productId !== null && productId !== invoice.id && { paymentId: productId }),
      }))
}

/**
 * Finds a payment's invoice by Xendit's id of the payment or of its request. Both ids are stored with the
 * payment.
 */
async function invoiceOf(work: Work, productId: string | null): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select provider_invoice_id as id from payments where provider_payment_id = ${productId} or provider_payment_request_id = ${productId}
    union all
    select provider_invoice_id from quarantined_money where ${productId} in (provider_payment_id, provider_payment_request_id)
    limit 1`.execute(work.tx)
  return rows[0]?.id
}

/**
 * Ignores a failed call to Xendit and an answer that cannot be recorded; the line of Xendit's transaction
 * list stays as it is. The line is checked again. If it still differs in the end, its money goes into the
 * suspense account (unexplained money).
 */
async function unlessFailing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch {
    return undefined
  }
}
