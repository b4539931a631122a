import type { Pool } from 'pg'

export interface WrappedPool {
  /** Changes every statement before it is sent. By default, it changes nothing. */
  rewrite: (sql: string) => string
  /**
   * The deadlocks that occurred, each as the statements of the transactions involved. They are recorded,
   * because the unit of work runs again after a deadlock and nobody would see it.
   */
  readonly rings: string[]
}

type Query = (text: string, values?: unknown[], callback?: unknown) => Promise<unknown>

/** Wraps the connections of a pool, as far as they are not open yet. */
export function wrapPool(pool: Pool): WrappedPool {
  const wrapped: WrappedPool = { rewrite: (sql) => sql, rings: [] }
  const sent = new Map<number, string[]>()
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as unknown as Query
    const { processID } = client as unknown as { processID: number }
    const watched: Query = async (text, values, callback) => {
      // This statement is sent by the pool itself, outside of any transaction.
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

/** The server names the connections of a deadlock. This map has the statements that they sent. */
function ringOf(error: Error, sent: ReadonlyMap<number, readonly string[]>): string {
  const detail = 'detail' in error ? String(error.detail) : ''
  const pids = new Set([...detail.matchAll(/Process (\d+) waits/g)].map(([, pid]) => Number(pid)))
  const told = [...pids].map((pid) => {
    const statements = (sent.get(pid) ?? []).map((text) => `  ${text.replace(/\s+/g, ' ').slice(0, 200)}`)
    return [`${pid} sent:`, ...statements].join('\n')
  })
  return [detail, ...told].join('\n')
}
