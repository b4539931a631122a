import { inject } from 'vitest'
import { query } from './global-setup.ts'
import type { TestLaku } from './laku.ts'

/**
 * Copies the database of a laku as it is now. What is returned brings the copy back in its place, as `laku db
 * restore` does: the same processes go on with yesterday's rows, and the provider keeps its own.
 */
export async function backUp(laku: TestLaku): Promise<() => Promise<void>> {
  const server = inject('server')
  const root = server.superUrl ?? server.ownerUrl
  const name = new URL(laku.ownerUrl).pathname.slice(1)
  const copy = `${name}_backup`
  const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
  await query(
    root,
    `drop database if exists ${copy}`,
    endSessions,
    `create database ${copy} template ${name}`,
  )
  return async () => {
    await query(root, `drop database ${name} with (force)`, `create database ${name} template ${copy}`)
    await query(root, `drop database ${copy}`)
    await query(laku.ownerUrl, 'update database_identity set is_restored = true')
  }
}
