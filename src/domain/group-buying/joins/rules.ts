import type { AddressSnapshot } from '../../address/index.ts'
import { type DomainError, kernelErrors, type Policy, type Rupiah, rupiah } from '../../kernel/index.ts'
import type { Rate } from '../../logistics/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import type { Join } from './join-request.ts'
import { type JoinableSession, type JoinContext, placeOf } from './read-context.ts'

/**
 * A join that no rule has refused so far. But its shipping fee is not known yet, and the session may not have
 * enough free units.
 */
export interface Candidate {
  join: Join
  session: JoinableSession
  items: Map<string, number>
  units: number
  weightG: number
  goodsIdr: Rupiah
  address: AddressSnapshot
  /** Whether the buyer has paid for anything before; if so, laku waits longer for the payment of the join. */
  isKnown: boolean
}

/** A candidate join with its shipping fee and its total price. */
export interface PricedJoin extends Candidate {
  rate: Rate
  totalIdr: Rupiah
}

/**
 * Returns the items of a join, with the quantities of equal variants added up; undefined if a quantity is no
 * whole number above 0.
 */
function itemsOf(join: Join): Map<string, number> | undefined {
  const items = new Map<string, number>()
  for (const { variantId, quantity } of join.items) {
    if (!Number.isInteger(quantity) || quantity < 1) return undefined
    items.set(variantId, (items.get(variantId) ?? 0) + quantity)
  }
  return items.size > 0 ? items : undefined
}

/**
 * Returns a join as a candidate for units of its session, or the error that refuses the join. `taken` holds
 * the places that earlier joins of the same batch get.
 */
export function candidateOf(
  join: Join,
  context: JoinContext,
  { now, policy }: { now: Date; policy: Policy },
  taken: ReadonlySet<string>,
): Candidate | DomainError {
  if (context.paused) return kernelErrors.paused({ switch: 'joins' })
  const session = context.sessions.get(join.sessionId)
  if (!session || session.status === 'draft')
    return groupBuyingErrors.session_not_found({ session: join.sessionId })
  if (session.status !== 'forming' || session.endsAt <= now) return notOpen(session)
  if (context.userStatus.get(join.customerId) !== 'active') return groupBuyingErrors.user_not_active()
  if (context.live.has(placeOf(join)) || taken.has(placeOf(join))) {
    return groupBuyingErrors.already_joined({ sessionId: session.id, code: session.code })
  }
  const address = context.addresses.get(join.addressId)
  if (address?.userId !== join.customerId)
    return groupBuyingErrors.address_not_found({ addressId: join.addressId })
  const items = itemsOf(join)
  if (!items) return groupBuyingErrors.no_items()
  return (
    unpaidRefusal(join, context, policy) ??
    sizedCandidate(
      join,
      session,
      items,
      { address: address.snapshot, isKnown: context.known.has(join.customerId) },
      policy,
    )
  )
}

/**
 * Returns the error for a buyer who has too many unpaid places, or who joins the same session again too often
 * without paying. There are such limits because an unpaid place is free for its buyer, but blocks units that
 * others would buy.
 */
function unpaidRefusal(join: Join, context: JoinContext, policy: Policy): DomainError | undefined {
  if (join.paymentMethod === 'wallet') return undefined
  const limit = policy.unpaidPlaces
  if ((context.unpaidPlaces.get(join.customerId) ?? 0) >= limit)
    return groupBuyingErrors.too_many_unpaid({ limit })
  const renewals = context.renewals.get(placeOf(join)) ?? 0
  return renewals > policy.unpaidRenewals
    ? groupBuyingErrors.hold_renewed({ limit: policy.unpaidRenewals })
    : undefined
}

/**
 * Returns the maximum number of units that one unpaid place in a session may hold. If staff have limited the
 * units of each buyer of the session, that limit applies instead.
 */
function unpaidMost({ capacity, perUserLimit }: JoinableSession, policy: Policy): number {
  if (capacity === null || perUserLimit !== null) return Number.POSITIVE_INFINITY
  return Math.max(policy.unpaidShareFloor, Math.floor((capacity * policy.unpaidShareBps) / 10_000))
}

function sizedCandidate(
  join: Join,
  session: JoinableSession,
  items: Map<string, number>,
  buyer: Pick<Candidate, 'address' | 'isKnown'>,
  policy: Policy,
): Candidate | DomainError {
  let units = 0
  let weightG = 0
  let goodsIdr = 0
  for (const [variantId, quantity] of items) {
    const variant = session.variants[variantId]
    if (!variant) return groupBuyingErrors.variant_not_in_session({ variantId, sessionId: session.id })
    units += quantity
    weightG += variant.weightG * quantity
    goodsIdr += variant.priceIdr * quantity
  }
  if (session.perUserLimit !== null && units > session.perUserLimit) {
    return groupBuyingErrors.per_user_limit({ units, limit: session.perUserLimit })
  }
  const most = unpaidMost(session, policy)
  if (join.paymentMethod !== 'wallet' && units > most) return groupBuyingErrors.unpaid_share({ units, most })
  return { join, session, items, units, weightG, goodsIdr: rupiah(goodsIdr), ...buyer }
}

export const notOpen = (session: { code: string; status: string; endsAt: Date }) =>
  groupBuyingErrors.session_not_open({ code: session.code, status: session.status, endsAt: session.endsAt })
