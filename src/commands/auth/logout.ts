import { z } from 'zod'
import { readContexts, writeContexts } from '../../cli/client/contexts.ts'
import { databaseName, tokenFolder } from '../../cli/define/actor.ts'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { forgetToken } from '../credentials.ts'

export const logout = defineTask({
  name: 'logout',
  description:
    'Forget the token of a shop: of --context, of the chosen one, or else of this database. It stays good until it is revoked.',
  input: z.object({}),
  run: async (context) => {
    const saved = readContexts(process.env)
    const { context: asked, databaseUrl, dataDir } = context.flags
    const name = asked ?? (databaseUrl || dataDir ? undefined : saved.current)
    if (name !== undefined) {
      const { [name]: known, ...others } = saved.contexts
      if (!known) throw usageError(`there is no context ${name}`)
      const { current } = saved
      writeContexts(process.env, {
        ...(current !== undefined && current !== name && { current }),
        contexts: others,
      })
      return {
        json: { context: name, server: known.server, forgotten: true },
        text: `Logged out of ${name}.`,
      }
    }
    const laku = await context.laku()
    const database = databaseName(laku)
    const forgotten = forgetToken(tokenFolder(laku), database)
    const text = forgotten ? `Logged out of ${database}.` : `You were not logged in on ${database}.`
    return { json: { database, forgotten }, text }
  },
})
