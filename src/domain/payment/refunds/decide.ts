import { type RawBuilder, sql } from 'kysely'
import {
  inSql,
  insertRows,
  moveState,
  newCode,
  newId,
  type Rupiah,
  rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { credit, debit, type Entry, type Posting, post, walletAccount } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { goneBefore } from '../entitlement/read-gone.ts'
import { type Gone, leftOf, requireRefundable, type SplitRefund, splitRefund } from '../entitlement/rules.ts'
import { type IntoWallet, takeSurplus } from '../entitlement/surplus.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf, fundsOf, intoWallet } from '../escrow/funds.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import { recordReturned } from '../payments/record-returned.ts'
import { type RefundDestination, waysBack } from '../rules.ts'
import { paidStates, refundMachine } from '../transitions.ts'
import { refundEvent } from './refund-event.ts'

export interface RefundDecision {
  /**
   * The business key of the refund, such as `left:{participant}` or `late:{payment}`. A second decision under
   * the same key changes nothing.
   */
  key: string
  paymentId: string
  amountIdr: Rupiah
  /** The reason for the refund as a code, such as `buyer_left` or `session_failed`. */
  reason: string
  /** The ledger debits that pay for the refund. Default: the escrow or the order's funds pay. */
  from?: Entry[]
  /**
   * The refund that was requested before and that a second approver approves now. It keeps its id and its
   * code.
   */
  requested?: { id: string; code: string; decidedBy: string } & StaffFacts
  /** The id of the refund, if the caller has already chosen one. */
  id?: string
  /**
   * The details that are stored with a refund that staff made. They say who bears the refund and who
   * requested it, and contain a note.
   */
  staff?: StaffFacts
  /**
   * The details of a refund that was sent before a database restore. `sourceIdr` is the sum that went back to
   * the bank, card or e-wallet that paid.
   */
  adopted?: { code: string; attempt: number; sourceIdr: Rupiah }
}

export interface StaffFacts {
  borneBy: 'factory' | 'company'
  note: string
  requestedBy: string
}

/**
 * The time (s) after which a periodic job (the sweep) handles a decided refund. If the refund's own job has
 * not run by then, that job counts as lost.
 */
export const JOB_GRACE_S = 60

interface Decided extends RefundDecision {
  id: string
  code: string
  destination: RefundDestination
  /**
   * The amount that goes to the refund's `destination`. It is the whole refund, or the rest of it if the
   * wallet gets `part`.
   */
  goesIdr: Rupiah
  /**
   * The earliest time at which the payment's channel accepts the refund; null if the channel accepts the
   * refund now.
   */
  notBefore: Date | null
  payment: LockedPayment
  /**
   * The buyer's part and the company's part of the refund, if it goes into the wallet. The company keeps a
   * part if it had added money to the payment, or lost money by a chargeback.
   */
  split: SplitRefund
  /** The part of `split.buyerIdr` that the provider had already refunded beyond what laku asked for. */
  takenIdr: Rupiah
  /**
   * The part of the refund that goes into the wallet, because the wallet had paid a part of the payment. This
   * part is stored as a separate refund, which succeeds at once. The rest of the refund goes to the source of
   * the payment.
   */
  part: { id: string; code: string; amountIdr: Rupiah } | undefined
}

/** The SQL of the amount (rupiah) decided for refund `r`, including the part that goes into the wallet. */
export const decidedIdr: RawBuilder<Rupiah> = sql<Rupiah>`
  (r.amount_idr + (select coalesce(sum(w.amount_idr), 0) from refunds w where w.part_of = r.id))::int8`

/**
 * Decides any number of refunds. A refund goes back to the bank, card or e-wallet that paid (the source), if
 * the payment's channel accepts refunds. Otherwise it goes into the wallet at once. If the wallet paid a part
 * of the payment, wallet and source each get their share. Refunds and rebates of a payment never exceed the
 * sum paid, because the payment's row is locked and a database CHECK limits them. A job then sends the
 * refunds to the source (refund.decided).
 * @throws payment.not_refundable, over_refunded, refund_key_reused, already_released, not_found
 */
export async function decideRefunds(work: Work, decisions: readonly RefundDecision[]): Promise<void> {
  if (decisions.length === 0) return
  const payments = await lockPayments(
    work.tx,
    decisions.map((decision) => decision.paymentId),
  )
  const fresh = await leaveOutDecided(work, decisions)
  if (fresh.length === 0) return
  await requireInEscrow(work, fresh, payments)
  const decided = decideEach(work, fresh, payments, await goneBefore(work, payments))
  await insertRefunds(work, decided)
  await recordReturned(
    work,
    decided.map(({ paymentId, amountIdr, destination, part }) => ({
      paymentId,
      returnedIdr: amountIdr,
      refundedIdr: destination === 'wallet' ? amountIdr : (part?.amountIdr ?? 0),
    })),
  )
  await ensureWallets(
    work,
    decided.filter((item) => item.part || item.destination === 'wallet').map((item) => item.payment.userId),
  )
  await post(work, decided.map(postingOf))
  const taken = await takeSurplus(work, decided.map(intoWalletOf))
  for (const [i, item] of decided.entries()) item.takenIdr = taken[i] ?? 0
  for (const item of decided) {
    for (const update of [subject(item), ...walletPartEvents(item)])
      work.emit(refundEvent('refund.decided', item.payment, update))
  }
  for (const item of decided) {
    const arrived = item.destination === 'wallet' ? [subject(item)] : walletPartEvents(item)
    for (const update of arrived) work.emit(refundEvent('refund.succeeded', item.payment, update))
  }
}

/**
 * Returns the details of a refund that an event reports to the refund's buyer. The amount leaves out money
 * that stays with the company.
 */
const subject = ({ id, code, split, goesIdr, takenIdr, reason, destination }: Decided) => ({
  id,
  code,
  amountIdr: destination === 'wallet' ? split.buyerIdr - takenIdr : goesIdr,
  reason,
  destination,
})

const intoWalletOf = ({ payment, destination, split }: Decided): IntoWallet => ({
  owner: payment.id,
  userId: payment.userId,
  amountIdr: destination === 'wallet' ? split.buyerIdr : 0,
})

const walletPartEvents = ({ part, reason }: Decided) =>
  part ? [{ ...part, reason, destination: 'wallet' as const }] : []

/**
 * Returns the refund decisions whose key is new. A known key with another payment or amount is a conflict.
 */
async function leaveOutDecided(work: Work, decisions: readonly RefundDecision[]): Promise<RefundDecision[]> {
  const unique = new Map<string, RefundDecision>()
  for (const decision of decisions) {
    requireSame(unique.get(decision.key), decision)
    unique.set(decision.key, decision)
  }
  const { rows } = await sql<{ key: string; paymentId: string; amountIdr: Rupiah }>`
    select r.key, r.payment_id, ${decidedIdr} as amount_idr from refunds r
    where r.key = any(${[...unique.keys()]}) and r.status <> 'requested'`.execute(work.tx)
  for (const row of rows) {
    requireSame(row, unique.get(row.key))
    unique.delete(row.key)
  }
  return [...unique.values()]
}

/**
 * Refuses a refund out of a session's escrow if the participant's money was already released from it.
 * Otherwise the refund would take the money of the session's other buyers.
 */
async function requireInEscrow(
  work: Work,
  decisions: readonly RefundDecision[],
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<void> {
  const fromEscrow = new Map<string, string>()
  for (const { paymentId, from } of decisions) {
    const participantId = payments.get(paymentId)?.participantId
    if (participantId && !from) fromEscrow.set(`participant:${participantId}:released`, paymentId)
  }
  if (fromEscrow.size === 0) return
  const [released] = await work.tx
    .selectFrom('ledgerTransactions')
    .select('key')
    .where('key', 'in', [...fromEscrow.keys()])
    .limit(1)
    .execute()
  if (released) throw paymentErrors.already_released({ paymentId: fromEscrow.get(released.key) })
}

type Keyed = Pick<RefundDecision, 'key' | 'paymentId' | 'amountIdr'>

function requireSame(before: Keyed | undefined, now: Keyed | undefined): void {
  if (!before || !now) return
  if (before.paymentId === now.paymentId && before.amountIdr === now.amountIdr) return
  throw paymentErrors.refund_key_reused({ key: now.key, paymentId: now.paymentId })
}

/**
 * Decides refunds one after another: each decision counts what earlier refunds took from the payment. Returns
 * each refund's destination and its split between buyer and company.
 */
function decideEach(
  work: Work,
  decisions: readonly RefundDecision[],
  payments: ReadonlyMap<string, LockedPayment>,
  before: ReadonlyMap<string, Gone>,
): Decided[] {
  const now = new Map(payments)
  const gone = new Map(before)
  return decisions.map((decision) => {
    const { paymentId, amountIdr } = decision
    const found = now.get(paymentId)
    const went = gone.get(paymentId)
    if (!found || !went) throw paymentErrors.not_found({ paymentId })
    requireRefundable(found, rupiah(amountIdr), leftOf(found))
    const payment = { ...found, returnedIdr: found.returnedIdr + amountIdr }
    const { adopted } = decision
    const { sourceIdr, walletIdr, notBefore } = adopted
      ? { sourceIdr: adopted.sourceIdr, walletIdr: amountIdr - adopted.sourceIdr, notBefore: null }
      : waysBack({ ...found, surplusIdr: went.surplusIdr + went.writtenOffIdr }, amountIdr, work)
    const destination = sourceIdr > 0 ? 'source' : 'wallet'
    const { id, code } = decision.requested ?? {
      id: decision.id ?? newId(),
      code: adopted?.code ?? newCode('RFD', work.now),
    }
    const part =
      sourceIdr > 0 && walletIdr > 0
        ? { id: newId(), code: newCode('RFD', work.now), amountIdr: walletIdr }
        : undefined
    const split = splitRefund(payment, amountIdr, went)
    now.set(paymentId, payment)
    gone.set(
      paymentId,
      destination === 'source'
        ? {
            ...went,
            underWayIdr: went.underWayIdr + sourceIdr,
            arrivedIdr: went.arrivedIdr + walletIdr,
          }
        : {
            ...went,
            arrivedIdr: went.arrivedIdr + split.buyerIdr,
            lossIdr: went.lossIdr + split.lossIdr,
          },
    )
    const goesIdr = sourceIdr || amountIdr
    return { ...decision, id, code, destination, goesIdr, notBefore, payment, split, takenIdr: 0, part }
  })
}

async function insertRefunds(work: Work, decided: readonly Decided[]): Promise<void> {
  const rows = decided.map(
    ({ id, code, key, paymentId, goesIdr, reason, destination, notBefore, staff, adopted, from }) => ({
      id,
      code,
      key,
      paymentId,
      amountIdr: goesIdr,
      reason,
      destination,
      borneBy: staff?.borneBy ?? (adopted && from ? 'company' : null),
      note: staff?.note ?? null,
      requestedBy: staff?.requestedBy ?? null,
      decidedBy: staff?.requestedBy ?? null,
      status: destination === 'wallet' ? 'succeeded' : 'approved',
      attempt: adopted?.attempt ?? 1,
      sendAfter: notBefore,
      nextCheckAt: destination === 'wallet' ? null : (notBefore ?? secondsAfter(work.now, JOB_GRACE_S)),
      createdAt: work.now,
      finishedAt: destination === 'wallet' ? work.now : null,
    }),
  )
  const fresh = rows.filter((_, i) => !decided[i]?.requested)
  await insertRows(work.tx, 'refunds', fresh)
  for (const item of decided) if (item.requested) await approveRow(work, item, item.requested.decidedBy)
  await insertRows(
    work.tx,
    'refunds',
    decided.flatMap((item) => partRow(work, item)),
  )
}

/**
 * Builds the row for the part of a refund that goes into the wallet. Its key is the refund's key after the
 * prefix `wallet-part:`, which no other refund's key has.
 */
function partRow(work: Work, { id, key, paymentId, reason, part, staff, requested }: Decided) {
  if (!part) return []
  const facts = staff ?? requested
  const at = { createdAt: work.now, finishedAt: work.now }
  const row = { ...part, key: `wallet-part:${key}`, paymentId, partOf: id, reason, attempt: 1, ...at }
  return [
    {
      ...row,
      destination: 'wallet',
      status: 'succeeded',
      borneBy: facts?.borneBy ?? null,
      note: facts?.note ?? null,
      requestedBy: facts?.requestedBy ?? null,
      decidedBy: requested?.decidedBy ?? facts?.requestedBy ?? null,
    },
  ]
}

/**
 * Moves a requested refund by compare-and-set to approved, or straight to succeeded if it goes into the
 * wallet.
 */
async function approveRow(
  work: Work,
  { id, destination, notBefore, goesIdr }: Decided,
  decidedBy: string,
): Promise<void> {
  const toWallet = destination === 'wallet'
  const nextCheckAt = toWallet ? null : (notBefore ?? secondsAfter(work.now, JOB_GRACE_S))
  const set = {
    destination,
    amountIdr: goesIdr,
    decidedBy,
    nextCheckAt,
    sendAfter: notBefore,
    finishedAt: toWallet ? work.now : null,
  }
  const to = toWallet ? 'succeeded' : 'approved'
  await moveState(work, refundMachine, { to, from: 'requested', ids: [id], set, all: true })
}

function postingOf({ id, amountIdr, destination, goesIdr, payment, from, split, part }: Decided): Posting {
  const dimensions = dimensionsOf(payment)
  return {
    key: `refund:${id}:decided`,
    kind: 'refund.decided',
    subject: ['refund', id],
    entries: [
      ...(from ?? [debit(fundsOf(payment), amountIdr, dimensions)]),
      ...(destination === 'wallet'
        ? intoWallet(payment, split)
        : [
            credit('refunds-payable', goesIdr, dimensions),
            credit(walletAccount(payment.userId), part?.amountIdr ?? 0, dimensions),
          ]),
    ],
  }
}

/**
 * Refunds in full every paid payment of these sessions. A second call refunds nothing and returns count 0.
 * Returns, by session, how many refunds were decided now and their sum.
 */
export async function refundSessionPayments(
  work: Work,
  sessionIds: readonly string[],
  reason: string,
): Promise<{ sessionId: string; count: number; amountIdr: Rupiah }[]> {
  const { rows } = await sql<{ id: string; sessionId: string; leftIdr: Rupiah }>`
    select id, session_id, amount_idr - returned_idr as left_idr from payments
    where session_id = any(${sessionIds}::uuid[]) and status in ${inSql(paidStates)} and returned_idr < amount_idr
    order by id for no key update`.execute(work.tx)
  await decideRefunds(
    work,
    rows.map(({ id, leftIdr }) => ({ key: `session:${id}`, paymentId: id, amountIdr: leftIdr, reason })),
  )
  const by = Map.groupBy(rows, (row) => row.sessionId)
  return sessionIds.map((sessionId) => {
    const all = by.get(sessionId) ?? []
    return { sessionId, count: all.length, amountIdr: all.reduce((sum, item) => sum + item.leftIdr, 0) }
  })
}
