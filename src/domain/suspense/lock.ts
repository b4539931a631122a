import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { suspenseErrors } from './errors.ts'
import { type SuspenseItem, showSuspense, suspenseColumns } from './list-suspense.ts'

/**
 * Locks a suspense item, which is named by its UUID or its code, and reads it again.
 * @throws suspense.not_found, suspense.ambiguous
 */
export async function lockItem(work: Work, text: string): Promise<SuspenseItem> {
  const { id } = await showSuspense(work.tx, text)
  const { rows } = await sql<SuspenseItem>`
    select ${suspenseColumns} from suspense_items where id = ${id}::uuid for no key update`.execute(work.tx)
  const [item] = rows
  if (!item) throw suspenseErrors.not_found({ item: text })
  return item
}
