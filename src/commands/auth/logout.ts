import { z } from 'zod'
import { readContexts, writeContexts } from '../../cli/client/contexts.ts'
import { databaseName, tokenFolder } from '../../cli/define/actor.ts'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { forgetToken } from '../credentials.ts'

export const logout = defineTask({
  name: 'logout',
  description:
    'Delete the saved token of a shop: the one of --context, or the chosen shop, or this database. The token itself stays valid until it is revoked.',
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
