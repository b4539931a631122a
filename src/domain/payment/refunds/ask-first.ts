import { sql } from 'kysely'
import { ProviderFailure, type Rupiah, requireStaff, type Tx, type Work } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayRefund } from '../gateway.ts'
import { arrivedRefundStates } from '../transitions.ts'
import { applyRefundAnswers } from './apply-answers.ts'
import { idsOf, partialList, refusedAsNothing } from './call-provider.ts'
import { referenceOf } from './claim.ts'
import { getRefund } from './list.ts'
import { hiddenRefund } from './send-again.ts'

/** A refund, and the names under which the provider may know its payment. */
export interface NamedRefund {
  id: string
  code: string
  attempt: number
  invoiceId: string
  paymentId: string | null
  paymentRequestId: string | null
  /** The sum that all refunds of the same payment have paid out, by laku's ledger. */
  bookedIdr: Rupiah
  /** The provider's ids of this refund's requests, as far as laku has heard them. */
  providerIds: string[]
}

export async function readNamed(tx: Tx, refundId: string): Promise<NamedRefund> {
  const { rows } = await sql<NamedRefund>`
    select r.id, r.code, r.attempt, coalesce(q.provider_invoice_id, p.provider_invoice_id) as invoice_id,
      case when q.id is null then p.provider_payment_id else q.provider_payment_id end as payment_id,
      case when q.id is null then p.provider_payment_request_id else q.provider_payment_request_id end as payment_request_id,
      (select coalesce(sum(f.booked_idr), 0)::int8 from refunds o join provider_refunds f on f.refund_id = o.id
        where o.id = r.id or o.payment_id = r.payment_id) as booked_idr,
      array(select f.provider_refund_id from provider_refunds f where f.refund_id = r.id) as provider_ids
    from refunds r left join payments p on p.id = r.payment_id left join quarantined_money q on q.id = r.quarantine_id
    where r.id = ${refundId}::uuid`.execute(tx)
  return rows[0] as NamedRefund
}

/**
 * Asks the provider about the earlier requests of a refund that failed, and books the answers. It runs before
 * a person sends the refund again or puts it into the wallet, so that the buyer does not get it twice.
 * `hasArrived` is true if the provider turns out to have paid it. Without an answer nothing may be done.
 * @throws payment.refund_not_found, provider_silent, refund_is_there, kernel.forbidden
 */
export async function askAboutFailedRefund(
  context: GatewayContext,
  text: string,
): Promise<{ hasArrived: boolean }> {
  const { unitOfWork, actor } = context
  const named = await unitOfWork.run(actor, (work) => readFailed(work, text))
  if (!named) return { hasArrived: false }
  const answers = await ask(context, named)
  return await unitOfWork.run(actor, async (work) => {
    await applyRefundAnswers(work, answers)
    const { status } = await getRefund(work.tx, named.id)
    return { hasArrived: arrivedRefundStates.includes(status) }
  })
}

/** Returns the refund if it waits, and a request of it may have reached the provider earlier. */
async function readFailed({ tx, actor }: Work, text: string): Promise<NamedRefund | undefined> {
  requireStaff(actor, 'finance')
  const { id, status, calls, attempt } = await getRefund(tx, text)
  const isUnsentAgain = status === 'submitted' && calls === 0 && attempt > 1
  return status === 'failed' || isUnsentAgain ? await readNamed(tx, id) : undefined
}

async function ask(context: GatewayContext, named: NamedRefund): Promise<GatewayRefund[]> {
  const { gateway } = context
  const { code, providerIds, bookedIdr } = named
  try {
    const ids = await idsOf(context, named)
    const { refunds, partial } = await gateway.findRefunds(ids)
    if (partial) throw partialList(partial)
    const { transactions } = await gateway.listTransactions({ referenceId: referenceOf(named), limit: 50 })
    const lines = transactions.flatMap((line) =>
      line.type === 'REFUND' && line.productId ? [line.productId] : [],
    )
    const unlisted = [...new Set([...providerIds, ...lines])].filter(
      (id) => !refunds.some((refund) => refund.id === id),
    )
    const others = await Promise.all(unlisted.map((id) => refusedAsNothing(() => gateway.getRefund(id))))
    const all = [...refunds, ...others.filter((refund) => refund !== undefined)]
    const refundedIdr = (await refusedAsNothing(() => gateway.refundedIdr(ids))) ?? 0
    const { isHidden, shownIdr } = hiddenRefund(refundedIdr, all, bookedIdr)
    if (isHidden) throw paymentErrors.refund_is_there({ refund: code, refundedIdr, shownIdr, bookedIdr })
    return all.filter(
      ({ id, referenceId }) =>
        unlisted.includes(id) || providerIds.includes(id) || referenceId?.replace(/-\d+$/, '') === code,
    )
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    throw paymentErrors.provider_silent({ refund: code, code: error.code })
  }
}
