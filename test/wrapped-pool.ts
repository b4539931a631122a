import type { Pool } from 'pg'

export interface WrappedPool {
  /** Changes every statement before it is sent; nothing by itself. */
  rewrite: (sql: string) => string
  /**
   * Deadlocks, which the unit of work runs again, so that nobody would see them: what each of a ring had sent
   * in its transaction.
   */
  readonly rings: string[]
}

type Query = (text: string, values?: unknown[], callback?: unknown) => Promise<unknown>

/** Stands between a pool and its database from now on: for connections that are not open yet. */
export function wrapPool(pool: Pool): WrappedPool {
  const wrapped: WrappedPool = { rewrite: (sql) => sql, rings: [] }
  const sent = new Map<number, string[]>()
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as unknown as Query
    const { processID } = client as unknown as { processID: number }
    const watched: Query = async (text, values, callback) => {
      // A statement outside of any transaction, as the pool itself sends it.
      if (callback) return await query(wrapped.rewrite(text), values, callback)
      const before = text.startsWith('begin') ? [] : (sent.get(processID) ?? [])
      sent.set(processID, [...before, text])
      try {
        return await query(wrapped.rewrite(text), values)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === '40P01') {
          wrapped.rings.push(ringOf(error, sent))
        }
        throw error
      }
    }
    Object.assign(client, { query: watched })
  })
  return wrapped
}

/** The server names the connections of a ring; what they have sent is known here. */
function ringOf(error: Error, sent: ReadonlyMap<number, readonly string[]>): string {
  const detail = 'detail' in error ? String(error.detail) : ''
  const pids = new Set([...detail.matchAll(/Process (\d+) waits/g)].map(([, pid]) => Number(pid)))
  const told = [...pids].map((pid) => {
    const statements = (sent.get(pid) ?? []).map((text) => `  ${text.replace(/\s+/g, ' ').slice(0, 200)}`)
    return [`${pid} sent:`, ...statements].join('\n')
  })
  return [detail, ...told].join('\n')
}
