import { z } from 'zod'
import { databaseName } from '../../cli/define/actor.ts'
import { defineShow } from '../../cli/define/command.ts'

export const whoami = defineShow({
  name: 'whoami',
  description: 'Show who you are, which rights you have, and on which database.',
  input: z.object({}),
  run: async (context) => {
    const laku = await context.laku()
    const actor = await context.actor()
    const source = context.knownBy ?? (laku.config.token ? 'LAKU_TOKEN' : 'laku auth login')
    const { proof: _, factor: __, ...known } = { proof: undefined, factor: undefined, ...actor }
    return { ...known, database: databaseName(laku), environment: laku.config.env, source }
  },
  fields: [
    { name: 'name', value: (identity) => ('name' in identity ? identity.name : identity.id) },
    { name: 'role', value: (identity) => ('role' in identity ? identity.role : identity.kind) },
    { name: 'id', kind: 'code', value: (identity) => ('id' in identity ? identity.id : null) },
    { name: 'database', value: (identity) => identity.database },
    { name: 'environment', value: (identity) => identity.environment },
    { name: 'source', heading: 'known by', value: (identity) => identity.source },
  ],
})
