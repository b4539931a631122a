import { sql } from 'kysely'
import type { Work } from '../../../src/domain/kernel/index.ts'
import type { Model } from '../model/model.ts'
import { Place } from '../model/sessions.ts'
import type { World } from './world.ts'

/** The facts that are compared between laku and the model. */
interface Seen {
  sessions: { status: string; held: number; paid: number; people: number; finalIdr: number | null }[]
  places: string[]
  payments: string[]
  orders: string[]
  /** States and amounts, sorted as texts. */
  refunds: string[]
  withdrawals: string[]
  settlements: string[]
  stock: { onHand: number; reserved: number }[]
  accounts: { [account: string]: number }
}

/** Returns the number of the last ledger entry. Every later entry belongs to this history. */
export async function lookFrom(work: Work): Promise<number> {
  const { rows } = await sql<{
    seq: number
  }>`select coalesce(max(seq), 0)::int8 as seq from ledger_entries`.execute(work.tx)
  return rows[0]?.seq ?? 0
}

export async function look(
  work: Work,
  world: World,
  { orders, since }: { orders: readonly string[]; since: number },
): Promise<Seen> {
  const { market, buyers, sessions, payments } = world
  const sessionIds = sessions.map((session) => session.id)
  const userIds = buyers.map((buyer) => buyer.id)
  const variantIds = [market.variantId, market.otherVariantId]
  const paymentIds = payments.map((payment) => payment.id)
  const { rows } = await sql<{ seen: Seen & { accounts: [string, number][] } }>`
    select jsonb_build_object(
      'sessions', (select jsonb_agg(jsonb_build_object('status', status, 'held', held_units, 'paid', paid_units,
          'people', participants, 'finalIdr', final_unit_price_idr) order by id)
        from group_buying_sessions where id = any(${sessionIds}::uuid[])),
      'places', (select coalesce(jsonb_agg(status order by id), '[]') from group_participants
        where session_id = any(${sessionIds}::uuid[])),
      'payments', (select coalesce(jsonb_agg(status order by id), '[]') from payments
        where id = any(${paymentIds}::uuid[])),
      'orders', (select coalesce(jsonb_agg(status order by array_position(${[...orders]}::uuid[], id)), '[]') from orders
        where user_id = any(${userIds}::uuid[])),
      'refunds', (select coalesce(jsonb_agg(status || ' ' || amount_idr order by status || ' ' || amount_idr), '[]') from refunds
        where payment_id = any(${paymentIds}::uuid[])),
      'withdrawals', (select coalesce(jsonb_agg(status || ' ' || amount_idr || ' ' || fee_idr order by id), '[]') from withdrawals
        where user_id = any(${userIds}::uuid[])),
      'settlements', (select coalesce(jsonb_agg(status || ' ' || net_idr order by id), '[]') from settlements
        where factory_id = ${market.factoryId}),
      'stock', (select jsonb_agg(jsonb_build_object('onHand', coalesce(i.on_hand, 0), 'reserved', coalesce(i.reserved, 0)) order by v.nth)
        from unnest(${variantIds}::uuid[]) with ordinality as v(id, nth) left join warehouse_inventory i on i.variant_id = v.id),
      'accounts', (select coalesce(jsonb_agg(jsonb_build_array(key, idr)), '[]') from (
        select a.key, -sum(e.amount_idr) as idr from ledger_entries e join ledger_accounts a on a.id = e.account_id
        where e.seq > ${since} group by a.key) b)
    ) as seen`.execute(work.tx)
  const { accounts, ...seen } = (rows[0] as { seen: Seen & { accounts: [string, number][] } }).seen
  return { ...seen, accounts: namedAlike(accounts, sessionIds, userIds) }
}

/** Returns balances under the model's account names; accounts of single orders are added up. */
function namedAlike(
  accounts: readonly [key: string, idr: number][],
  sessionIds: readonly string[],
  userIds: readonly string[],
): Seen['accounts'] {
  const sums = new Map<string, number>()
  for (const [key, idr] of accounts) {
    const [family = key, id = ''] = key.split(':')
    const ids = { escrow: sessionIds, wallet: userIds }[family]
    const name = ids ? `${family} ${ids.indexOf(id)}` : family
    sums.set(name, (sums.get(name) ?? 0) + idr)
  }
  return Object.fromEntries([...sums].filter(([, idr]) => idr !== 0).sort())
}

export function expectationOf(model: Model): Seen {
  const { sessions, payments, orders, stock, withdrawals, settlements, book } = model
  const places = payments.all.flatMap(({ isFor }) => (isFor instanceof Place ? [isFor] : []))
  return {
    sessions: sessions.map((session) => ({
      status: session.status,
      held: session.units('held'),
      paid: session.units('paid', 'ordered'),
      people: session.places.filter(({ status }) => status === 'paid' || status === 'ordered').length,
      finalIdr: session.finalIdr,
    })),
    places: places.map((place) => place.status),
    payments: payments.all.map((payment) => payment.status),
    orders: orders.all.map((order) => order.status),
    refunds: payments.refunds.map(({ status, amountIdr }) => `${status} ${amountIdr}`).sort(),
    withdrawals: withdrawals.all.map(({ status, amountIdr, feeIdr }) => `${status} ${amountIdr} ${feeIdr}`),
    settlements: settlements.all.map(({ status, netIdr }) => `${status} ${netIdr}`),
    stock: stock.onHand.map((onHand, v) => ({ onHand, reserved: stock.reserved[v] ?? 0 })),
    accounts: book.all,
  }
}
