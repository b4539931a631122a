import { z } from 'zod'
import { changeContexts, readContexts } from '../../cli/client/saved-contexts.ts'
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
      let server = ''
      changeContexts(process.env, ({ current, contexts }) => {
        const known = Object.hasOwn(contexts, name) ? contexts[name] : undefined
        if (!known) throw usageError(`there is no context ${name}`)
        server = known.server
        const { [name]: _, ...others } = contexts
        return {
          ...(current !== undefined && current !== name && { current }),
          contexts: others,
        }
      })
      return {
        json: { context: name, server, forgotten: true },
        text: `Logged out of ${name}.`,
      }
    }
    if (!(await context.hasDatabase()))
      throw usageError('no shop is chosen. Name the shop with --context: laku context list shows your shops')
    const laku = await context.laku()
    const database = databaseName(laku)
    const forgotten = forgetToken(tokenFolder(laku), database)
    const text = forgotten ? `Logged out of ${database}.` : `You were not logged in on ${database}.`
    return { json: { database, forgotten }, text }
  },
})
