import { sql } from 'kysely'
import { ProviderFailure, type Rupiah, type Work } from '../../kernel/index.ts'
import { applyPayoutAnswers, type GatewayPayout } from '../../payout/index.ts'
import { type AdoptedRefund, adoptRefund } from '../adoption/adopt-refund.ts'
import type { GatewayRefund } from '../gateway.ts'
import { applyRefundAnswers } from '../refunds/apply-answers.ts'
import { refusedAsNothing } from '../refunds/call-provider.ts'
import type { KnownOfLine } from './book-transactions.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { otherLines } from './other-lines.ts'
import { askObject, type BookContext, bookTogether, knownOf, suspendLine } from './resolve-lines.ts'

export interface Adopting {
  /**
   * Records a payout that was made before a database restore and that the restored database lacks. Returns
   * false if that is not possible.
   */
  payout: (work: Work, answer: GatewayPayout) => Promise<boolean>
  /**
   * Cancels the order or participation of a payment that was refunded in full before a database restore. The
   * cancellation decides that refund again, because the restored database lacks it. The refund is then marked
   * as sent, so it is not sent twice.
   */
  refunding: (work: Work, paymentId: string) => Promise<void>
}

export interface ResolvedLines {
  followed: number
  suspended: number
  refunds: AdoptedRefund[]
  /**
   * The lines of payments, refunds or payouts that are under way at Xendit and that laku's database lacks.
   * Their outcome is not known yet.
   */
  waiting: { reference: string; amountIdr: Rupiah }[]
}

/**
 * Asks Xendit, after a database restore, about every stored line of its transaction list. Records the
 * payments, refunds and payouts that the restored database lacks; other differences go into the suspense
 * account (unexplained money) at once. If Xendit does not answer, the run ends.
 */
export async function resolveKeptLines(context: BookContext, adopting: Adopting): Promise<ResolvedLines> {
  const { unitOfWork, actor, gateway } = context
  const kept = await unitOfWork.run(actor, async ({ tx }) => {
    const { rows } = await sql<{ id: string }>`
      select l.id from provider_lines l
      order by case when l.type = 'PAYMENT' then 1 when l.type = 'REFUND' then 2
        when exists (select from payouts p where p.provider_payout_id = l.line->>'productId') then 3 else 4 end, l.seen_at, l.id`.execute(
      tx,
    )
    return rows
  })
  const sum: ResolvedLines = { followed: 0, suspended: 0, refunds: [], waiting: [] }
  const left = new Set(kept.map(({ id }) => id))
  for (const { id } of kept) {
    if (!left.has(id)) continue
    const line = await gateway.getTransaction(id)
    const lines = [line, ...(await otherLines(context, line))].toSorted(byAge)
    const due = lines.filter((one) => left.delete(one.id))
    await resolveTogether(context, lines, due, adopting, sum)
  }
  return sum
}

const byAge = (a: GatewayTransaction, b: GatewayTransaction) =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)

/**
 * Records Xendit's answers about the stored lines (`due`) of one payment, refund or payout, and posts them
 * together with the other lines of that object. A line alone could get the posting of another one.
 */
async function resolveTogether(
  context: BookContext,
  lines: readonly GatewayTransaction[],
  due: readonly GatewayTransaction[],
  adopting: Adopting,
  sum: ResolvedLines,
): Promise<void> {
  const { unitOfWork, actor } = context
  const known = new Map<string, KnownOfLine>()
  for (const line of due) {
    await unlessUnfollowable(() => adoptObject(context, line, adopting, sum))
    const found = await knownOf(context, line)
    known.set(line.id, { ...found, code: await codeOfLost(context, found.refund) })
  }
  const became = await unitOfWork.run(actor, async (work) => {
    const differing = await bookTogether(work, lines)
    const waiting: GatewayTransaction[] = []
    let suspended = 0
    for (const line of due) {
      if (!differing.has(line.id)) continue
      if (line.status === 'PENDING') waiting.push(line)
      else {
        const others = lines.filter((other) => other.id !== line.id)
        await suspendLine(work, line, known.get(line.id), others)
        suspended += 1
      }
    }
    return { waiting, suspended }
  })
  sum.suspended += became.suspended
  sum.followed += due.length - became.suspended - became.waiting.length
  for (const { referenceId, id, amountIdr } of became.waiting)
    sum.waiting.push({ reference: referenceId ?? id, amountIdr })
}

/**
 * Records Xendit's answer about the payment, refund or payout of a line. If the database lacks that object,
 * it is recorded as one that laku made before a database restore.
 */
async function adoptObject(
  context: BookContext,
  line: GatewayTransaction,
  adopting: Adopting,
  sum: ResolvedLines,
): Promise<void> {
  const { unitOfWork, actor, gateway, payouts } = context
  const { type, productId } = line
  if (type === 'REFUND' && productId) {
    const answer = await gateway.getRefund(productId)
    await unitOfWork.run(actor, async (work) => {
      const adopted = await adoptRefund(work, answer, adopting.refunding)
      if (!adopted) return await applyRefundAnswers(work, [answer])
      sum.refunds.push(adopted)
    })
  } else if (type !== 'PAYMENT' && type !== 'CHARGEBACK' && productId && payouts) {
    const answer = await payouts.getPayout(productId)
    await unitOfWork.run(actor, async (work) => {
      if (!(await adopting.payout(work, answer))) await applyPayoutAnswers(work, [answer])
    })
  } else await askObject(context, line)
}

/**
 * Returns the code of a payment that laku's database lost. The payment's own line is in the suspense account
 * (unexplained money) under this code, and the line of its refund goes there under the same code. So the two
 * sums offset each other.
 */
async function codeOfLost(
  { gateway }: BookContext,
  refund: GatewayRefund | undefined,
): Promise<string | undefined> {
  const invoiceId = refund?.invoiceId
  if (!invoiceId) return undefined
  return (await refusedAsNothing(() => gateway.getInvoice(invoiceId)))?.externalId
}

/**
 * Ignores an answer of Xendit that laku's rules refuse; the line then stays as it is. But if Xendit cannot be
 * reached, the error ends the run.
 */
async function unlessUnfollowable(ask: () => Promise<void>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome !== 'refused') throw error
  }
}
