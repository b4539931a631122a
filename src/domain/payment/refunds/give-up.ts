import { sql } from 'kysely'
import {
  actorLabel,
  identityOf,
  ProviderFailure,
  requireReason,
  requireStaff,
  secondsAfter,
  shellWord,
  type Work,
} from '../../kernel/index.ts'
import { endAttention, requireSecondPerson } from '../../ops/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayRefund } from '../gateway.ts'
import { lockWholly } from '../payments/lock.ts'
import { applyRefundAnswers } from './apply-answers.ts'
import { ASK_AGAIN_S, type LockedRefund } from './collect-answers.ts'
import { failRefunds } from './fail.ts'
import { getRefund, type RefundDetail } from './list.ts'

/** The failure code of a refund that the provider never ended, after two persons gave it up. */
const GIVEN_UP = 'GIVEN_UP'

/** A refund that the provider shows as under way. */
interface Pending {
  providerRefundId: string
  askedBy: string | null
  ticket: string | null
}

/** The SQL condition that the provider shows its refund `f` as under way, and that nobody gave it up. */
export const isAwaitedRefund = sql<boolean>`f.status = 'PENDING' and f.given_up_by is null`

/**
 * Asks the provider about each request of a refund that it shows as under way, and books the answers. So a
 * refund that has ended meanwhile is never given up.
 * @throws payment.refund_not_found, refund_not_under_way, kernel.forbidden; ProviderFailure where the
 * provider does not say
 */
export async function askAboutPendingRefund(context: GatewayContext, text: string): Promise<void> {
  const { unitOfWork, actor, gateway } = context
  const pending = await unitOfWork.run(actor, async (work) => {
    requireStaff(work.actor, 'finance')
    const { id, code, status } = await getRefund(work.tx, text)
    return await readPending(work, { id, code, status })
  })
  const answers: GatewayRefund[] = []
  for (const { providerRefundId } of pending) {
    try {
      answers.push(await gateway.getRefund(providerRefundId))
    } catch (error) {
      // A provider that does not know its own refund any more will not finish it either.
      if (!(error instanceof ProviderFailure && error.outcome === 'refused')) throw error
    }
  }
  await unitOfWork.run(actor, (work) => applyRefundAnswers(work, answers))
}

export interface GivenUpRefund {
  /** The UUID or code of the refund. */
  refund: string
  /** The number of the answer in which the provider's support says that it will never finish the refund. */
  ticket: string
}

/**
 * Gives up, by two persons, what the provider shows as under way of a refund, although its support says that
 * it will never be paid. After that the money may be sent again, or go into the wallet. Both persons give the
 * same ticket. `askAboutPendingRefund` runs before. If the refund is paid nevertheless, it is booked.
 * @throws payment.refund_not_found, refund_not_under_way, refund_leased, refund_not_stuck_yet, other_ticket,
 * same_person, kernel.approver_not_independent, reason_required, forbidden
 */
export async function giveUpRefund(
  work: Work,
  { refund: text, ticket }: GivenUpRefund,
): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work)
  const { refund, payments } = await lockStuck(work, text)
  const { id, code, status } = refund
  const pending = await readPending(work, refund)
  if (refund.isLeased) throw paymentErrors.refund_leased({ refund: code, retryAfterS: 30 })
  const from = secondsAfter(refund.since, work.policy.providerStuckDays * 86_400)
  if (work.now < from) throw paymentErrors.refund_not_stuck_yet({ refund: code, from })
  const asked = pending.find((item) => item.askedBy !== null)
  const by = actorLabel(work.actor)
  // The provider may have started a further refund since the first person looked. Then somebody asks anew.
  if (!asked?.askedBy || pending.some((item) => item.askedBy !== asked.askedBy)) {
    await sql`
      update provider_refunds f set given_up_asked_by = ${by}, given_up_ticket = ${ticket}
      where f.refund_id = ${id}::uuid and ${isAwaitedRefund}`.execute(work.tx)
    reportAsked(work, refund, ticket, reason)
  } else {
    if (identityOf(ticket) !== identityOf(asked.ticket ?? ''))
      throw paymentErrors.other_ticket({ refund: code, ticket: asked.ticket })
    await requireSecondPerson(work, asked.askedBy, () => paymentErrors.same_person({ refund: code }))
    await sql`
      update provider_refunds f set given_up_by = ${by}, given_up_at = ${work.now}, next_check_at = ${secondsAfter(work.now, ASK_AGAIN_S)}
      where f.refund_id = ${id}::uuid and ${isAwaitedRefund}`.execute(work.tx)
    // laku goes on asking about them, in case one is paid after all.
    const isCurrent = pending.some((item) => item.providerRefundId === refund.providerRefundId)
    if (status === 'submitted' && isCurrent)
      await failRefunds(work, [{ refund, failureCode: GIVEN_UP, isContradicted: true }], payments)
    for (const { providerRefundId } of pending)
      await endAttention(work, 'refund_unexpected', providerRefundId, 'it was given up')
  }
  const after = await getRefund(work.tx, id)
  work.audit({
    command: 'refunds declare-dead',
    subject: ['refund', id],
    before: { status, pending },
    after: { status: after.status, ticket, reason },
  })
  return after
}

interface Stuck extends LockedRefund {
  since: Date
  isLeased: boolean
}

async function lockStuck(work: Work, text: string) {
  const { id, paymentId } = await getRefund(work.tx, text)
  const payments = await lockWholly(work.tx, paymentId ? [paymentId] : [])
  const { rows } = await sql<Stuck>`
    select id, code, payment_id, quarantine_id, amount_idr, reason, destination, status, attempt, calls, lease_id, failures, waits_since,
      failure_code, provider_refund_id, coalesce(last_called_at, first_called_at, created_at) as since,
      coalesce(lease_until > clock_timestamp(), false) as is_leased
    from refunds where id = ${id}::uuid for no key update`.execute(work.tx)
  return { refund: rows[0] as Stuck, payments }
}

async function readPending(
  { tx }: Work,
  { id, code, status }: { id: string; code: string; status: string },
): Promise<Pending[]> {
  const { rows } = await sql<Pending>`
    select provider_refund_id, given_up_asked_by as asked_by, given_up_ticket as ticket
    from provider_refunds f where refund_id = ${id}::uuid and ${isAwaitedRefund} order by provider_refund_id`.execute(
    tx,
  )
  if (rows.length === 0) throw paymentErrors.refund_not_under_way({ refund: code, status })
  return rows
}

function reportAsked(work: Work, { id, code, amountIdr }: Stuck, ticket: string, reason: string): void {
  work.requestAttention({
    kind: 'refund_stuck',
    subject: ['refund', id],
    message: `One person gave up ${code}, by ticket ${ticket} of the provider. A second person must confirm it with the same command.`,
    command: `laku refunds declare-dead ${code} --ticket ${shellWord(ticket)}`,
    details: { amountIdr, reason },
  })
}
