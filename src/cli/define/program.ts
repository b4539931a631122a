import { Command, InvalidArgumentError } from 'commander'
import type { CommandShape, RawInput } from './command.ts'
import type { GlobalFlags } from './context.ts'

/**
 * A second noun inside a noun, with its verbs. For example, `quarantine` in `laku payments quarantine list`.
 */
export interface GroupShape<C extends CommandShape = CommandShape> {
  name: string
  description: string
  verbs: readonly C[]
}

export interface EntryShape<C extends CommandShape = CommandShape> {
  name: string
  /** A former name of the noun or the command. It still works, but no help lists it. */
  alias?: string
  description: string
  hidden?: boolean
  /** Loads the declaration of a command, or of the verbs of a noun, when it is first used. */
  load: () => Promise<C | readonly (C | GroupShape<C>)[]>
  isNoun: boolean
}

/** A command line that was understood: the command, its input and the global flags. */
export interface Chosen<C extends CommandShape = CommandShape> {
  path: readonly string[]
  shape: C
  input: RawInput
  flags: GlobalFlags
}

export interface ProgramSource<C extends CommandShape = CommandShape> {
  entries: readonly EntryShape<C>[]
  run: (chosen: Chosen<C>) => Promise<void>
}

/**
 * Builds the command line with all nouns. The verbs of a noun are added only when a command line names that
 * noun.
 */
export function buildProgram<C extends CommandShape>(source: ProgramSource<C>): Command {
  const program = new Command('laku')
    .description('The back office of a group-buying shop: sessions, escrow, fulfilment, settlement.')
    .usage('<noun> <verb> [options]')
    .helpCommand(false)
    .exitOverride()
    // Commander prints no error messages here, because laku prints them in one place, which also handles
    // --json. Commander prints the help as usual.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
  addGlobalOptions(program)
  program.addHelpText('after', '\nlaku <noun> --help lists its verbs. Exit codes: docs/cli.md.')
  for (const entry of source.entries) addEntry(program, entry, source)
  // A word that names no command arrives as an argument. `showHelp` then says which word it was.
  program.allowExcessArguments().action(() => showHelp(program))
  return program
}

const once = (flag: string) => (value: string, before: string | undefined) => {
  if (before !== undefined) throw new InvalidArgumentError(`${flag} is given twice: which one is meant?`)
  return value
}

function addGlobalOptions(program: Command): void {
  program
    .option('--json', 'print one JSON value on stdout and nothing else')
    .option('--yes', 'never ask: a question that no flag answers ends with exit code 2')
    .option('--quiet', 'print no notes and no progress on stderr')
    .option('--server <url>', 'use the shop with this staff server (LAKU_SERVER)', once('--server'))
    .option('--context <name>', 'use the shop that you logged in to under this name', once('--context'))
    .option(
      '--wait <duration>',
      'how long to wait for a server that does not answer, or is older than your laku, like 30m',
      once('--wait'),
    )
    .option(
      '--idempotency-key <key>',
      'do it only once under this key; with the same key again, the first result is shown',
      once('--idempotency-key'),
    )
    .option(
      '--data-dir <folder>',
      'the folder of the embedded database, or of a running laku up (LAKU_DATA_DIR)',
      once('--data-dir'),
    )
    .option(
      '--database-url <url>',
      'only for the owner of the machine: open this PostgreSQL database (DATABASE_URL)',
      once('--database-url'),
    )
    .option('--no-color', 'print without colour (NO_COLOR)')
    .option('--debug', 'show the stack of an unexpected error')
    .helpOption('-h, --help', 'show this help')
}

function addEntry<C extends CommandShape>(
  program: Command,
  entry: EntryShape<C>,
  source: ProgramSource<C>,
): void {
  const { name, alias, description, hidden = false, isNoun } = entry
  const command = program.command(name, { hidden }).description(description)
  if (alias !== undefined) command.alias(alias)
  if (isNoun)
    command
      .usage('<verb> [options]')
      .allowExcessArguments()
      .action(() => showHelp(command))
  program.hook('preSubcommand', async (_, chosen) => {
    if (chosen !== command) return
    const { configureCommand } = await import('./configure.ts')
    const configure = (own: Command, path: readonly string[], shape: C) =>
      configureCommand(own.allowExcessArguments(false), shape, (input) =>
        source.run({ path, shape, input, flags: program.opts() }),
      )
    const loaded = await entry.load()
    if (!isVerbs(loaded)) return configure(command, [name], loaded)
    for (const verb of loaded) {
      const own = command.command(verb.name)
      if (!('verbs' in verb)) configure(own, [name, verb.name], verb)
      else {
        own.description(verb.description).usage('<verb> [options]')
        own.action(() => showHelp(own))
        for (const inner of verb.verbs)
          configure(own.command(inner.name), [name, verb.name, inner.name], inner)
      }
    }
  })
}

function isVerbs<C extends CommandShape>(
  loaded: C | readonly (C | GroupShape<C>)[],
): loaded is readonly (C | GroupShape<C>)[] {
  return Array.isArray(loaded)
}

/**
 * Shows the help of a noun that was given without a verb. Fails instead if --json is set, or if a word was
 * not understood.
 */
function showHelp(command: Command): void {
  const [word] = command.args
  if (word !== undefined) {
    command.error(`unknown command '${word}': see ${pathOf(command)} --help`, {
      code: 'commander.unknownCommand',
    })
  }
  if (command.optsWithGlobals().json) {
    command.error(`a command is missing: see ${pathOf(command)} --help`, { code: 'commander.missingCommand' })
  }
  command.outputHelp()
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
