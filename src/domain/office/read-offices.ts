import { type RawBuilder, sql } from 'kysely'
import { pageOf, requireStaff, type Work } from '../kernel/index.ts'
import { ownOffice } from '../territory/index.ts'
import { officeErrors } from './errors.ts'
import type { OfficeStatus } from './transitions.ts'
import type { OfficeView } from './views.ts'

async function officeViews(work: Work, where: RawBuilder<unknown>, limit: number): Promise<OfficeView[]> {
  const { rows } = await sql<OfficeView>`
    select o.id, o.name, o.phone, o.street, o.city, o.province, o.postal_code, o.status, (
        select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name) order by s.name), '[]')
        from office_staff w join staff s on s.id = w.staff_id where w.office_id = o.id
      ) as agents, (
        select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name) order by f.name), '[]')
        from office_factories w join factories f on f.id = w.factory_id where w.office_id = o.id
      ) as factories
    from agent_offices o where ${where} order by o.id desc limit ${limit}`.execute(work.tx)
  return rows
}

/**
 * Returns the SQL condition for the offices that the acting member of staff may read: agents their own
 * office, other staff all.
 */
async function visible(work: Work): Promise<RawBuilder<unknown>> {
  requireStaff(work.actor, 'support', 'warehouse', 'finance', 'agent', 'service')
  const own = await ownOffice(work)
  return own === undefined ? sql`true` : sql`o.id = ${own}::uuid`
}

/**
 * Returns one office: an agent sees only their own, other staff see all.
 * @throws office.not_found, kernel.forbidden
 */
export async function getOffice(work: Work, id: string): Promise<OfficeView> {
  const [office] = await officeViews(work, sql`o.id = ${id}::uuid and ${await visible(work)}`, 1)
  if (!office) throw officeErrors.not_found({ officeId: id })
  return office
}

/**
 * Lists offices, newest first, a keyset page at a time: an agent sees only their own, other staff see all.
 * @throws kernel.forbidden
 */
export async function listOffices(
  work: Work,
  filter: { status?: OfficeStatus | undefined; limit: number; cursor?: string | undefined },
): Promise<{ data: OfficeView[]; nextCursor: string | null }> {
  const conditions = [
    await visible(work),
    filter.status ? sql`o.status = ${filter.status}` : sql`true`,
    filter.cursor ? sql`o.id < ${filter.cursor}::uuid` : sql`true`,
  ]
  const rows = await officeViews(work, sql.join(conditions, sql` and `), filter.limit + 1)
  return pageOf(rows, filter.limit, (row) => row.id)
}
