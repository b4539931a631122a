import { sql } from 'kysely'
import {
  attempt,
  formatIdr,
  inSql,
  ProviderFailure,
  type Rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { fitByAge, type Outgoing, payoutsWaiting } from '../../payout/index.ts'
import type { GatewayContext } from '../context.ts'
import { grantedRefundStates, outstandingRefundStates, sendableRefundStates } from '../transitions.ts'
import type { Payment } from '../views.ts'
import { refundWaits } from './refund-event.ts'

/**
 * The maximum number of waiting refunds that laku reads to plan which of them to send. All others go on
 * waiting.
 */
const LOOKED_AT = 500

interface Queued {
  id: string
  amountIdr: Rupiah
  createdAt: Date
  /**
   * True if the next call for the refund sends money; false if laku only asks the provider about the refund.
   */
  sends: boolean
  /** True if the refund already waits, because the balance at the provider is too small. */
  waits: boolean
}

/**
 * Returns the refunds that are to be sent now, or about which the provider is to be asked now. While any
 * refund waits for a larger balance at the provider, only refunds that fit into the spendable balance are
 * sent. Waiting payouts use the same balance. The oldest payout or refund goes first, and none overtakes it.
 * A waiting refund does not count as failed; its buyer is notified once. If the balance cannot be read, no
 * refund is held back.
 */
export async function planByBalance(
  context: GatewayContext,
  refundIds: readonly string[],
): Promise<string[]> {
  if (refundIds.length === 0) return []
  const { unitOfWork, actor, gateway } = context
  const queue = await unitOfWork.run(actor, (work) => queueOf(work, refundIds))
  const sending = queue.filter((queued) => queued.sends)
  if (sending.length === 0 || !queue.some((queued) => queued.waits)) return queue.map((queued) => queued.id)
  const balanceIdr = await attempt(() => gateway.balanceIdr())
  if (balanceIdr instanceof ProviderFailure) return queue.map((queued) => queued.id)
  const others = await unitOfWork.run(actor, payoutsWaiting)
  const mine = sending.map((queued) => ({ ...queued, takesIdr: queued.amountIdr }))
  const waiting = new Set(fitByAge(balanceIdr, mine, others).wait.map((item) => item.id))
  const going = queue.filter(({ id }) => !waiting.has(id))
  await unitOfWork.run(actor, async (work) => {
    if (waiting.size > 0) await holdBack(work, [...waiting], balanceIdr)
    await bringForward(
      work,
      going.flatMap(({ id, waits }) => (waits ? [id] : [])),
    )
  })
  return going.map(({ id }) => id)
}

/**
 * Makes waiting refunds due now, even if their next check was later, because the provider's balance suffices
 * for them.
 */
async function bringForward(work: Work, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update refunds set next_check_at = ${work.now}
    where id = any(${ids}::uuid[]) and status = 'failed' and next_check_at > ${work.now}`.execute(work.tx)
}

/**
 * Returns the refunds that the caller named, and the oldest refunds that wait because laku's balance at the
 * provider is too small.
 */
async function queueOf({ tx, now }: Work, refundIds: readonly string[]): Promise<Queued[]> {
  const { rows } = await sql<Queued>`
    with waiting as (
      select id from refunds where waits_since is not null and status in ${inSql(sendableRefundStates)} and next_check_at is not null
      order by created_at limit ${LOOKED_AT}
    )
    select r.id, r.created_at, r.amount_idr, (r.status = 'approved' and (r.send_after is null or r.send_after <= ${now}))
      or (r.status = 'failed' and (r.next_check_at <= ${now} or r.id in (select id from waiting))) as sends,
      r.id in (select id from waiting) as waits
    from refunds r
    where r.destination = 'source' and r.status in ${inSql(grantedRefundStates)}
      and (r.id = any(${refundIds}::uuid[]) or r.id in (select id from waiting))
    order by r.created_at, r.id`.execute(tx)
  return rows
}

type HeldBack = Payment & {
  refundId: string
  refundCode: string
  refundIdr: Rupiah
  reason: string
  isNew: boolean
}

/**
 * Makes refunds wait, because the balance at the provider is too small. They wait until incoming money is
 * settled there.
 */
async function holdBack(work: Work, ids: readonly string[], balanceIdr: Rupiah): Promise<void> {
  const { rows } = await sql<HeldBack>`
    update refunds r set next_check_at = ${secondsAfter(work.now, work.policy.balanceAgainS)}, waits_since = coalesce(o.waits_since, ${work.now})
    from refunds o left join payments p on p.id = o.payment_id
    where r.id = o.id and r.id = any(${ids}::uuid[]) and r.status in ${inSql(sendableRefundStates)}
    returning r.id as refund_id, r.code as refund_code, r.amount_idr as refund_idr, r.reason, o.waits_since is null as is_new,
      p.id, p.code, p.user_id, p.session_id, p.participant_id, p.order_id, p.amount_idr, p.wallet_idr`.execute(
    work.tx,
  )
  for (const row of rows) {
    const { refundId: id, refundCode: code, refundIdr: amountIdr, reason } = row
    if (row.isNew && row.id)
      work.emit(refundWaits(row, { id, code, amountIdr, reason, destination: 'source' }))
  }
  await reportWaitingRefunds(work, balanceIdr)
}

/**
 * Notifies staff that refunds wait, because the balance at the provider is too small. Staff are told the sum
 * of these refunds, the time since which they wait, and the balance.
 */
export async function reportWaitingRefunds(work: Work, balanceIdr: Rupiah | null): Promise<void> {
  const { rows } = await sql<{ count: number; sumIdr: Rupiah; oldestAt: Date | null }>`
    select count(*)::int as count, coalesce(sum(amount_idr), 0)::int8 as sum_idr, min(waits_since) as oldest_at from refunds
    where waits_since is not null and status in ${inSql(outstandingRefundStates)}`.execute(work.tx)
  const [all] = rows
  if (!all || all.count === 0) return
  const missingIdr = balanceIdr === null ? null : Math.max(0, all.sumIdr - balanceIdr)
  const there =
    balanceIdr === null || missingIdr === null
      ? ''
      : `: ${formatIdr(balanceIdr)} can be spent there, and ${formatIdr(missingIdr)} is missing`
  work.requestAttention({
    kind: 'refunds_wait_for_balance',
    subject: ['provider', 'xendit'],
    message: `${all.count} refunds of ${formatIdr(all.sumIdr)} wait, because the balance at the provider is too low${there}. Add money there, or wait until the provider settles incoming payments.`,
    command: 'laku refunds list --waiting',
    details: {
      count: all.count,
      sumIdr: all.sumIdr,
      oldestAt: all.oldestAt,
      ...(balanceIdr !== null && { balanceIdr, missingIdr }),
    },
  })
}

/**
 * Returns the refunds that wait because laku's balance at the provider is too small, oldest first. Payouts
 * wait for the same balance, and the oldest payout or refund is sent first.
 */
export async function refundsWaiting({ tx }: Pick<Work, 'tx'>): Promise<Outgoing[]> {
  const { rows } = await sql<Outgoing>`
    select created_at, amount_idr as takes_idr from refunds
    where waits_since is not null and status in ${inSql(sendableRefundStates)} and next_check_at is not null
    order by created_at limit ${LOOKED_AT}`.execute(tx)
  return rows
}
