import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { databaseUrlsOfOwner } from '../../runtime/connect.ts'

export const url = defineTask({
  name: 'url',
  description: 'Print the address of the database. Starts the embedded database if needed.',
  options: [
    {
      flags: '--owner',
      description: 'print the address for the owner (for migrations) instead of the one for the application',
    },
  ],
  input: z.object({ owner: z.boolean().default(false) }),
  examples: ['laku db url --json'],
  run: async (context, { owner }) => {
    const urls = await databaseUrlsOfOwner(context.ownerConfig())
    const chosen = owner ? urls.owner : urls.app
    return { json: { databaseUrl: chosen }, text: chosen }
  },
})
