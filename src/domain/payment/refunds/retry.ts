import { sql } from 'kysely'
import {
  inSql,
  kernelErrors,
  ProviderFailure,
  type Rupiah,
  requireStaff,
  type Work,
} from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayRefund } from '../gateway.ts'
import { type LockedPayment, lockWholly } from '../payments/lock.ts'
import { outstandingRefundStates, triedRefundStates, ungrantedRefundStates } from '../transitions.ts'
import { applyRefundAnswers } from './apply-answers.ts'
import { referenceOf } from './claim.ts'
import type { LockedRefund } from './collect-answers.ts'
import { declareDead, type Looked } from './declare-dead.ts'
import { takeBackUnsent } from './fail.ts'
import { isAwaitedRefund } from './give-up.ts'
import { getRefund, type RefundDetail } from './list.ts'
import { putIntoWallets } from './put-into-wallets.ts'

export interface RefundRetry {
  /** The UUID or code of the refund that staff retry. */
  refund: string
  /**
   * True to put the refund's money into the buyer's wallet, because the bank, card or e-wallet that paid
   * accepts no refund.
   */
  wallet?: boolean | undefined
  /**
   * The provider's id of a refund that staff recognize as this refund, although laku did not. Laku reads that
   * refund from the provider before the retry.
   */
  providerRefundId?: string | undefined
  /**
   * The provider's answer about the refund with the id `providerRefundId`. A dry run does not ask the
   * provider and assumes that the answer fits.
   */
  read?: GatewayRefund | 'taken for granted' | undefined
  /**
   * True if staff declare that the refund's call never reached the provider. Then `declareDead` runs, with
   * `looked` as the provider's records about the refund.
   */
  notSent?: boolean | undefined
  /** True if the provider, asked just now (`askAboutFailedRefund`), turned out to have paid the refund. */
  hasArrived?: boolean | undefined
  looked?: Looked | 'taken for granted' | undefined
}

/**
 * Reads the provider's refund whose id staff have given.
 * @throws payment.provider_refund_unknown, kernel.forbidden; ProviderFailure where the provider does not say
 */
export async function readProviderRefund(
  { actor, gateway }: GatewayContext,
  id: string,
): Promise<GatewayRefund> {
  requireStaff(actor, 'finance')
  try {
    return await gateway.getRefund(id)
  } catch (error) {
    if (error instanceof ProviderFailure && error.outcome === 'refused')
      throw paymentErrors.provider_refund_unknown({ providerRefundId: id, code: error.code })
    throw error
  }
}

/**
 * Lets staff retry a refund. `askAboutFailedRefund` runs before. A failed refund is sent again now under a
 * new key, or its money goes into the wallet. If a refund has no final answer, the provider is asked about it
 * now. If staff give the id of a refund at the provider, laku treats that refund as this one from now on. An
 * option that does not fit the refund's state is refused.
 * @throws payment.refund_not_found, look_it_up, refund_moves_again, no_wallet, option_not_for_state,
 * options_exclude, provider_refund_mismatch,
 *   kernel.illegal_transition, kernel.forbidden, and what `declareDead` throws
 */
export async function retryRefund(work: Work, input: RefundRetry): Promise<RefundDetail> {
  requireStaff(work.actor, 'finance')
  const { wallet, providerRefundId, notSent } = input
  const options = [wallet && '--wallet', providerRefundId && '--provider-refund-id', notSent && '--not-sent']
  const given = options.filter(Boolean)
  if (given.length > 1) throw paymentErrors.options_exclude({ options: given })
  if (notSent) return await declareDead(work, { refund: input.refund, looked: input.looked })
  const { refund, payment } = await lockOne(work, input.refund)
  if (input.hasArrived && refund.status === 'succeeded') return await getRefund(work.tx, refund.id)
  const before = { status: refund.status, attempt: refund.attempt, providerRefundId: refund.providerRefundId }
  if (providerRefundId) await takeById(work, refund, payment, input.read)
  else if (wallet) await toWallet(work, refund, payment)
  else await goOn(work, refund)
  const after = await getRefund(work.tx, refund.id)
  work.audit({
    command: 'refunds retry',
    subject: ['refund', refund.id],
    before,
    after: { status: after.status, attempt: after.attempt, providerRefundId: after.providerRefundId },
  })
  return after
}

