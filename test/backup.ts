import { inject } from 'vitest'
import { query } from './global-setup.ts'
import type { TestLaku } from './laku.ts'

/**
 * Copies the database of a test's laku as it is now. Returns a function that restores the copy, as `laku db
 * restore` does. After the restore, the same processes work with the old rows, but the provider keeps its
 * newer data.
 */
export async function backUp(laku: TestLaku): Promise<() => Promise<void>> {
  const server = inject('server')
  const root = server.superUrl ?? server.ownerUrl
  const name = new URL(laku.ownerUrl).pathname.slice(1)
  const copy = `${name}_backup`
  const endSessions = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`
  const make = () =>
    query(root, `drop database if exists ${copy}`, endSessions, `create database ${copy} template ${name}`)
  // A database with a session cannot be copied. If a connection came up in between, the copy is tried again.
  await make().catch(make).catch(make)
  return async () => {
    await query(root, `drop database ${name} with (force)`, `create database ${name} template ${copy}`)
    await query(root, `drop database ${copy}`)
    await query(laku.ownerUrl, 'update database_identity set is_restored = true')
  }
}
