import { sql } from 'kysely'
import {
  personOf,
  type Rupiah,
  requireReason,
  requireStaff,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { requireSecondPerson } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import { lockWholly } from '../payments/lock.ts'
import { applyRefundAnswers } from './apply-answers.ts'
import { type NamedRefund, readNamed } from './ask-first.ts'
import { idsOf, partialList, refusedAsNothing } from './call-provider.ts'
import { referenceOf } from './claim.ts'
import type { LockedRefund } from './collect-answers.ts'
import { failRefunds } from './fail.ts'
import { isAwaitedRefund } from './give-up.ts'
import type { Shown } from './hold-lease.ts'
import { getRefund, type RefundDetail } from './list.ts'
import { hiddenRefund } from './send-again.ts'

/**
 * The provider's records that may show a refund whose call was lost: the list of refunds, the transaction
 * list and the record of the payment. `at` is the time at which laku read them.
 */
export interface Looked extends Shown {
  lines: { id: string; status: string; amountIdr: Rupiah }[]
  /** The sum that all refunds of the same payment have paid out, by laku's ledger. */
  bookedIdr: Rupiah
  at: Date
}

/**
 * Searches all records of the provider for a refund that staff want to declare dead (never received by the
 * provider). A refund that is found is booked and cannot be declared dead.
 * @throws payment.refund_not_found, refund_not_lost, refund_is_there, kernel.forbidden; ProviderFailure where
 * the provider does not say
 */
export async function searchLostRefund(context: GatewayContext, text: string): Promise<Looked> {
  const { unitOfWork, actor, gateway } = context
  const lost = await unitOfWork.run(actor, (work) => readLost(work, text))
  const ids = await idsOf(context, lost)
  const { refunds, partial } = await gateway.findRefunds(ids)
  const ours = refunds.filter((refund) => refund.referenceId === referenceOf(lost))
  if (ours.length > 0) {
    await unitOfWork.run(actor, (work) => applyRefundAnswers(work, ours))
    throw paymentErrors.refund_is_there({ refund: lost.code, providerRefundId: ours[0]?.id })
  }
  if (partial) throw partialList(partial)
  const refundedIdr = (await refusedAsNothing(() => gateway.refundedIdr(ids))) ?? null
  const { transactions } = await gateway.listTransactions({ referenceId: referenceOf(lost), limit: 50 })
  return {
    refunds: refunds.map(({ id, referenceId, status, amountIdr }) => ({
      id,
      referenceId,
      status,
      amountIdr,
    })),
    refundedIdr,
    lines: transactions.map(({ id, status, amountIdr }) => ({ id, status, amountIdr })),
    bookedIdr: lost.bookedIdr,
    at: unitOfWork.clock.now(),
  }
}

async function readLost({ tx, actor }: Work, text: string): Promise<NamedRefund> {
  requireStaff(actor, 'finance')
  const { id, code, status, calls, providerRefundId } = await getRefund(tx, text)
  if (status !== 'submitted' || calls === 0 || providerRefundId)
    throw paymentErrors.refund_not_lost({ refund: code, status, calls, providerRefundId })
  return await readNamed(tx, id)
}

export interface DeadRefund {
  /** The UUID or code of the refund to declare dead (never received by the provider). */
  refund: string
  /** The provider's records about the refund, read just now. A dry run does not ask the provider. */
  looked?: Looked | 'taken for granted' | undefined
}

/**
 * Declares, by two persons, that a refund's lost call never reached the provider. The first person's
 * declaration is only stored. After the second person's declaration the refund counts as failed and may be
 * sent again (`retryRefund`). The declaration is refused until the refund's key has expired and
 * `policy.providerBookHours` have passed since the last call. It is also refused if a worker may still be
 * calling, or if the provider's records show the refund.
 * @throws payment.refund_not_found, refund_not_lost, refund_leased, refund_may_live, refund_is_there,
 * same_person, kernel.approver_not_independent,
 *   reason_required, forbidden
 */
export async function declareDead(work: Work, { refund: text, looked }: DeadRefund): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  if (looked === undefined)
    throw new Error('a refund is looked up at the provider before it is declared dead')
  const { refund, payments } = await lockLost(work, text)
  const { id, code, deadDeclaredBy } = refund
  requireDead(work, refund, looked === 'taken for granted' ? undefined : looked)
  const before = { status: refund.status, attempt: refund.attempt, deadDeclaredBy }
  if (deadDeclaredBy === null) {
    await sql`
      update refunds set dead_declared_by = ${personOf(work.actor)}, dead_declared_at = ${work.now} where id = ${id}::uuid`.execute(
      work.tx,
    )
    reportAskedDeclaration(work, refund, reason)
  } else {
    await requireSecondPerson(work, deadDeclaredBy, () => paymentErrors.same_person({ refund: code }))
    await sql`
      update refunds set dead_confirmed_by = ${personOf(work.actor)} where id = ${id}::uuid`.execute(work.tx)
    await failRefunds(work, [{ refund, failureCode: 'DECLARED_DEAD', isContradicted: true }], payments)
  }
  const after = await getRefund(work.tx, id)
  work.audit({
    command: 'refunds declare-dead',
    subject: ['refund', id],
    before,
    after: { status: after.status, deadDeclaredBy: after.deadDeclaredBy, looked },
  })
  return after
}

