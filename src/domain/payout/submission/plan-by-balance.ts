import { sql } from 'kysely'
import { PAYOUT_COST_IDR } from '../../../providers/xendit/facts.ts'
import { formatIdr, ProviderFailure, type Rupiah, secondsAfter, type Work } from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import type { PayoutContext } from '../context.ts'

/** A payout or refund that uses up the spendable balance at the provider. The oldest goes first. */
export interface Outgoing {
  createdAt: Date
  /** The amount that the payout or refund takes from the balance, including the provider's fee. */
  takesIdr: Rupiah
}

/** The most waiting payouts that one plan of what to send reads; the rest stay waiting. */
const LOOKED_AT = 500

/**
 * Returns which of `mine` (payouts, or refunds) fit into the balance, the oldest first. `others` share the
 * balance. If one does not fit, all younger ones wait too.
 */
export function fitByAge<Item extends Outgoing>(
  balanceIdr: Rupiah,
  mine: readonly Item[],
  others: readonly Outgoing[],
): { fit: Item[]; wait: Item[] } {
  const queue = [
    ...mine.map((item) => ({ item, ...pick(item) })),
    ...others.map((outgoing) => ({ item: undefined, ...pick(outgoing) })),
  ].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  let leftIdr = balanceIdr
  const end = queue.findIndex(({ takesIdr }) => {
    leftIdr -= takesIdr
    return leftIdr < 0
  })
  const items = (some: typeof queue) => some.flatMap(({ item }) => item ?? [])
  if (end < 0) return { fit: items(queue), wait: [] }
  return { fit: items(queue.slice(0, end)), wait: items(queue.slice(end)) }
}

const pick = ({ createdAt, takesIdr }: Outgoing): Outgoing => ({ createdAt, takesIdr })

/**
 * Returns the payouts that wait for balance at the provider. Refunds share the balance with them, the oldest
 * first.
 */
export async function payoutsWaiting({ tx }: Pick<Work, 'tx'>): Promise<Outgoing[]> {
  const { rows } = await sql<Outgoing>`
    select created_at, amount_idr + ${PAYOUT_COST_IDR}::int8 as takes_idr from payouts
    where waits_since is not null and status in ('created', 'submitted') and not held
    order by created_at limit ${LOOKED_AT}`.execute(tx)
  return rows
}

interface Queued extends Outgoing {
  id: string
  /**
   * True if the next call for the payout sends money; false if laku only asks the provider about the payout.
   */
  sends: boolean
  waits: boolean
}

/**
 * Returns the payouts to send, or to ask the provider about, now. Only payouts that fit into the spendable
 * balance are sent: the provider would accept a larger one and fail it minutes later. Waiting refunds share
 * the balance, and the oldest goes first. A waiting payout does not count as failed. If the balance cannot be
 * read, no payout is held back.
 */
export async function planPayouts(context: PayoutContext, payoutIds: readonly string[]): Promise<string[]> {
  if (payoutIds.length === 0) return []
  const { units, actor, payouts } = context
  const seen = await units.run(actor, async (work) => {
    if ((await isPaused(work.tx, 'xendit')) || (await isPaused(work.tx, 'payouts'))) return undefined
    return { queue: await queueOf(work, payoutIds), refunds: (await context.refundsWaiting?.(work)) ?? [] }
  })
  // While one of the switches `payouts` and `xendit` is paused, `claimPayouts` postpones these payouts.
  if (!seen) return [...payoutIds]
  const { queue, refunds } = seen
  const sending = queue.filter((queued) => queued.sends)
  const asked = new Set(payoutIds)
  const others = ids(queue.filter((queued) => !queued.sends && asked.has(queued.id)))
  if (sending.length === 0) return others
  const balanceIdr = await payouts.balanceIdr().catch((error: unknown) => {
    if (error instanceof ProviderFailure) return undefined
    throw error
  })
  if (balanceIdr === undefined) return [...payoutIds]
  const { fit, wait } = fitByAge(balanceIdr, sending, refunds)
  await units.run(actor, async (work) => {
    await holdBack(work, wait, balanceIdr)
    await letGo(work, fit)
  })
  // Payouts that waited for balance, now fit and were not named by the caller are due now: the sweep sends
  // them, one batch at a time.
  return [...others, ...ids(fit).filter((id) => asked.has(id))]
}

/**
 * Returns the payouts that the caller named, and the oldest payouts that wait for balance at the provider.
 */
async function queueOf({ tx, now }: Work, payoutIds: readonly string[]): Promise<Queued[]> {
  const { rows } = await sql<Queued>`
    with waiting as (
      select id from payouts where waits_since is not null and status in ('created', 'submitted') and not held
      order by created_at limit ${LOOKED_AT}
    )
    select p.id, p.created_at, p.amount_idr + ${PAYOUT_COST_IDR}::int8 as takes_idr,
      (p.status = 'created' or (p.status = 'submitted' and p.called_at is null))
        and p.next_check_at is not null and (p.status = 'created' or p.next_check_at <= ${now} or p.id in (select id from waiting)) as sends,
      p.id in (select id from waiting) as waits
    from payouts p
    where p.route = 'provider' and (p.id = any(${payoutIds}::uuid[]) or p.id in (select id from waiting))
    order by p.created_at, p.id`.execute(tx)
  return rows
}

const ids = (some: readonly Queued[]) => some.map((queued) => queued.id)

/** Lets payouts wait for balance at the provider, until incoming money is settled there. */
async function holdBack(work: Work, wait: readonly Queued[], balanceIdr: Rupiah): Promise<void> {
  if (wait.length === 0) return
  await sql`
    update payouts set waits_since = coalesce(waits_since, ${work.now}), next_check_at = ${secondsAfter(work.now, work.policy.balanceAgainS)}
    where id = any(${ids(wait)}::uuid[]) and status in ('created', 'submitted') and called_at is null and next_check_at is not null`.execute(
    work.tx,
  )
  const { rows } = await sql<{ count: number; sumIdr: Rupiah; oldestAt: Date | null }>`
    select count(*)::int as count, coalesce(sum(amount_idr + ${PAYOUT_COST_IDR}::int8), 0)::int8 as sum_idr, min(waits_since) as oldest_at
    from payouts where waits_since is not null and status in ('created', 'submitted') and not held`.execute(
    work.tx,
  )
  const { count = 0, sumIdr = 0, oldestAt = null } = rows[0] ?? {}
  if (count === 0) return
  const missingIdr = Math.max(0, sumIdr - balanceIdr)
  work.requestAttention({
    kind: 'payouts_wait_for_balance',
    subject: ['provider', 'xendit'],
    message: `${count} payouts of ${formatIdr(sumIdr)} with fees wait, because only ${formatIdr(balanceIdr)} can be spent at the provider. Add ${formatIdr(missingIdr)} there, or wait until it settles incoming payments.`,
    command: 'laku payouts list --waiting',
    details: { count, sumIdr, balanceIdr, missingIdr, oldestAt },
  })
}

/**
 * Makes waiting payouts due now, even if their next check was later, because the provider's balance suffices
 * for them.
 */
async function letGo(work: Work, fit: readonly Queued[]): Promise<void> {
  const waited = fit.filter((queued) => queued.waits)
  if (waited.length === 0) return
  await sql`
    update payouts set waits_since = null, next_check_at = least(next_check_at, ${work.now})
    where id = any(${ids(waited)}::uuid[]) and waits_since is not null`.execute(work.tx)
}
