import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { runArgument } from './show.ts'

export const attach = defineTask({
  name: 'attach',
  exits: [3, 5, 7, 8],
  description:
    'Show the output of a command from its start to its end, and exit with its exit code. The output is kept for one day.',
  args: [runArgument],
  input: z.object({ run: z.uuid('it takes the UUID of a command') }),
  examples: ['laku commands attach 019ad1b2-7c4e-7a31-9f0e-3d5a6b7c8d9e'],
  // This code is used only without a server, and then there is no other command whose output could be shown.
  // With a server, the client itself shows the output.
  run: async () => {
    throw usageError('only the staff server shows a running command. Log in with laku login --server URL.')
  },
})
