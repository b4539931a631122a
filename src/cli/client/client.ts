import { isOfTheHost } from '../../commands/where.ts'
import type { CommandDefinition } from '../define/command.ts'
import { buildProgram, type Chosen, type EntryShape } from '../define/program.ts'
import { usageError } from '../errors/cli-error.ts'
import { findShop, requireOneDatabase } from './find-shop.ts'
import { surfaceEntries } from './surface.ts'
import { ownSurroundings, type Surroundings } from './surroundings.ts'

const WHAT_TO_SET =
  'commands of staff need no database: set LAKU_SERVER to the staff server (LAKU_STAFF_PORT of laku serve) and LAKU_TOKEN, or log in with laku login --server URL'
const OPENED_ITSELF =
  'laku: this command opened the database itself, which a later version does not allow: set LAKU_SERVER to the staff server, or log in with laku login --server URL'

/**
 * Runs one `laku` command line. Commands for the owner of the host run in this process, directly on the
 * database. All other commands run in the staff server of the chosen shop, and this process prints their
 * output. Throws the command's failure.
 */
export async function runLine(
  argv: readonly string[],
  around: Surroundings = ownSurroundings(),
  entries?: readonly EntryShape[],
  configure: (program: ReturnType<typeof buildProgram>) => void = () => {},
): Promise<void> {
  const known = entries ?? surfaceEntries() ?? (await import('../../commands/own-program.ts')).ownEntries
  // Only the noun that the command line names, like `orders`, is defined. To define all forty nouns of `laku`
  // would cost 10 ms of processor time.
  const named = known.filter(({ name }) => argv.includes(name))
  const program = buildProgram({
    entries: named.length > 0 ? named : known,
    run: (chosen) => run(chosen, argv, around),
  })
  configure(program)
  await program.parseAsync([...argv])
}

/** The commands that use the data folder for more than its database, also beside another database. */
const forProcesses = ['up', 'serve', 'worker', 'sandbox', 'demo']

async function run(chosen: Chosen, argv: readonly string[], around: Surroundings): Promise<void> {
  const { path, flags, shape, input } = chosen
  const isAttach = path.join(' ') === 'commands attach'
  if (isOfTheHost(path) && !isAttach) {
    refuseFlagsOfServers(chosen)
    if (!forProcesses.includes(path[0] ?? '')) requireOneDatabase(flags, around.env)
    return await runHere(chosen)
  }
  const shop = findShop(flags, around.env)
  if (shop.by === 'database') {
    await runHere(chosen).catch((error: unknown) => {
      throw shop.why === 'url' ? withRemedy(error) : error
    })
    if (shop.why === 'url' && !flags.quiet && !flags.json) {
      const { wrapped } = await import('../output/format.ts')
      const { stderr } = around
      stderr.write(`${wrapped(OPENED_ITSELF, stderr.isTTY ? stderr.columns : undefined)}\n`)
    }
    return
  }
  const { RemoteCommand } = await import('./remote-command.ts')
  const remote = new RemoteCommand(shop, chosen, argv, around)
  if (isAttach) return await remote.attach(String(input.run))
  const { stdout } = around
  if (!shape.live || flags.json || !stdout.isTTY) return await remote.run()
  await watchLive(remote, chosen, around)
}

/**
 * The global flags that make sense only for a command in a server. The keys are the flags' names in the
 * parsed command line.
 */
const flagsOfServers = {
  server: '--server',
  context: '--context',
  wait: '--wait',
  idempotencyKey: '--idempotency-key',
} as const

/**
 * The commands that run on this machine but accept one of the flags for a server, each with the name of that
 * flag.
 */
const used: Readonly<Record<string, keyof typeof flagsOfServers>> = {
  login: 'server',
  'auth login': 'server',
  'auth logout': 'context',
}

/**
 * Throws a usage error if a command that works on this machine gets a flag for a server. Such a flag shows
 * that the person meant another shop.
 */
function refuseFlagsOfServers({ path, flags }: Chosen): void {
  for (const [name, flag] of Object.entries(flagsOfServers)) {
    if (flags[name as keyof typeof flagsOfServers] === undefined || used[path.join(' ')] === name) continue
    throw usageError(`laku ${path.join(' ')} works on this machine and takes no ${flag}. Leave it out.`)
  }
}

/**
 * Returns the error of a command that ran in this process. If the database could not be opened, the message
 * also says how to reach a staff server. An older script needs this hint: it sets DATABASE_URL and
 * LAKU_TOKEN, but names no server.
 */
function withRemedy(error: unknown): unknown {
  const isOfTheStart = error instanceof Error && /^(StartError|ConfigError)$/.test(error.name)
  if (isOfTheStart) error.message += `\n${WHAT_TO_SET}`
  return error
}

/**
 * Displays a live view. At an interval, requests the view's new content from the server, drawn for the
 * terminal's current size.
 */
async function watchLive(
  remote: import('./remote-command.ts').RemoteCommand,
  { flags, input }: Chosen,
  { stdout, stderr, env, time }: Surroundings,
): Promise<void> {
  const [{ Output }, { showLive }, { wantsColor }, { retriedDraw }, { realTime }] = await Promise.all([
    import('../output/output.ts'),
    import('../output/live-screen.ts'),
    import('../output/style.ts'),
    import('./retried-draw.ts'),
    import('./remote-command.ts'),
  ])
  const { quiet = false, color = true } = flags
  const output = new Output({ json: false, quiet, color, stdout, stderr, env: env as NodeJS.ProcessEnv })
  const over = new AbortController()
  const picture = () =>
    remote.picture(
      {
        width: output.width ?? 80,
        height: output.height ?? 24,
        color: wantsColor(stdout, color, env as NodeJS.ProcessEnv),
      },
      over.signal,
    )
  const draw = retriedDraw(picture, time ?? realTime, remote.deadline)
  // The first content of the live view is requested before the terminal changes its screen, so that an error
  // is printed on the normal screen.
  await draw()
  await showLive(output, Number(input.every ?? 2), draw)
  // A drawing that is still under way would keep this process running.
  over.abort()
}

/** Loads the code of a command and runs the command in this process. */
async function runHere({ path, input, flags }: Chosen): Promise<void> {
  const [{ definitionAt }, { CommandContext }] = await Promise.all([
    import('../../commands/tree.ts'),
    import('../define/context.ts'),
  ])
  const definition: CommandDefinition = await definitionAt(path)
  const context = new CommandContext(flags)
  try {
    await definition.execute(context, input)
  } finally {
    await context.close()
  }
}
