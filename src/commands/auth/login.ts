import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Greeting } from '../../cli/client/protocol.ts'
import { changeContexts, serverAddress } from '../../cli/client/saved-contexts.ts'
import { call } from '../../cli/client/staff-server.ts'
import { databaseName, staffOf, tokenFolder } from '../../cli/define/actor.ts'
import { defineTask } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { CliError, exitCodes, unanswered, usageError } from '../../cli/errors/cli-error.ts'
import { saveToken } from '../credentials.ts'

const shape = {
  description:
    'Log in to a shop at its staff server (--server URL) and choose it. Your token is saved in a file that only you can read. Without --server, log in to the database of this folder.',
  options: [
    { flags: '--name <name>', description: 'your name for the shop (the host of its server)' },
    { flags: '--token-stdin', description: 'read the token from stdin instead of asking you' },
  ],
  input: z.object({
    name: z
      .string()
      .regex(/^[\w.:-]{1,60}$/, 'it takes letters, digits, dots and dashes')
      .optional(),
    tokenStdin: z.boolean().default(false),
  }),
  examples: [
    'laku login --server https://ops.example',
    'laku login --server https://ops.example --name ops --token-stdin < token.txt',
  ],
}

async function logIn(context: CommandContext, given: z.output<typeof shape.input>) {
  const server = context.flags.server ?? (context.flags.databaseUrl ? undefined : process.env.LAKU_SERVER)
  if (server) return await logInAt(context, server, given)
  if (given.name !== undefined)
    throw usageError('--name needs the server of the shop. Give it with --server.')
  if (!(await context.hasDatabase()))
    throw usageError('no shop is named. Give its staff server, like laku login --server https://ops.example')
  const laku = await context.laku()
  const token = await tokenOf(context, given)
  const actor = await staffOf(laku, token)
  if (!actor) throw refused('for this database')
  saveToken(tokenFolder(laku), databaseName(laku), token)
  const { id, name, role } = actor
  return {
    json: { id, name, role, database: databaseName(laku) },
    text: `You are ${name} (${role}) on ${databaseName(laku)}.`,
  }
}

async function logInAt(context: CommandContext, text: string, given: z.output<typeof shape.input>) {
  const server = serverAddress(text, context.flags.server ? '--server' : 'LAKU_SERVER')
  const token = await tokenOf(context, given)
  const answer = await call({ server, token }, { method: 'GET', path: 'api/staff' })
  const { id, name, role, environment, version } = await greetingOf(server, answer)
  let called = ''
  changeContexts(process.env, ({ contexts }) => {
    const before = Object.entries(contexts).find(([, otherContext]) => otherContext.server === server)?.[0]
    called = given.name ?? before ?? new URL(server).host
    const known = Object.hasOwn(contexts, called) ? contexts[called] : undefined
    if (known && known.server !== server)
      throw usageError(
        `${called} is already the name of ${known.server}. Give this shop another name with --name.`,
      )
    return { current: called, contexts: { ...contexts, [called]: { server, token, staff: name } } }
  })
  return {
    json: { id, name, role, server, context: called, environment, version },
    text: `You are ${name} (${role}) at ${server} (${environment}). The shop is called ${called} here, and is chosen.`,
  }
}

async function greetingOf(server: string, answer: AsyncIterable<unknown>): Promise<Greeting> {
  let body = ''
  for await (const piece of answer) body += String(piece)
  try {
    return JSON.parse(body) as Greeting
  } catch {
    throw new CliError(
      exitCodes.unavailable,
      'no_staff_door',
      `${server} did not answer as a staff server of laku. Give the address of LAKU_STAFF_PORT, or of the proxy in front of it.`,
    )
  }
}

async function tokenOf(context: CommandContext, { tokenStdin }: { tokenStdin: boolean }): Promise<string> {
  if (tokenStdin) return (await text(process.stdin)).trim()
  if (!context.prompts) throw unanswered('your staff token is needed', '--token-stdin')
  return (await context.prompts.secret('Your staff token:')).trim()
}

const refused = (where: string) =>
  new CliError(
    exitCodes.notAllowed,
    'token_refused',
    `this token is not valid ${where} (unknown, expired or revoked), so it was not saved. Ask an administrator for a new token.`,
  )

export const login = defineTask({ ...shape, name: 'login', run: logIn })

/** The command `laku auth login`: the earlier name of `laku login`. */
export const authLogin = defineTask({
  ...shape,
  name: 'login',
  examples: shape.examples.map((line) => line.replace('laku login', 'laku auth login')),
  run: logIn,
})
