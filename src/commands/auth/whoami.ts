import { z } from 'zod'
import { databaseName } from '../../cli/define/actor.ts'
import { defineShow } from '../../cli/define/command.ts'

export const whoami = defineShow({
  name: 'whoami',
  description: 'Who you are to laku, with which rights, on which database.',
  input: z.object({}),
  run: async (context) => {
    const laku = await context.laku()
    const actor = await context.actor()
    const source = context.knownBy ?? (laku.config.token ? 'LAKU_TOKEN' : 'laku auth login')
    const { proof: _, factor: __, ...known } = { proof: undefined, factor: undefined, ...actor }
    return { ...known, database: databaseName(laku), environment: laku.config.env, source }
  },
  fields: [
    { name: 'name', value: (one) => ('name' in one ? one.name : one.id) },
    { name: 'role', value: (one) => ('role' in one ? one.role : one.kind) },
    { name: 'id', kind: 'code', value: (one) => ('id' in one ? one.id : null) },
    { name: 'database', value: (one) => one.database },
    { name: 'environment', value: (one) => one.environment },
    { name: 'source', heading: 'known by', value: (one) => one.source },
  ],
})
