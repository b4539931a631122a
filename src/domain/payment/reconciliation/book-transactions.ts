import { type RawBuilder, sql } from 'kysely'
import { newId, type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { credit, debit, type Posting, post } from '../../ledger/index.ts'
import { type AccountName, endAttention } from '../../ops/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import { bookChargebackLines } from '../chargebacks/book-lines.ts'
import type { GatewayRefund } from '../gateway.ts'
import {
  type Booked,
  bookedOf,
  chargedIdr,
  claimPostings,
  isBooked,
  MAX_CORRECTIONS,
  movedIdr,
} from './booked-sums.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { recordLostLines, strangersAmong } from './lost-lines.ts'

export interface BookedTransactions {
  fees: number
  feesIdr: Rupiah
  /** The number of transfers posted between the company's Xendit account and its bank account. */
  moved: number
  chargebacks: number
  /**
   * The number of lines whose money went into the suspense account (unexplained money): laku knows neither
   * their kind nor their payment, refund or payout.
   */
  suspended: number
  /**
   * The lines of payments, refunds and payouts that differ from laku's ledger, or that are pending and
   * unknown to laku. Chargebacks of payments that are not confirmed are included. Laku asks Xendit about all
   * these lines.
   */
  differing: GatewayTransaction[]
}

/**
 * The types of lines in Xendit's transaction list that are about a payment, refund or payout. Laku asks
 * Xendit about that object before it posts the line.
 */
const objects: ReadonlySet<string> = new Set([
  'PAYMENT',
  'REFUND',
  'DISBURSEMENT',
  'BATCH_DISBURSEMENT',
  'PAYOUT',
])
/** The types of lines in Xendit's transaction list that are about a payout. */
export const payoutTypes: ReadonlySet<string> = new Set(['DISBURSEMENT', 'BATCH_DISBURSEMENT', 'PAYOUT'])
const sweeps: ReadonlySet<string> = new Set(['WITHDRAWAL', 'TOPUP'])

const isOfObject = ({ type }: Pick<GatewayTransaction, 'type'>): boolean => objects.has(type)

/**
 * Posts the difference between lines of Xendit's transaction list and laku's ledger: fees, transfers between
 * Xendit and the bank, chargebacks. Lines of an unknown kind go into the suspense account (unexplained
 * money). Posting the same lines again changes nothing.
 */
export async function bookTransactions(
  work: Work,
  transactions: readonly GatewayTransaction[],
): Promise<BookedTransactions> {
  await lockBook(work)
  const booked = await bookedOf(work.tx, transactions)
  const of = (line: GatewayTransaction) => booked.get(line.id) as Booked
  await claimPostings(work, transactions.filter((line) => isBooked(line, of(line))).map(of))
  const subjects = await subjectsOf(work, transactions)
  const fees = transactions.flatMap((line) => feeOf(line, of(line), subjects))
  await post(
    work,
    fees.map((fee) => fee.posting),
  )
  const differing = transactions.filter((line) => {
    const moved = movedIdr(line)
    return moved !== undefined && moved !== of(line).amountIdr
  })
  const swept = differing.filter((line) => sweeps.has(line.type))
  await post(
    work,
    swept.flatMap((line) => sweepOf(line, of(line))),
  )
  const chargebacks = await bookChargebackLines(
    work,
    transactions.filter((line) => line.type === 'CHARGEBACK'),
    booked,
  )
  const strange = differing.filter(
    (line) => !isOfObject(line) && !sweeps.has(line.type) && line.type !== 'CHARGEBACK',
  )
  for (const line of strange)
    await suspend(
      work,
      line,
      of(line),
      `the provider's book has a line of a kind that laku does not follow: ${line.type}`,
    )
  reportUnknown(work, transactions)
  const pending = transactions.filter((line) => isOfObject(line) && line.status === 'PENDING')
  const strangers = await strangersAmong(work, [...differing.filter(isOfObject), ...pending])
  await recordLostLines(work, strangers)
  const charged = fees.filter((fee) => fee.changeIdr > 0)
  return {
    fees: charged.length,
    feesIdr: sumIdr(charged.map((line) => line.changeIdr)),
    moved: swept.length,
    chargebacks: chargebacks.fresh,
    suspended: strange.length,
    differing: [
      ...differing.filter(isOfObject),
      ...strangers.filter((line) => pending.includes(line)),
      ...chargebacks.waiting,
    ],
  }
}

/** The facts about a line of Xendit's transaction list that only its payment, refund or payout tells. */
export interface KnownOfLine {
  /** The code under which the line's money goes into suspense, in place of the line's own. */
  code?: string | undefined
  /** Xendit's refund of the line. */
  refund?: GatewayRefund | undefined
  /** The bank account that received the line's payout. */
  receivedBy?: AccountName | undefined
}

/**
 * Locks the posting of lines of Xendit's transaction list: one transaction at a time posts lines, and claims
 * postings for them.
 */
export async function lockBook(work: Work): Promise<void> {
  await sql`select from provider_book_reads where provider = 'xendit' for no key update`.execute(work.tx)
}

/**
 * Moves the difference between a line of Xendit's transaction list and laku's ledger into the suspense
 * account (unexplained money). The entry gets laku's code of the line's payment, refund or payout; if there
 * is none, the line's reference or id. An earlier attention item about a refund or payout that laku did not
 * ask for is no longer needed. The entry replaces it. A refund names its payment, and so the buyer who got
 * the money. A payout names its bank account. Decisions about the money count in the limit of that buyer or
 * account.
 */
export async function suspend(
  work: Work,
  line: GatewayTransaction,
  booked: Booked,
  why: string,
  { code, refund, receivedBy }: KnownOfLine = {},
): Promise<void> {
  const { id, type, productId, referenceId } = line
  const { amountIdr } = booked
  // The line and its difference belong together from now on.
  await claimPostings(work, [booked])
  const ours = await ownerOf(work, line)
  const paidBack = !ours && refund ? await paidBackBy(work, refund) : undefined
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from suspense_items where provider_id = ${id}`.execute(work.tx)
  if (productId && isOfObject(line) && type !== 'PAYMENT') {
    const kind = type === 'REFUND' ? 'refund_unexpected' : 'payout_unexpected'
    await endAttention(work, kind, productId, 'its money lies in suspense')
  }
  await putIntoSuspense(work, {
    key: `line:${id}:${rows[0]?.n ?? 0}`,
    code: code ?? ours?.code ?? (isOfObject(line) ? (referenceId ?? productId ?? id) : id),
    kind:
      type === 'PAYMENT'
        ? 'payment'
        : type === 'REFUND'
          ? 'refund'
          : isOfObject(line)
            ? 'payout'
            : type === 'CHARGEBACK'
              ? 'chargeback'
              : 'movement',
    providerId: id,
    reference: referenceId,
    amountIdr: amountIdr - (movedIdr(line) ?? amountIdr),
    why,
    subjectId: ours?.id ?? paidBack?.id ?? null,
    userId: ours ? ours.userId : (paidBack?.userId ?? null),
    factoryId: ours?.factoryId ?? null,
    receivedBy,
  })
}

/**
 * Returns the payment or the quarantined money that a refund pays back, with its buyer. It is undefined if
 * laku has neither.
 */
async function paidBackBy(
  work: Work,
  { invoiceId, paymentId, paymentRequestId }: GatewayRefund,
): Promise<Pick<Owner, 'id' | 'userId'> | undefined> {
  const named = (of: RawBuilder<unknown>) => sql`
    ${of}.provider_invoice_id = ${invoiceId ?? null} or ${of}.provider_payment_id = ${paymentId ?? null}
      or ${of}.provider_payment_request_id = ${paymentRequestId ?? null}`
  const { rows } = await sql<Pick<Owner, 'id' | 'userId'>>`
    select q.id, p.user_id from quarantined_money q left join payments p on p.id = q.payment_id
    where q.status = 'waiting' and (${named(sql`q`)})
    union all
    select p.id, p.user_id from payments p where ${named(sql`p`)} limit 1`.execute(work.tx)
  return rows[0]
}

interface Owner {
  id: string
  code: string
  userId: string | null
  factoryId: string | null
}

/** Returns the payment, refund or payout that a line of Xendit's transaction list is about, and its owner. */
async function ownerOf(
  work: Work,
  { productId, paymentLinkId, referenceId }: GatewayTransaction,
): Promise<Owner | undefined> {
  const { rows } = await sql<Owner>`
    select id, code, user_id, null::uuid as factory_id from payments
    where code = ${referenceId} or provider_invoice_id = any(${[paymentLinkId, productId].flatMap((value) => value ?? [])})
      or provider_payment_id = ${productId} or provider_payment_request_id = ${productId}
    union all
    select p.id, p.code, p.user_id, null::uuid from quarantined_money q join payments p on p.id = q.payment_id
    where ${productId} in (q.provider_payment_id, q.provider_payment_request_id)
    union all
    select r.id, r.code, p.user_id, null::uuid from refunds r left join payments p on p.id = r.payment_id
    where r.provider_refund_id = ${productId} or r.code = regexp_replace(${referenceId ?? ''}, '-[0-9]+$', '')
    union all
    select o.id, o.key, o.user_id, o.factory_id from payouts o
    where o.provider_payout_id = ${productId} or o.key = ${referenceId}
    limit 1`.execute(work.tx)
  return rows[0]
}

interface Subject {
  kind: string
  id: string
}

/**
 * Returns the payments, refunds and payouts to which the fees of these lines belong. Xendit's lines name them
 * by ids and references.
 */
async function subjectsOf(
  work: Work,
  transactions: readonly GatewayTransaction[],
): Promise<Map<string, Subject>> {
  const ids = [
    ...new Set(
      transactions.flatMap((transaction) =>
        [transaction.productId ?? [], transaction.paymentLinkId ?? []].flat(),
      ),
    ),
  ]
  const references = [...new Set(transactions.flatMap((transaction) => transaction.referenceId ?? []))]
  const { rows } = await sql<Subject & { name: string }>`
    select 'payment' as kind, id, provider_invoice_id as name from payments where provider_invoice_id = any(${ids})
    union all
    select 'payment', id, provider_payment_id from payments where provider_payment_id = any(${ids})
    union all
    select 'payment', id, provider_payment_request_id from payments where provider_payment_request_id = any(${ids})
    union all
    select 'payment', q.payment_id, unnest(array[q.provider_payment_id, q.provider_payment_request_id]) from quarantined_money q
    where q.payment_id is not null and (q.provider_payment_id = any(${ids}) or q.provider_payment_request_id = any(${ids}))
    union all
    select 'payment', id, code from payments where code = any(${references})
    union all
    select 'refund', id, provider_refund_id from refunds where provider_refund_id = any(${ids})
    union all
    select 'payout', id, provider_payout_id from payouts where provider_payout_id = any(${ids})`.execute(
    work.tx,
  )
  return new Map(rows.map(({ name, ...subject }) => [name, subject]))
}

/**
 * Returns the ledger key for posting a line of Xendit's transaction list. The first posting has the plain
 * key, and a correction has its number at the end.
 */
const keyOf = (first: string, postings: number) => (postings === 0 ? first : `${first}:${postings + 1}`)

function feeOf(
  line: GatewayTransaction,
  { feeIdr, feePostings }: Booked,
  subjects: ReadonlyMap<string, Subject>,
): { posting: Posting; changeIdr: Rupiah }[] {
  const charged = chargedIdr(line)
  if (charged === undefined || charged === feeIdr || feePostings >= MAX_CORRECTIONS) return []
  const subject = [line.paymentLinkId, line.productId, line.referenceId]
    .map((name) => subjects.get(name ?? ''))
    .find((subject) => subject !== undefined)
  const changeIdr = charged - feeIdr
  const idr = Math.abs(changeIdr)
  const isTaken = changeIdr > 0
  return [
    {
      changeIdr,
      posting: {
        key: keyOf(`gateway-fee:${line.id}`, feePostings),
        kind: isTaken ? 'gateway.fee' : 'gateway.fee_returned',
        subject: subject ? [subject.kind, subject.id] : ['provider_transaction', newId()],
        entries: isTaken
          ? [debit('gateway-fees', idr), credit('gateway', idr)]
          : [debit('gateway', idr), credit('gateway-fees', idr)],
      },
    },
  ]
}

function sweepOf(line: GatewayTransaction, { amountIdr, postings }: Booked): Posting[] {
  const changeIdr = (movedIdr(line) ?? amountIdr) - amountIdr
  if (changeIdr === 0 || postings >= MAX_CORRECTIONS) return []
  const idr = Math.abs(changeIdr)
  return [
    {
      key: keyOf(`company-sweep:${line.id}`, postings),
      kind: 'gateway.swept',
      subject: ['provider_transaction', newId()],
      entries:
        changeIdr > 0
          ? [debit('gateway', idr), credit('bank', idr)]
          : [debit('bank', idr), credit('gateway', idr)],
    },
  ]
}

/**
 * Notifies staff of lines of Xendit's transaction list whose state laku does not know. Such lines wait until
 * their state changes.
 */
function reportUnknown(work: Work, transactions: readonly GatewayTransaction[]): void {
  const [first] = transactions.filter((transaction) => transaction.status === 'UNKNOWN')
  if (!first) return
  work.requestAttention({
    kind: 'provider_transaction_unknown',
    subject: ['provider_transaction', 'status'],
    message:
      "The provider's list has lines in a state that laku does not know, so they are not booked. Look at them, and ask the provider.",
    command: 'laku payments reconcile',
    details: { transactionId: first.id, type: first.type, referenceId: first.referenceId },
  })
}
