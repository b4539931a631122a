import { query } from './global-setup.ts'
import type { TestLaku } from './laku.ts'

/**
 * Lets the application's role create temporary tables in this test's database. PostgreSQL allows that by
 * default, and laku does not.
 */
export async function allowTemporaryTables(laku: TestLaku): Promise<void> {
  const name = new URL(laku.ownerUrl).pathname.slice(1)
  await query(laku.ownerUrl, `grant temporary on database ${name} to public`)
}
