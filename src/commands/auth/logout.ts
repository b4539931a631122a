import { z } from 'zod'
import { databaseName } from '../actor.ts'
import { forgetToken } from '../credentials.ts'
import { defineTask } from '../define-command.ts'

export const logout = defineTask({
  name: 'logout',
  description: 'Forget the token that was kept for this database. It stays good until it is revoked.',
  input: z.object({}),
  run: async (context) => {
    const laku = await context.laku()
    const database = databaseName(laku)
    const forgotten = forgetToken(laku.config.dataDir, database)
    const text = forgotten ? `Logged out of ${database}.` : `You were not logged in on ${database}.`
    return { json: { database, forgotten }, text }
  },
})
