import { type RawBuilder, sql } from 'kysely'
import { pageOf, type Tx } from '../kernel/index.ts'
import { isLookedAfterBy } from '../territory/index.ts'
import { factoryErrors } from './errors.ts'
import type { FactoryStatus } from './transitions.ts'
import type { FactoryView, PublicFactory } from './views.ts'

/**
 * Returns the factories for which the SQL condition `where` is true, newest first. The condition refers to
 * the factory's row as `f`.
 */
async function factoryViews(tx: Tx, where: RawBuilder<unknown>, limit: number): Promise<FactoryView[]> {
  const { rows } = await sql<FactoryView>`
    select id, name, city, province, phone, email, postal_code, verification, status, commission_bps, tax_id_kind,
      suspended_because, created_at,
      jsonb_build_object('average', round(rating_sum::numeric / nullif(rating_count, 0), 1), 'count', rating_count) as rating
    from factories f where ${where} order by f.id desc limit ${limit}`.execute(tx)
  return rows
}

/** Returns factories by id, as staff see them; unknown factories are left out. */
export async function factoriesById(tx: Tx, ids: readonly string[]): Promise<Map<string, FactoryView>> {
  const rows = await factoryViews(tx, sql`f.id = any(${[...ids]}::uuid[])`, ids.length)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Returns one factory as staff see it.
 * @throws factory.not_found
 */
export async function getFactory(tx: Tx, id: string): Promise<FactoryView> {
  const factory = (await factoriesById(tx, [id])).get(id)
  if (!factory) throw factoryErrors.not_found({ factoryId: id })
  return factory
}

/**
 * Returns one factory as everybody sees it.
 * @throws factory.not_found, also for a factory that was never active
 */
export async function getPublicFactory(tx: Tx, id: string): Promise<PublicFactory> {
  const { name, city, province, rating, status } = await getFactory(tx, id)
  if (status === 'inactive') throw factoryErrors.not_found({ factoryId: id })
  return { id, name, city, province, rating }
}

/** Lists factories, newest first, a keyset page at a time. */
export async function listFactories(
  tx: Tx,
  filter: {
    status?: FactoryStatus | undefined
    /** The id of a staff member. Only the factories that this member's office looks after are listed. */
    lookedAfterBy?: string | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: FactoryView[]; nextCursor: string | null }> {
  const conditions = [
    filter.status ? sql`f.status = ${filter.status}` : sql`true`,
    filter.cursor ? sql`f.id < ${filter.cursor}::uuid` : sql`true`,
    filter.lookedAfterBy ? isLookedAfterBy(filter.lookedAfterBy, sql`f.id`) : sql`true`,
  ]
  const rows = await factoryViews(tx, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
