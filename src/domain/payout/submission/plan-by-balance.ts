import { sql } from 'kysely'
import { PAYOUT_COST_IDR, SETTLEMENT_DAYS_AT_MOST } from '../../../providers/xendit/facts.ts'
import {
  formatIdr,
  inSql,
  ProviderFailure,
  type Rupiah,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { isPaused } from '../../ops/index.ts'
import type { PayoutContext } from '../context.ts'
import { pendingPayoutStates } from '../transitions.ts'

/** A payout or refund that is paid from the spendable balance at the provider. The oldest goes first. */
export interface Outgoing {
  createdAt: Date
  /** The amount that the payout or refund takes from the balance, including the provider's fee. */
  takesIdr: Rupiah
}

/**
 * The maximum number of waiting payouts that laku reads to plan which of them to send. All others go on
 * waiting.
 */
const LOOKED_AT = 500

/**
 * Returns which of `mine` (payouts, or refunds) fit into the balance, the oldest first. `others` are paid
 * from the same balance. If one item of either list does not fit, all younger ones wait.
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
 * Returns the payouts that wait because laku's balance at the provider is too small, oldest first. Refunds
 * wait for the same balance, and the oldest payout or refund is sent first.
 */
export async function payoutsWaiting({ tx }: Pick<Work, 'tx'>): Promise<Outgoing[]> {
  const { rows } = await sql<Outgoing>`
    select created_at, amount_idr + ${PAYOUT_COST_IDR}::int8 as takes_idr from payouts
    where waits_since is not null and status in ${inSql(pendingPayoutStates)} and not held and short_since is null
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
  /**
   * The time since which the payout waits for the balance to grow, because two payouts before it failed when
   * the balance was too small.
   */
  shortSince: Date | null
  /** The lowest balance (rupiah) that was read while the payout waited for the balance to grow. */
  shortIdr: Rupiah | null
}

/**
 * Returns the payouts that are to be sent now, or about which the provider is to be asked now. Only payouts
 * that fit into the spendable balance are sent, because the provider would accept a larger one and fail it
 * minutes later. Waiting refunds use the same balance, and the oldest payout or refund goes first. A waiting
 * payout does not count as failed. If the balance cannot be read, no payout is held back.
 */
export async function planPayouts(context: PayoutContext, payoutIds: readonly string[]): Promise<string[]> {
  if (payoutIds.length === 0) return []
  const { unitOfWork, actor, payouts } = context
  const seen = await unitOfWork.run(actor, async (work) => {
    if ((await isPaused(work.tx, 'xendit')) || (await isPaused(work.tx, 'payouts'))) return undefined
    return { queue: await queueOf(work, payoutIds), refunds: (await context.refundsWaiting?.(work)) ?? [] }
  })
  // While staff have paused payouts or Xendit, nothing is planned. All payouts that the caller named are
  // returned, and `claimPayouts` postpones them.
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
  const now = unitOfWork.clock.now()
  const short = sending.filter((queued) => waitsForGrowth(queued, balanceIdr, now))
  const believed = sending.filter((queued) => !short.includes(queued))
  const { fit, wait } =
    balanceIdr === undefined ? { fit: believed, wait: [] } : fitByAge(balanceIdr, believed, refunds)
  await unitOfWork.run(actor, async (work) => {
    await holdBack(work, [...wait, ...short], balanceIdr)
    if (balanceIdr !== undefined) {
      await noteShort(work, short, balanceIdr)
      await letGo(work, fit)
    }
  })
  // Some payouts that waited for a larger balance fit now, but the caller did not name them. They are due
  // now, so the periodic job (the sweep) sends them, one batch at a time.
  return [...others, ...ids(fit).filter((id) => asked.has(id))]
}

const DAY_S = 86_400

/**
 * Returns true if a payout must wait until the balance has grown by the sum that the payout takes. Two
 * earlier payouts failed because the balance was too small. Before them laku had read a balance that was
 * large enough, or could read none. So laku no longer trusts the balance that it reads. The wait ends after
 * five days, because all money that was paid before the wait is settled by then (xendit.settlement). Other
 * payouts do not wait for such a payout.
 */
function waitsForGrowth(
  { shortSince, shortIdr, takesIdr }: Queued,
  balanceIdr: Rupiah | undefined,
  now: Date,
): boolean {
  if (!shortSince || now >= secondsAfter(shortSince, SETTLEMENT_DAYS_AT_MOST * DAY_S)) return false
  if (balanceIdr === undefined) return true
  return balanceIdr < Math.min(shortIdr ?? balanceIdr, balanceIdr) + takesIdr
}

async function noteShort(work: Work, short: readonly Queued[], balanceIdr: Rupiah): Promise<void> {
  if (short.length === 0) return
  await sql`
    update payouts set short_idr = least(short_idr, ${balanceIdr}::int8) where id = any(${ids(short)}::uuid[])`.execute(
    work.tx,
  )
}

/**
 * Returns the payouts that the caller named, and the oldest payouts that wait because laku's balance at the
 * provider is too small.
 */
async function queueOf({ tx, now }: Work, payoutIds: readonly string[]): Promise<Queued[]> {
  const { rows } = await sql<Queued>`
    with waiting as (
      select id from payouts where waits_since is not null and status in ${inSql(pendingPayoutStates)} and not held
      order by created_at limit ${LOOKED_AT}
    )
    select p.id, p.created_at, p.short_since, p.short_idr, p.amount_idr + ${PAYOUT_COST_IDR}::int8 as takes_idr,
      (p.status = 'created' or (p.status = 'submitted' and p.called_at is null))
        and p.next_check_at is not null and (p.status = 'created' or p.next_check_at <= ${now} or p.id in (select id from waiting)) as sends,
      p.id in (select id from waiting) as waits
    from payouts p
    where p.route = 'provider' and (p.id = any(${payoutIds}::uuid[]) or p.id in (select id from waiting))
    order by p.created_at, p.id`.execute(tx)
  return rows
}

const ids = (some: readonly Queued[]) => some.map((queued) => queued.id)

/** Lets payouts wait until the money that came in is settled at the provider. */
async function holdBack(work: Work, wait: readonly Queued[], balanceIdr: Rupiah | undefined): Promise<void> {
  if (wait.length === 0) return
  await sql`
    update payouts set waits_since = coalesce(waits_since, ${work.now}), next_check_at = ${secondsAfter(work.now, work.policy.balanceAgainS)}
    where id = any(${ids(wait)}::uuid[]) and status in ${inSql(pendingPayoutStates)} and called_at is null and next_check_at is not null`.execute(
    work.tx,
  )
  const { rows } = await sql<{ count: number; sumIdr: Rupiah; oldestAt: Date | null }>`
    select count(*)::int as count, coalesce(sum(amount_idr + ${PAYOUT_COST_IDR}::int8), 0)::int8 as sum_idr, min(waits_since) as oldest_at
    from payouts where waits_since is not null and status in ${inSql(pendingPayoutStates)} and not held`.execute(
    work.tx,
  )
  const { count = 0, sumIdr = 0, oldestAt = null } = rows[0] ?? {}
  if (count === 0) return
  const missingIdr = balanceIdr === undefined ? undefined : Math.max(0, sumIdr - balanceIdr)
  const there =
    balanceIdr === undefined || missingIdr === undefined
      ? 'The balance cannot be read now; laku reads it again automatically.'
      : `${formatIdr(balanceIdr)} can be spent. Add ${formatIdr(missingIdr)} there, or wait until it settles incoming payments.`
  work.requestAttention({
    kind: 'payouts_wait_for_balance',
    subject: ['provider', 'xendit'],
    message: `${count} payouts of ${formatIdr(sumIdr)} with fees wait, because the balance at the provider is too low. ${there}`,
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
