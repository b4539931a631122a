import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { requireEmbedded } from './embedded-only.ts'

export const stop = defineTask({
  name: 'stop',
  description: 'Stop the embedded database of the data folder and end its connections.',
  input: z.object({}),
  run: async (context) => {
    const config = context.config()
    requireEmbedded(config)
    const { stopEmbeddedPostgres } = await import('../../runtime/embedded-postgres.ts')
    const stopped = await stopEmbeddedPostgres(config.dataDir)
    return { json: { stopped }, text: stopped ? 'The database is stopped.' : 'The database was not running.' }
  },
})
