import { sql } from 'kysely'
import { expect } from 'vitest'
import type { TestLaku } from './laku.ts'

/** Waits until exactly one other transaction of this database waits for a lock. */
export async function waitForLock({ db }: Pick<TestLaku, 'db'>): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        db,
      )
      return rows.length
    })
    .toBe(1)
}
