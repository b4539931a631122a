import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { databaseUrlsOfOwner, requireDatabase, shownUrl } from '../../runtime/connect.ts'
import { createPool } from '../../runtime/database.ts'
import { isMade } from '../../runtime/embedded/require-made.ts'
import { environmentOf, readEnvironment } from '../../runtime/environment/read-environment.ts'
import { migrationStatus } from '../../runtime/migration-status.ts'

export const status = defineTask({
  name: 'status',
  description: 'Show where the database is, whether it runs, and which migrations it has. Starts nothing.',
  input: z.object({}),
  run: async (context) => {
    const config = context.ownerConfig()
    const embedded = config.databaseUrl === undefined && config.databaseOwnerUrl === undefined
    if (embedded) {
      const { embeddedPostgresStatus } = await import('../../runtime/embedded-postgres.ts')
      const { running, pid, cluster } = await embeddedPostgresStatus(config.dataDir)
      if (!running) {
        if (!isMade(config.dataDir))
          return {
            json: { embedded, running, cluster },
            text: `${config.dataDir} holds no database: laku up starts a new shop there.`,
          }
        return {
          json: { embedded, running, cluster },
          text: `The embedded database of ${config.dataDir} does not run: laku db start starts it.`,
        }
      }
      context.output.note(`Embedded server, process ${pid}, files in ${cluster}`)
    }
    const urls = await databaseUrlsOfOwner(config)
    const url = embedded || config.databaseUrl ? urls.app : urls.owner
    const pool = createPool({ url, poolSize: 1, applicationName: 'laku db status' })
    try {
      await requireDatabase(pool, url)
      const { rows } = await pool.query<{ version: string }>(
        "select current_setting('server_version') as version",
      )
      const version = rows[0]?.version ?? 'unknown'
      const { applied, pending } = await migrationStatus(pool)
      const known = await readEnvironment(pool)
      const environment = environmentOf(known, { embedded })
      const said = known?.stamped ? '' : ' (nobody said so)'
      const state =
        pending.length > 0 ? `${pending.length} are missing: run laku db migrate` : 'none is missing'
      return {
        json: { embedded, running: true, url: shownUrl(url), version, environment, applied, pending },
        text: `${shownUrl(url)}, PostgreSQL ${version}, ${environment}${said}, ${applied.length} migrations applied, ${state}.`,
      }
    } finally {
      await pool.end()
    }
  },
})
