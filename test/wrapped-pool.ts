import type { Pool } from 'pg'

export interface WrappedPool {
  /** Changes every statement before it is sent; nothing by itself. */
  rewrite: (sql: string) => string
  /** Statements that were the victim of a deadlock: the unit of work runs them again, and nobody would see them. */
  deadlocks: number
}

type Query = (text: string, values?: unknown[]) => Promise<unknown>

/** Stands between a pool and its database from now on: for connections that are not open yet. */
export function wrapPool(pool: Pool): WrappedPool {
  const wrapped: WrappedPool = { rewrite: (sql) => sql, deadlocks: 0 }
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as unknown as Query
    const watched: Query = async (text, values) => {
      try {
        return await query(wrapped.rewrite(text), values)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === '40P01') wrapped.deadlocks++
        throw error
      }
    }
    Object.assign(client, { query: watched })
  })
  return wrapped
}
