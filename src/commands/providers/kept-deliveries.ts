import { messageOf } from '../../cli/errors/cli-error.ts'
import { parseJson } from '../../domain/kernel/wire.ts'
import type { ReadDeliveries } from '../../providers/check/deliveries.ts'
import { NotConfigured } from '../../providers/check/probe.ts'

/** The number of webhook deliveries, newest first, that `laku providers check` reads. */
const NEWEST = 100

export interface KeptDeliveries {
  /** Reads the webhook deliveries that laku's server stored; undefined if no database is configured. */
  read: ReadDeliveries
  end: () => Promise<void>
}

/** Opens the stored webhook deliveries for reading, if the configuration names a database. */
export async function keptDeliveries(url: string | undefined): Promise<KeptDeliveries> {
  if (url === undefined) return { read: undefined, end: async () => {} }
  const { createKysely, createPool } = await import('../../runtime/database.ts')
  const { readBodies } = await import('../../domain/webhooks/read-bodies.ts')
  const pool = createPool({ url, poolSize: 1, applicationName: 'laku providers check' })
  const read = async (provider: 'xendit' | 'whatsapp') => {
    try {
      const bodies = await readBodies(createKysely(pool), { provider, limit: NEWEST })
      return bodies.map(parseJson)
    } catch (error) {
      const why = messageOf(error)
      throw new NotConfigured(`the webhook deliveries that our server stored cannot be read: ${why}`)
    }
  }
  return { read, end: () => pool.end() }
}
