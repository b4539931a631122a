import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { databaseName, staffOf } from '../actor.ts'
import { CliError, exitCodes, unanswered } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'
import { saveToken } from '../credentials.ts'
import { defineTask } from '../define-command.ts'

export const login = defineTask({
  name: 'login',
  description: 'Keep a staff token for this database, in a file that only you can read (0600).',
  options: [{ flags: '--token-stdin', description: 'read the token from stdin instead of asking for it' }],
  input: z.object({ tokenStdin: z.boolean().default(false) }),
  examples: ['laku auth login', 'laku auth login --token-stdin < token.txt'],
  run: async (context, { tokenStdin }) => {
    const laku = await context.laku()
    const token = (tokenStdin ? await text(process.stdin) : await ask(context)).trim()
    const actor = await staffOf(laku, token)
    if (!actor) {
      throw new CliError(
        exitCodes.notAllowed,
        'token_refused',
        'this token is not good for this database (unknown, expired or revoked): nothing was kept',
      )
    }
    saveToken(laku.config.dataDir, databaseName(laku), token)
    const { id, name, role } = actor
    return {
      json: { id, name, role, database: databaseName(laku) },
      text: `You are ${name} (${role}) on ${databaseName(laku)}.`,
    }
  },
})

async function ask(context: CommandContext): Promise<string> {
  if (!context.prompts) throw unanswered('your staff token is needed', '--token-stdin')
  return await context.prompts.secret('Your staff token:')
}
