import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { refuseProduction } from '../sandbox.ts'

export const seed = defineTask({
  name: 'seed',
  description:
    'Add first data: a factory, products with stock and an open session. Safe to repeat. Development only.',
  input: z.object({}),
  run: async (context) => {
    refuseProduction(context.config(), 'seed data')
    const { insertSeed } = await import('./insert-seed.ts')
    const seeded = await insertSeed(await context.laku())
    const { session } = seeded
    return {
      json: seeded,
      text: `Session ${session.code} of ${session.product.name} is open: laku sessions show ${session.code}`,
    }
  },
})
