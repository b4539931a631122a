import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { databaseUrlsOfOwner } from '../../runtime/connect.ts'

export const url = defineTask({
  name: 'url',
  description: 'Print the address of the database, starting the embedded one if need be.',
  options: [
    { flags: '--owner', description: "the owner's address, which migrates, instead of the application's" },
  ],
  input: z.object({ owner: z.boolean().default(false) }),
  examples: ['laku db url --json'],
  run: async (context, { owner }) => {
    const urls = await databaseUrlsOfOwner(context.ownerConfig())
    const chosen = owner ? urls.owner : urls.app
    return { json: { databaseUrl: chosen }, text: chosen }
  },
})