/**
 * Refuses to send a refund again, or to put it into the wallet, while the provider works on one of its
 * earlier requests. That request had failed, and it may pay the buyer after all.
 * @throws payment.refund_moves_again
 */
async function requireNoneMoves(work: Work, { id, code, providerRefundId, status }: Locked): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select provider_refund_id as id from provider_refunds f
    where refund_id = ${id}::uuid and ${isAwaitedRefund}
      and (${status} <> 'submitted' or provider_refund_id is distinct from ${providerRefundId}) limit 1`.execute(
    work.tx,
  )
  const [moving] = rows
  if (moving) throw paymentErrors.refund_moves_again({ refund: code, providerRefundId: moving.id })
}

async function goOn(work: Work, refund: Locked): Promise<void> {
  const { id, code, status, isLost } = refund
  if (!outstandingRefundStates.includes(status))
    throw kernelErrors.illegal_transition({ subject: 'refund', code, from: status, to: 'submitted' })
  if (isLost) throw paymentErrors.look_it_up({ refund: code })
  if (status !== 'submitted') await requireNoneMoves(work, refund)
  // The refund becomes due now. So within a second the periodic job (the sweep) sends it, or asks the
  // provider about it.
  await sql`
    update refunds set next_check_at = ${work.now}, waits_since = null
    where id = ${id}::uuid and status in ${inSql(outstandingRefundStates)}`.execute(work.tx)
}

async function toWallet(work: Work, refund: Locked, payment: LockedPayment | undefined): Promise<void> {
  const { code, status, destination, calls } = refund
  const option = '--wallet'
  if (status === 'submitted' && !refund.isUnsent) {
    if (refund.isLost) throw paymentErrors.look_it_up({ refund: code })
    throw paymentErrors.option_not_for_state({
      refund: code,
      option,
      status,
      takes: ['--provider-refund-id'],
    })
  }
  const isWaiting = status === 'approved' && destination === 'source' && calls === 0
  if (!triedRefundStates.includes(status) && !isWaiting)
    throw paymentErrors.option_not_for_state({ refund: code, option, status, takes: [] })
  if (!payment) throw paymentErrors.no_wallet({ refund: code })
  await requireNoneMoves(work, refund)
  if (status === 'submitted') await takeBackUnsent(work, refund)
  await putIntoWallets(work, [{ ...refund, payment }])
}

/**
 * Treats a refund in the provider's records as laku's `refund` of the same payment. Staff named it by the
 * provider's id.
 */
async function takeById(
  work: Work,
  refund: Locked,
  payment: LockedPayment | undefined,
  read: RefundRetry['read'],
): Promise<void> {
  const { code, status, destination, amountIdr } = refund
  if (ungrantedRefundStates.includes(status) || (destination === 'wallet' && status !== 'to_wallet'))
    throw paymentErrors.option_not_for_state({
      refund: code,
      option: '--provider-refund-id',
      status,
      takes: [],
    })
  if (read === undefined) throw new Error('a refund is read at the provider before its id is taken')
  if (read === 'taken for granted') return
  await requireOfThis(work, refund, payment, read)
  // A person may have made the refund by hand at the provider, under another reference or none. From now on
  // laku treats that refund as its own `refund`.
  await sql`
    insert into provider_refunds (provider_refund_id, refund_id, reference, status, amount_idr, booked_idr, heard_at)
    values (${read.id}, ${refund.id}::uuid, ${referenceOf(refund)}, '', ${amountIdr}, 0, ${work.now})
    on conflict do nothing`.execute(work.tx)
  if (status === 'submitted' && refund.providerRefundId !== read.id)
    await sql`
      update refunds set provider_refund_id = null where id = ${refund.id}::uuid and status = 'submitted'`.execute(
      work.tx,
    )
  await applyRefundAnswers(work, [read])
}

/**
 * Requires that the provider's refund matches laku's refund in payment, reference and amount.
 * @throws payment.provider_refund_mismatch
 */
async function requireOfThis(
  work: Work,
  { id, code, attempt, amountIdr, invoiceId, providerPaymentId, providerPaymentRequestId }: Locked,
  payment: LockedPayment | undefined,
  read: GatewayRefund,
): Promise<void> {
  const ids = (values: (string | null | undefined)[]) => values.filter((value) => value != null)
  const theirs = ids([read.invoiceId, read.paymentId, read.paymentRequestId])
  const ours = ids([invoiceId, providerPaymentId, providerPaymentRequestId])
  const isOfPayment = theirs.length === 0 || theirs.some((text) => ours.includes(text))
  const [, base, nth] = /^(.*)-(\d+)$/.exec(read.referenceId ?? '') ?? []
  const isOurReference = base === code && Number(nth) >= 1 && Number(nth) <= attempt
  const { rows } = await sql<{ code: string }>`
    select r.code from refunds r where r.id <> ${id}::uuid and (r.code = ${base ?? ''}
      or r.provider_refund_id = ${read.id}
      or exists (select from provider_refunds f where f.refund_id = r.id and f.provider_refund_id = ${read.id}))`.execute(
    work.tx,
  )
  const isAnothers = rows.length > 0 || (base === code && !isOurReference)
  // The refund at the provider may lack laku's reference. Then only the ids of its payment can show that it
  // belongs to this refund of laku.
  const isNamed = isOurReference || theirs.length > 0
  if (isOfPayment && isNamed && !isAnothers && read.amountIdr === amountIdr) return
  throw paymentErrors.provider_refund_mismatch({
    refund: code,
    payment: payment?.code ?? null,
    amountIdr,
    there: {
      providerRefundId: read.id,
      referenceId: read.referenceId,
      invoiceId: read.invoiceId ?? null,
      paymentId: read.paymentId ?? null,
      amountIdr: read.amountIdr as Rupiah,
      status: read.status,
    },
    ...(rows[0] && { isOf: rows[0].code }),
  })
}

interface Locked extends LockedRefund {
  invoiceId: string | null
  providerPaymentId: string | null
  providerPaymentRequestId: string | null
  /**
   * True if the refund's idempotency key has expired at the provider while the refund's outcome is unknown.
   */
  isLost: boolean
  /**
   * True if the refund is submitted, but surely no call of it has reached the provider, and no worker may be
   * calling now.
   */
  isUnsent: boolean
}

async function lockOne(
  work: Work,
  text: string,
): Promise<{ refund: Locked; payment: LockedPayment | undefined }> {
  const { id, paymentId } = await getRefund(work.tx, text)
  const payments = await lockWholly(work.tx, paymentId ? [paymentId] : [])
  const { providerKeyHours } = work.policy
  const { rows } = await sql<Locked>`
    select r.id, r.code, r.payment_id, r.quarantine_id, r.amount_idr, r.reason, r.destination, r.status, r.attempt, r.calls, r.lease_id,
      r.failures, r.waits_since, r.failure_code, r.provider_refund_id,
      coalesce(q.provider_invoice_id, p.provider_invoice_id) as invoice_id,
      case when q.id is null then p.provider_payment_id else q.provider_payment_id end as provider_payment_id,
      case when q.id is null then p.provider_payment_request_id else q.provider_payment_request_id end as provider_payment_request_id,
      (r.status = 'submitted' and r.provider_refund_id is null and r.calls > 0
        and r.first_called_at <= ${work.now}::timestamptz - ${providerKeyHours} * interval '1 hour') as is_lost,
      (r.status = 'submitted' and r.provider_refund_id is null and r.calls = 0
        and (r.lease_until is null or r.lease_until < clock_timestamp())) as is_unsent
    from refunds r left join payments p on p.id = r.payment_id left join quarantined_money q on q.id = r.quarantine_id
    where r.id = ${id}::uuid for no key update of r`.execute(work.tx)
  const [refund] = rows
  if (!refund) throw paymentErrors.refund_not_found({ refund: text })
  return { refund, payment: payments.get(paymentId ?? '') }
}