/**
 * Refuses a person's request to declare a refund dead, or to give it up: laku goes on looking for the refund.
 * The person who asked may also take the request back in this way.
 * @throws payment.refund_not_found, nothing_declared, kernel.reason_required, forbidden
 */
export async function keepRefund(work: Work, { refund: text }: { refund: string }): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const { id, code } = await getRefund(work.tx, text)
  const { rows } = await sql<{ status: string; deadDeclaredBy: string | null; amountIdr: Rupiah }>`
    select status, dead_declared_by, amount_idr from refunds where id = ${id}::uuid for no key update`.execute(
    work.tx,
  )
  const { status, deadDeclaredBy = null, amountIdr } = rows[0] ?? {}
  const givenUp = await sql`
    update provider_refunds f set given_up_asked_by = null, given_up_ticket = null
    where refund_id = ${id}::uuid and given_up_asked_by is not null and ${isAwaitedRefund}`.execute(work.tx)
  const isDeclared = deadDeclaredBy !== null && status === 'submitted'
  if (!isDeclared && !givenUp.numAffectedRows) throw paymentErrors.nothing_declared({ refund: code, status })
  if (isDeclared)
    await sql`
      update refunds set dead_declared_by = null, dead_declared_at = null where id = ${id}::uuid`.execute(
      work.tx,
    )
  work.requestAttention({
    kind: 'refund_stuck',
    subject: ['refund', id],
    message: `Nobody declares ${code} dead any more, or gives it up, so laku goes on looking for it. Look at it if this does not end.`,
    command: `laku refunds show ${code}`,
    details: { amountIdr, reason },
  })
  work.audit({
    command: 'refunds keep',
    subject: ['refund', id],
    before: { status, deadDeclaredBy },
    after: { status, deadDeclaredBy: isDeclared ? null : deadDeclaredBy },
  })
  return await getRefund(work.tx, id)
}

interface Lost extends LockedRefund {
  firstCalledAt: Date
  lastCalledAt: Date
  isLeased: boolean
  deadDeclaredBy: string | null
}

function requireDead(work: Work, refund: Lost, looked: Looked | undefined): void {
  const { code, firstCalledAt, lastCalledAt } = refund
  if (refund.isLeased) throw paymentErrors.refund_leased({ refund: code, retryAfterS: 30 })
  const { providerKeyHours, providerBookHours } = work.policy
  const keyUntil = secondsAfter(firstCalledAt, providerKeyHours * 3600)
  const bookUntil = secondsAfter(lastCalledAt, providerBookHours * 3600)
  const from = keyUntil > bookUntil ? keyUntil : bookUntil
  if (work.now < from) throw paymentErrors.refund_may_live({ refund: code, from, keyUntil, bookUntil })
  if (!looked) return
  const { isHidden } = hiddenRefund(looked.refundedIdr, looked.refunds, looked.bookedIdr)
  if (looked.lines.length > 0 || isHidden) throw paymentErrors.refund_is_there({ refund: code, ...looked })
}

function reportAskedDeclaration(work: Work, { id, code, amountIdr }: Lost, reason: string): void {
  work.requestAttention({
    kind: 'refund_stuck',
    subject: ['refund', id],
    message: `One person declared ${code} dead. A second person must confirm it with the same command.`,
    command: `laku refunds declare-dead ${code}`,
    details: { amountIdr, reason },
  })
}

async function lockLost(work: Work, text: string) {
  const { id, code, paymentId, status, calls, providerRefundId } = await getRefund(work.tx, text)
  const payments = await lockWholly(work.tx, paymentId ? [paymentId] : [])
  const { rows } = await sql<Lost>`
    select id, code, payment_id, quarantine_id, amount_idr, reason, destination, status, attempt, calls, lease_id, failures, waits_since, failure_code,
      provider_refund_id, first_called_at, last_called_at, dead_declared_by,
      coalesce(lease_until > clock_timestamp(), false) as is_leased
    from refunds
    where id = ${id}::uuid and status = 'submitted' and calls > 0 and provider_refund_id is null for no key update`.execute(
    work.tx,
  )
  const [refund] = rows
  if (!refund) throw paymentErrors.refund_not_lost({ refund: code, status, calls, providerRefundId })
  return { refund, payments }
}
