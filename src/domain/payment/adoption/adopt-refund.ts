import { sql } from 'kysely'
import { inSql, insertRows, moveState, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { countLost } from '../../ops/index.ts'
import { leftOf, shareOfWallet } from '../entitlement/rules.ts'
import { dimensionsOf } from '../escrow/funds.ts'
import type { GatewayRefund } from '../gateway.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import { applyRefundAnswers } from '../refunds/apply-answers.ts'
import { ASK_AGAIN_S, nothingHeard } from '../refunds/collect-answers.ts'
import { decideRefunds } from '../refunds/decide.ts'
import { refundQuarantined } from '../suspense/refund.ts'
import { paidStates, refundMachine, sendableRefundStates } from '../transitions.ts'

export interface AdoptedRefund {
  code: string
  amountIdr: Rupiah
  /**
   * The code of the payment that was refunded. Null if the refund returned quarantined money: money that
   * matches no payment of laku's.
   */
  paymentCode: string | null
}

/**
 * The pattern of the reference under which Xendit knows a refund of laku's: the refund's code, then the
 * number of the attempt.
 */
const ours = /^(RFD-\d{6}-[0-9A-Z]+)-(\d+)$/

const REASON = 'adopted'

/**
 * Records a refund that laku sent before a database restore and that the restored database lacks. If the
 * refund took all that was left of the payment, `refunding` is called, which cancels the payment's order or
 * participation. Returns undefined if the refund cannot be recorded.
 */
export async function adoptRefund(
  work: Work,
  answer: GatewayRefund,
  refunding: (work: Work, paymentId: string) => Promise<void>,
): Promise<AdoptedRefund | undefined> {
  const { status, amountIdr } = answer
  const [, code, attempt] = ours.exec(answer.referenceId ?? '') ?? []
  if (!code || (status !== 'SUCCEEDED' && status !== 'PENDING')) return undefined
  if (await isKnown(work, code, answer.id)) return undefined
  const unapplied = await unappliedOf(work, answer)
  if (unapplied) return await adoptUnapplied(work, unapplied, answer, { code, attempt: Number(attempt) })
  const payment = await paymentOf(work, answer)
  if (!payment) return undefined
  if (!(await decidedAgain(work, payment.id, amountIdr)) && wholeOf(payment, amountIdr) === leftOf(payment))
    await refunding(work, payment.id)
  const again = await decidedAgain(work, payment.id, amountIdr)
  if (again) await takeAs(work, again, answer)
  else if (!(await makeRow(work, payment.id, answer, { code, attempt: Number(attempt) }))) return undefined
  await applyRefundAnswers(work, [answer])
  return { code: again?.code ?? code, amountIdr, paymentCode: payment.code }
}

const namesOf = ({ paymentId, paymentRequestId }: GatewayRefund) =>
  [paymentId, paymentRequestId].flatMap((value) => value ?? [])

/**
 * Returns the id of the quarantined money (money that matches no payment) that this refund sent back in full.
 * The money is found only if its row in laku still has the status waiting.
 */
async function unappliedOf(work: Work, answer: GatewayRefund): Promise<string | undefined> {
  const names = namesOf(answer)
  const { rows } = await sql<{ id: string }>`
    select id from quarantined_money
    where status = 'waiting' and amount_idr - charged_back_idr = ${answer.amountIdr} and (provider_invoice_id = ${answer.invoiceId ?? null}
      or provider_payment_id = any(${names}) or provider_payment_request_id = any(${names})) limit 1`.execute(
    work.tx,
  )
  return rows[0]?.id
}

async function adoptUnapplied(
  work: Work,
  id: string,
  answer: GatewayRefund,
  adopted: { code: string; attempt: number },
): Promise<AdoptedRefund> {
  await refundQuarantined(work, { id, adopted })
  const { rows } = await sql<{ id: string }>`select id from refunds where code = ${adopted.code}`.execute(
    work.tx,
  )
  await submit(work, { id: rows[0]?.id as string, attempt: adopted.attempt }, answer)
  await applyRefundAnswers(work, [answer])
  const { code } = adopted
  return { code, amountIdr: answer.amountIdr, paymentCode: null }
}

async function paymentOf(work: Work, answer: GatewayRefund): Promise<LockedPayment | undefined> {
  const names = namesOf(answer)
  const { rows } = await sql<{ id: string }>`
    select id from payments where provider_invoice_id = ${answer.invoiceId ?? null}
      or provider_payment_id = any(${names}) or provider_payment_request_id = any(${names}) limit 1`.execute(
    work.tx,
  )
  const [found] = rows
  return found && (await lockWholly(work.tx, [found.id])).get(found.id)
}

async function isKnown(work: Work, code: string, providerId: string): Promise<boolean> {
  const { rows } = await sql`
    select from refunds where code = ${code} union all
    select from provider_refunds where provider_refund_id = ${providerId}`.execute(work.tx)
  return rows.length > 0
}

interface Again {
  id: string
  code: string
  attempt: number
}

/**
 * Finds a refund with this payment and sum that was decided after the database restore and not sent yet. It
 * must not be sent, because the refund from before the restore has paid that sum to the buyer.
 */
async function decidedAgain(work: Work, paymentId: string, amountIdr: Rupiah): Promise<Again | undefined> {
  const { rows } = await sql<Again>`
    select id, code, attempt from refunds
    where payment_id = ${paymentId}::uuid and quarantine_id is null and amount_idr = ${amountIdr}
      and destination = 'source' and status in ${inSql(sendableRefundStates)} and calls = 0 and provider_refund_id is null
    order by created_at, id limit 1 for no key update`.execute(work.tx)
  return rows[0]
}

async function takeAs(work: Work, { id, code, attempt }: Again, answer: GatewayRefund): Promise<void> {
  await submit(work, { id, attempt }, answer)
  // Xendit knows the refund by a reference from before the restore. That reference does not lead to the
  // refund's present row in laku. The table `provider_refunds` connects that row with Xendit's id of the
  // refund.
  await insertRows(work.tx, 'providerRefunds', [
    {
      providerRefundId: answer.id,
      refundId: id,
      reference: `${code}-${attempt}`,
      ...nothingHeard,
      heardAt: work.now,
    },
  ])
}

async function makeRow(
  work: Work,
  paymentId: string,
  answer: GatewayRefund,
  { code, attempt }: { code: string; attempt: number },
): Promise<boolean> {
  const payment = (await lockWholly(work.tx, [paymentId])).get(paymentId)
  if (!payment) return false
  const { status } = payment
  const amountIdr = wholeOf(payment, answer.amountIdr)
  if (!paidStates.includes(status) || amountIdr > leftOf(payment)) return false
  const key = `adopted:${answer.id}`
  const isEscrow = await isInEscrow(work, payment)
  // A payment whose money is in a session's escrow can only be refunded in full. So a partial refund is not
  // recorded.
  if (isEscrow && amountIdr !== leftOf(payment)) return false
  await decideRefunds(work, [
    {
      key,
      paymentId,
      amountIdr,
      reason: REASON,
      // The company pays this refund for now. The restore lost the purpose of the refund, so it is decided
      // later who has to bear it.
      ...(!isEscrow && { from: [debit('subsidy', amountIdr, dimensionsOf(payment))] }),
      adopted: { code, attempt, sourceIdr: answer.amountIdr },
    },
  ])
  const { rows } = await sql<{ id: string }>`select id from refunds where key = ${key}`.execute(work.tx)
  const id = rows[0]?.id as string
  await submit(work, { id, attempt }, answer)
  // Only a partial refund counts towards the limits on giving away money. A refund of all that was left came
  // from a cancellation. So the company gave nothing away by it.
  if (amountIdr < leftOf(payment)) {
    const receiver = `user:${payment.userId}`
    await countLost(work, { kind: 'refund', subject: ['refund', id], receiver, amountIdr })
  }
  return true
}

/**
 * Calculates the whole amount of a refund from one part of it. `sourceIdr` is the part that went back to the
 * bank, card or e-wallet that paid. The other part went into the buyer's Laku wallet.
 */
function wholeOf(payment: LockedPayment, sourceIdr: Rupiah): Rupiah {
  const { amountIdr, walletIdr } = payment
  const source = (idr: Rupiah) => idr - shareOfWallet(payment, idr)
  if (walletIdr === 0 || walletIdr >= amountIdr) return sourceIdr
  const left = leftOf(payment)
  if (source(left) === sourceIdr) return left
  const about = Math.floor((sourceIdr * amountIdr) / (amountIdr - walletIdr))
  return [about, about + 1, about - 1].find((idr) => source(idr) === sourceIdr) ?? sourceIdr
}

async function isInEscrow(work: Work, { participantId }: LockedPayment): Promise<boolean> {
  if (!participantId) return false
  const { rows } = await sql`
    select from ledger_transactions where key = ${`participant:${participantId}:released`}`.execute(work.tx)
  return rows.length === 0
}

/**
 * Marks a refund as sent to Xendit, because it was sent before the database restore. From now on laku asks
 * about it like about any other refund.
 */
async function submit(
  work: Work,
  { id, attempt }: { id: string; attempt: number },
  answer: GatewayRefund,
): Promise<void> {
  const { now } = work
  await moveState(work, refundMachine, {
    to: 'submitted',
    ids: [id],
    all: true,
    set: {
      calls: 1,
      firstCalledAt: now,
      lastCalledAt: now,
      submittedAt: now,
      providerRefundId: answer.id,
      nextCheckAt: secondsAfter(now, ASK_AGAIN_S),
    },
  })
  const { rows } = await sql<{
    amountIdr: Rupiah
  }>`select amount_idr from refunds where id = ${id}::uuid`.execute(work.tx)
  const amountIdr = rows[0]?.amountIdr ?? 0
  await post(work, [
    {
      key: `refund:${id}:submitted:${attempt}`,
      kind: 'refund.submitted',
      subject: ['refund', id],
      entries: [debit('refunds-payable', amountIdr), credit('refunds-in-flight', amountIdr)],
    },
  ])
}
