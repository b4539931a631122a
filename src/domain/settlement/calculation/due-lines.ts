import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../kernel/index.ts'
import { factoryAccount } from '../../ledger/index.ts'
import { settledStates } from '../../order/index.ts'
import type { Line, Period } from '../rules.ts'
import { linesFrom } from './gather-lines.ts'

export interface DueLine extends Line {
  factoryId: string
}

/**
 * Returns an SQL condition: the settlement line `l` is a refund, and the refunded sale is in another
 * settlement. That settlement pays the factory for the sale. So the refund is due as soon as it is posted,
 * whatever the state of its order.
 */
const takesBackSettled = (settlementId: string | null): RawBuilder<boolean> => sql<boolean>`
  (l.kind = 'refund' and exists (
    select from settlement_items sold
    where sold.order_item_id = l.order_item_id and sold.kind = 'sale' and sold.settlement_id is not null
      and sold.settlement_id is distinct from ${settlementId}::uuid))`

/**
 * Returns the SQL condition that the settlement line `l` of the order `o` is due. All lines of an order
 * become due together, after its delivery. One kind of line does not wait for that: the refund of a sale that
 * was settled before.
 */
const isDue = ({ endedBefore, postedBefore }: Period): RawBuilder<boolean> => sql<boolean>`
  case when l.order_id is null or ${takesBackSettled(null)} then l.posted_at < ${postedBefore}
    else o.status = any(${[...settledStates]}) and coalesce(o.delivered_at, o.updated_at) <= ${endedBefore} end`

/**
 * Locks and returns a factory's lines that are due and in no settlement yet, so that no other run settles
 * them.
 */
export async function lockDueLines(tx: Tx, factoryId: string, period: Period): Promise<DueLine[]> {
  const { rows } = await sql<DueLine>`
    select l.entry_seq, l.factory_id, l.kind, l.gross_idr, l.commission_idr, l.net_idr
    from settlement_items l left join orders o on o.id = l.order_id
    where l.settlement_id is null and l.factory_id = ${factoryId} and ${isDue(period)}
    order by l.entry_seq for no key update of l`.execute(tx)
  return rows
}

/**
 * Returns the ids of factories for which a settlement may have to be calculated. They have unsettled lines
 * that are due, or a calculated settlement whose lines may have changed.
 */
export async function dueFactories(tx: Tx, period: Period, factoryId?: string): Promise<string[]> {
  const only = factoryId ? sql`f.factory_id = ${factoryId}::uuid` : sql`true`
  const { rows } = await sql<{ factoryId: string }>`
    select f.factory_id from (
      select l.factory_id from settlement_items l left join orders o on o.id = l.order_id
      where l.settlement_id is null and ${isDue(period)}
      union select s.factory_id from settlements s where s.status = 'calculated'
    ) f where ${only} order by f.factory_id`.execute(tx)
  return rows.map((row) => row.factoryId)
}

/**
 * Returns the due, unsettled lines of one factory or of all factories. Some ledger entries are not yet stored
 * as settlement lines; they are included. Changes nothing.
 */
export async function readDueLines(tx: Tx, period: Period, factoryId?: string): Promise<DueLine[]> {
  const only = factoryId ? sql`l.factory_id = ${factoryId}::uuid` : sql`true`
  const { rows } = await sql<DueLine>`
    select l.entry_seq, l.factory_id, l.kind, l.gross_idr, l.commission_idr, l.net_idr
    from (
      select entry_seq, factory_id, kind, order_id, order_item_id, gross_idr, commission_idr, net_idr, posted_at
      from settlement_items where settlement_id is null
      union all
      select entry_seq, factory_id, kind, order_id, order_item_id, gross_idr, commission_idr, net_idr, posted_at from (
        ${linesFrom(sql`e.seq > (select through_seq from settlement_gathered)`)}
      ) fresh
    ) l left join orders o on o.id = l.order_id
    where ${only} and ${isDue(period)} order by l.factory_id, l.entry_seq`.execute(tx)
  return rows
}

/**
 * Returns the lines that a settlement would have if it were calculated again now. A line is left out if its
 * order is no longer finished. Later ledger entries of the same order items, such as a refund, are added.
 */
export async function presentLines(
  tx: Tx,
  { id, factoryId }: { id: string; factoryId: string },
): Promise<DueLine[]> {
  const mine = sql`
    a.key = ${factoryAccount(factoryId)} and (e.seq = any(array(select entry_seq from mine))
      or e.order_item_id = any(array(select order_item_id from mine where order_item_id is not null)))
    and not exists (
      select from settlement_items other where other.entry_seq = e.seq and other.settlement_id <> ${id}::uuid)`
  const { rows } = await sql<DueLine>`
    with mine as (select entry_seq, order_item_id from settlement_items where settlement_id = ${id}::uuid)
    select l.entry_seq, l.factory_id, l.kind, l.gross_idr, l.commission_idr, l.net_idr
    from (${linesFrom(mine)}) l left join orders o on o.id = l.order_id
    where l.order_id is null or o.status = any(${[...settledStates]}) or ${takesBackSettled(id)}
    order by l.entry_seq`.execute(tx)
  return rows
}
