import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type Actor, actorLabel, requireStaff } from '../kernel/actor.ts'
import type { AttentionKind } from '../kernel/attention-kinds.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import { type Paged, pageOf } from '../kernel/pages.ts'
import { showWhoActs } from '../kernel/proofs/proven.ts'
import type { DB } from '../kernel/schema.ts'
import type { Tx, Work } from '../kernel/work.ts'
import { urgentKinds } from './urgent-kinds.ts'

/** An attention item: a matter that a person must look at, or has looked at. */
export interface AttentionView {
  id: string
  kind: string
  subjectKind: string
  subjectId: string
  message: string
  /** The command with which staff fix the cause of the item. */
  command: string
  details: Record<string, unknown>
  /** The number of times that the item was raised while it was open. */
  times: number
  since: Date
  resolvedAt: Date | null
  resolvedBy: string | null
  resolution: string | null
}

const columns = sql`
  id, kind, subject_kind, subject_id, message, command, details, times, since, resolved_at, resolved_by, resolution`

/** The kinds of attention items about goods and parcels. The warehouse sees only these. */
const kindsOfGoods: readonly AttentionKind[] = [
  'order_called_off',
  'order_came_back',
  'order_contradicted',
  'order_not_shippable',
  'pickup_short',
  'purchase_order_not_told',
  'purchase_order_refused',
  'purchase_order_reply_ambiguous',
  'purchase_order_reply_unclear',
  'purchase_order_unanswered',
  'purchase_order_unneeded',
  'return_requested',
  'session_lost_purchase_order',
  'session_short_of_stock',
  'session_stock_unchecked',
  'shipment_booked_unasked',
  'shipment_contradicted',
  'shipment_not_booked',
  'shipment_status_unknown',
  'shipment_untracked',
]

/**
 * Returns the SQL condition for the attention items that the actor may see. The warehouse sees only items
 * about goods, because the other items tell of money and of staff. Everybody else sees all items.
 */
const seenBy = (actor: Actor | undefined): RawBuilder<unknown> =>
  actor?.kind === 'staff' && actor.role === 'warehouse'
    ? sql`(kind = any(${[...kindsOfGoods]})
        or kind = 'item_set_aside' and subject_kind in ('order', 'purchase_order', 'session', 'shipment'))`
    : sql`true`

/**
 * The kinds of items about what a member of staff did or tried. Only finance resolves them, and never the
 * person whom the item is about.
 */
const kindsOfStaff: readonly string[] = ['staff_changed', 'factor_guessed'] satisfies AttentionKind[]

export interface AttentionFilter {
  /** True to list resolved attention items as well; otherwise only open items are listed. */
  all?: boolean | undefined
  kind?: string | undefined
  subjectId?: string | undefined
  /** The person who reads; undefined for laku itself, which reads all items. */
  reader?: Actor | undefined
  limit: number
  /** The id of the last attention item on the previous page. */
  cursor?: string | undefined
}

/** Lists attention items, newest first, by keyset pages. */
export async function listAttention(tx: Tx, filter: AttentionFilter): Promise<Paged<AttentionView>> {
  const wheres = [filter.all ? sql`true` : sql`resolved_at is null`, seenBy(filter.reader)]
  if (filter.kind) wheres.push(sql`kind = ${filter.kind}`)
  if (filter.subjectId) wheres.push(sql`subject_id = ${filter.subjectId}`)
  if (filter.cursor) wheres.push(sql`id < ${filter.cursor}::uuid`)
  const { rows } = await sql<AttentionView>`
    select ${columns} from attention where ${sql.join(wheres, sql` and `)}
    order by id desc limit ${filter.limit + 1}`.execute(tx)
  return pageOf(rows, filter.limit, (row) => row.id)
}

/**
 * Returns one attention item by its id.
 * @throws kernel.attention_not_found
 */
export async function showAttention(tx: Tx, id: string, reader?: Actor): Promise<AttentionView> {
  const { rows } = await sql<AttentionView>`
    select ${columns} from attention where id = ${id}::uuid and ${seenBy(reader)}`.execute(tx)
  if (!rows[0]) throw kernelErrors.attention_not_found({ id })
  return rows[0]
}

/**
 * Resolves an attention item, with a note of what was done about it. If its cause occurs again, a new item is
 * raised. An item about what a member of staff did or tried can be resolved only by finance. An item that
 * tells of a person's act cannot be resolved by anybody who took part in it, or who is not independent of
 * them (docs/adr/0183).
 * @throws kernel.forbidden, kernel.own_act, kernel.attention_not_found, kernel.attention_resolved
 */
