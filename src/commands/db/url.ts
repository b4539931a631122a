import { z } from 'zod'
import { databaseUrls } from '../../runtime/connect.ts'
import { defineTask } from '../define-command.ts'

export const url = defineTask({
  name: 'url',
  description: 'Print the address of the database, starting the embedded one if need be.',
  options: [
    { flags: '--owner', description: "the owner's address, which migrates, instead of the application's" },
  ],
  input: z.object({ owner: z.boolean().default(false) }),
  examples: ['psql "$(laku db url)"'],
  run: async (context, { owner }) => {
    const urls = await databaseUrls(context.config())
    const chosen = owner ? urls.owner : urls.app
    return { json: { databaseUrl: chosen }, text: chosen }
  },
})
