import { sql } from 'kysely'
import type { AddressSnapshot } from '../../address/index.ts'
import { inSql, type Rupiah, secondsAfter, type Tx } from '../../kernel/index.ts'
import { lockedBuyers } from '../../user/index.ts'
import { liveParticipantStates } from '../transitions.ts'
import type { Join } from './join-request.ts'

export interface JoinableSession {
  id: string
  code: string
  status: string
  endsAt: Date
  perUserLimit: number | null
  capacity: number | null
  /**
   * The variants that the session sells, by their ids. Each has its weight in grams, and its price in the
   * first tier, which the buyer pays at the join.
   */
  variants: Record<string, { weightG: number; priceIdr: Rupiah }>
}

/**
 * The data that the rules of joining need, for a whole batch of joins. The keys of the maps are the ids of
 * sessions, users and addresses. `live` contains the places that have not ended, each as `<session id> <user
 * id>`.
 */
export interface JoinContext {
  paused: boolean
  sessions: Map<string, JoinableSession>
  userStatus: Map<string, string>
  /** The ids of the buyers who have paid for anything before. */
  known: Set<string>
  addresses: Map<string, { userId: string; snapshot: AddressSnapshot }>
  live: Set<string>
  /**
   * How many of a buyer's places in a session ended unpaid within the last day. The key is `<session id>
   * <user id>`.
   */
  renewals: Map<string, number>
  /** The number of each buyer's unpaid places, in all sessions together. */
  unpaidPlaces: Map<string, number>
}

export const placeOf = (join: { sessionId: string; customerId: string }) =>
  `${join.sessionId} ${join.customerId}`

interface Row {
  paused: boolean
  sessions: (Omit<JoinableSession, 'endsAt'> & { endsAt: string })[] | null
  users: { id: string; status: string; known: boolean }[] | null
  addresses: { id: string; userId: string; snapshot: AddressSnapshot }[] | null
  own: { sessionId: string; customerId: string; live: boolean; ended: number; unpaid: number }[] | null
}

const unique = (ids: string[]) => [...new Set(ids)]

/**
 * Reads all data that the rules need for a batch of joins, in one statement, before the sessions are locked.
 * Another transaction may give a buyer a place in the same session after this read. In that case, the unique
 * index refuses the buyer's second place. All other data of the result stay the same while a join runs.
 */
export async function readJoinContext(tx: Tx, joins: readonly Join[], now: Date): Promise<JoinContext> {
  const dayAgo = secondsAfter(now, -86_400)
  const sessionIds = unique(joins.map((join) => join.sessionId))
  const userIds = unique(joins.map((join) => join.customerId))
  const addressIds = unique(joins.map((join) => join.addressId))
  const { rows } = await sql<Row>`
    select
      (select paused from switches where name = 'joins') as paused,
      (select json_agg(json_build_object('id', s.id, 'code', s.code, 'status', s.status, 'endsAt', s.ends_at,
          'perUserLimit', s.per_user_limit, 'capacity', s.capacity,
          'variants', (select json_object_agg(v.id, json_build_object('weightG', v.chargeable_g, 'priceIdr', t.unit_price_idr))
            from session_tier_prices t join product_variants v on v.id = t.variant_id
            where t.session_id = s.id
              and t.min_units = (select min(f.min_units) from session_tiers f where f.session_id = s.id))))
        from group_buying_sessions s where s.id = any(${sessionIds}::uuid[])) as sessions,
      (select json_agg(json_build_object('id', id, 'status', case when closing_since is null then status else 'closing' end,
          'known', exists (select from payments y where y.user_id = buyers.id and y.paid_at is not null)))
        from (${lockedBuyers(userIds)}) buyers) as users,
      (select json_agg(json_build_object('id', id, 'userId', user_id, 'snapshot', json_strip_nulls(json_build_object(
          'recipientName', recipient_name, 'phone', phone, 'street', street, 'district', district, 'city', city,
          'province', province, 'postalCode', postal_code, 'areaId', area_id))))
        from addresses where id = any(${addressIds}::uuid[]) and deleted_at is null) as addresses,
      (select json_agg(json_build_object('sessionId', w.session_id, 'customerId', w.user_id, 'live', own.live, 'ended', own.ended,
          'unpaid', own.unpaid))
        from unnest(${joins.map((join) => join.sessionId)}::uuid[], ${joins.map((join) => join.customerId)}::uuid[])
          as w(session_id, user_id)
        -- By buyer, and by the index of buyers alone: on fresh statistics the planner would read the whole session for
        -- each of them, or the whole index of live places (5 ms a batch over 1,000 sessions, measured); "offset 0"
        -- keeps it from looking through.
        cross join lateral (
          select coalesce(bool_or(p.session_id = w.session_id and p.status in ${inSql(liveParticipantStates)}), false) as live,
            (count(*) filter (where p.session_id = w.session_id and p.paid_at is null and p.ended_at > ${dayAgo}))::int as ended,
            (count(*) filter (where p.status = 'held'))::int as unpaid
          from (
            select q.session_id, q.status, q.paid_at, q.ended_at from group_participants q where q.user_id = w.user_id offset 0
          ) p
        ) own
        where own.live or own.ended > 0 or own.unpaid > 0) as own`.execute(tx)
  const row = rows[0] as Row
  const own = row.own ?? []
  return {
    paused: row.paused,
    sessions: new Map(
      (row.sessions ?? []).map((s) => [
        s.id,
        { ...s, variants: s.variants ?? {}, endsAt: new Date(s.endsAt) },
      ]),
    ),
    userStatus: new Map((row.users ?? []).map((user) => [user.id, user.status])),
    known: new Set((row.users ?? []).filter((user) => user.known).map((user) => user.id)),
    addresses: new Map((row.addresses ?? []).map((address) => [address.id, address])),
    live: new Set(own.filter((item) => item.live).map(placeOf)),
    renewals: new Map(own.map((item) => [placeOf(item), item.ended])),
    unpaidPlaces: new Map(own.map((item) => [item.customerId, item.unpaid])),
  }
}
