import { sql } from 'kysely'
import { idOrCode, type Tx } from '../../kernel/index.ts'
import { authErrors } from '../errors.ts'
import type { StaffStatus } from '../transitions.ts'
import type { Staff } from './create.ts'

/**
 * Returns a member of staff by id, or by name in upper or lower case.
 * @throws auth.staff_not_found
 */
export async function staffNamed(tx: Tx, named: string): Promise<Staff & { status: StaffStatus }> {
  const key = idOrCode(named)
  const which = 'id' in key ? sql`id = ${key.id}::uuid` : sql`lower(name) = lower(${named})`
  const { rows } = await sql<Staff & { status: StaffStatus }>`
    select id, name, role, status from staff where ${which}`.execute(tx)
  const [staff] = rows
  if (!staff) throw authErrors.staff_not_found({ staff: named })
  return staff
}