export async function resolveAttention(
  work: Work,
  { id, resolution }: { id: string; resolution: string },
): Promise<AttentionView> {
  requireStaff(work.actor, 'support', 'finance', 'warehouse')
  const { kind } = await showAttention(work.tx, id, work.actor)
  if (kindsOfStaff.includes(kind)) requireStaff(work.actor, 'finance')
  if (await isConcerned(work, id)) throw kernelErrors.own_act()
  await showWhoActs(work)
  const { rows } = await sql<AttentionView>`
    update attention set resolved_at = ${work.now}, resolved_by = ${actorLabel(work.actor)}, resolution = ${resolution}
    where id = ${id}::uuid and resolved_at is null returning ${columns}`.execute(work.tx)
  const item = rows[0]
  if (!item) {
    const known = await showAttention(work.tx, id)
    throw kernelErrors.attention_resolved({ by: known.resolvedBy, at: known.resolvedAt })
  }
  work.audit({
    command: 'attention resolve',
    subject: ['attention', id],
    before: { kind: item.kind, subject: `${item.subjectKind} ${item.subjectId}`, resolved: false },
    after: { resolved: true, resolution },
  })
  return item
}

/** Whether an item tells of an act of this member of staff, or of somebody who is not independent of them. */
async function isConcerned({ tx, actor }: Work, itemId: string): Promise<boolean> {
  if (actor.kind !== 'staff') return false
  const { rows } = await sql<{ is: boolean }>`
    select concerns_person(a, ${actor.id}::uuid) as is from attention a where a.id = ${itemId}::uuid`.execute(
    tx,
  )
  return rows[0]?.is ?? false
}

/**
 * Resolves the open attention items of this kind about these objects. Their cause is gone, so no person needs
 * to look at them.
 */
export async function endAttention(
  work: Work,
  kind: AttentionKind,
  subjectIds: string | readonly string[],
  resolution: string,
): Promise<void> {
  const holds = sql`a.kind = ${kind} and a.subject_id = any(${[subjectIds].flat()})`
  await endAttentionWhere(work, holds, { resolution })
}

/**
 * Resolves all open attention items for which the SQL condition `holds` is true. In it, `a` is the item, and
 * `the_time.now` the present time. Returns the number of resolved items.
 */
export async function endAttentionWhere(
  work: Work,
  holds: RawBuilder<unknown>,
  { resolution }: { resolution: string },
): Promise<number> {
  const settled = sql`
    with the_time as (select ${work.now}::timestamptz as now)
    update attention a set resolved_at = ${work.now}, resolved_by = ${actorLabel(work.actor)}, resolution = ${resolution}
    where a.resolved_at is null and ${holds}`
  // Both statements are sent at once, and the database runs them in this order. The first statement tells the
  // database which person acts, before the items change.
  const [, { numAffectedRows }] = await Promise.all([showWhoActs(work), settled.execute(work.tx)])
  return Number(numAffectedRows ?? 0)
}

/** Records that these attention items were mailed to the people who look after the shop. */
export async function recordMailed(work: Work, ids: readonly string[]): Promise<void> {
  await sql`
    update attention set mailed_at = ${work.now}
    where id = any(${[...ids]}::uuid[]) and mailed_at is null`.execute(work.tx)
}

/** Returns since when an attention item of this kind about this object is open; undefined if none is. */
export async function openSince(tx: Tx, kind: AttentionKind, subjectId: string): Promise<Date | undefined> {
  const { rows } = await sql<{ since: Date }>`
    select since from attention
    where kind = ${kind} and subject_id = ${subjectId} and resolved_at is null`.execute(tx)
  return rows[0]?.since
}

/** Counts the open attention items. */
export async function countAttention(db: Kysely<DB>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from attention where resolved_at is null`.execute(db)
  return rows[0]?.count ?? 0
}

/**
 * Counts the open attention items that are to be mailed at once, but have not been mailed although they were
 * raised before `before`.
 */
export async function countUnmailed(db: Kysely<DB>, before: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from attention
    where resolved_at is null and mailed_at is null and since < ${before} and kind = any(${urgentKinds()})`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/**
 * Returns an SQL condition that is true if an attention item was ever raised about this object, open or
 * resolved. `subjectId` is a text column.
 */
export const wasRaised = (subjectId: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`exists (select from attention a where a.subject_id = ${subjectId})`
