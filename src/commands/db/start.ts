import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { requireEmbedded } from './embedded-only.ts'

export const start = defineTask({
  name: 'start',
  description: 'Start the embedded database of the data folder; it runs until laku db stop.',
  input: z.object({}),
  run: async (context) => {
    const config = context.config()
    requireEmbedded(config)
    const { startEmbeddedPostgres } = await import('../../runtime/embedded-postgres.ts')
    const { appUrl, pid } = await startEmbeddedPostgres(config.dataDir)
    return { json: { databaseUrl: appUrl, pid }, text: `The database runs (process ${pid}): ${appUrl}` }
  },
})
