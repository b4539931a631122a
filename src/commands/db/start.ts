import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { requireMade } from '../../runtime/embedded/require-made.ts'
import { isFolderNamed, requireEmbedded } from './embedded-only.ts'

export const start = defineTask({
  name: 'start',
  description:
    'Start the embedded database of the data folder; it runs until laku db stop. In a folder that --data-dir or LAKU_DATA_DIR names, it makes the database if there is none.',
  input: z.object({}),
  run: async (context) => {
    const config = context.config()
    requireEmbedded(config)
    if (!isFolderNamed(context, config)) requireMade(config.dataDir)
    const { startEmbeddedPostgres } = await import('../../runtime/embedded-postgres.ts')
    const { appUrl, pid } = await startEmbeddedPostgres(config.dataDir)
    return { json: { databaseUrl: appUrl, pid }, text: `The database runs (process ${pid}): ${appUrl}` }
  },
})
