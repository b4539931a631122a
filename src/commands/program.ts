import { Command } from 'commander'
import type { CommandContext, ContextOptions } from './context.ts'
import { type Entry, entries } from './root.ts'

/** The whole command line, each noun an empty shell until it is asked for. Tests give their own laku and streams. */
export function createProgram(given: ContextOptions = {}): Command {
  const program = new Command('laku')
    .description('The back office of a group-buying shop: sessions, escrow, fulfilment, settlement.')
    .usage('<noun> <verb> [options]')
    .helpCommand(false)
    .exitOverride()
    // The message is printed by the one place that also knows --json; help goes out as it is.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
  addGlobalOptions(program)
  program.addHelpText('after', '\nlaku <noun> --help lists its verbs. Exit codes: docs/cli.md.')
  for (const entry of entries) addEntry(program, entry, given)
  program.action(() => showHelp(program))
  return program
}

function addGlobalOptions(program: Command): void {
  program
    .option('--json', 'print one JSON value on stdout and nothing else')
    .option('--yes', 'never ask: a question that no flag answers ends with exit code 2')
    .option('--quiet', 'no notes and no progress on stderr')
    .option('--data-dir <folder>', 'folder of the embedded database and of credentials (LAKU_DATA_DIR)')
    .option('--database-url <url>', 'use this PostgreSQL (DATABASE_URL)')
    .option('--no-color', 'no colour (NO_COLOR)')
    .option('--debug', 'show the stack of an unexpected error')
    .helpOption('-h, --help', 'show what there is')
}

function addEntry(program: Command, entry: Entry, given: ContextOptions): void {
  const command = program
    .command(entry.name, { hidden: entry.hidden ?? false })
    .description(entry.description)
  const isNoun = 'verbs' in entry
  if (isNoun) command.usage('<verb> [options]').action(() => showHelp(command))
  program.hook('preSubcommand', async (_, chosen) => {
    if (chosen !== command) return
    const { configureCommand } = await import('./configure-command.ts')
    const open = () => openContext(program, given)
    if (!isNoun) return configureCommand(command, await entry.command(), open)
    for (const verb of await entry.verbs()) {
      const own = command.command(verb.name)
      if ('execute' in verb) configureCommand(own, verb, open)
      else {
        own.description(verb.description).usage('<verb> [options]')
        own.action(() => showHelp(own))
        for (const inner of verb.verbs) configureCommand(own.command(inner.name), inner, open)
      }
    }
  })
}

async function openContext(program: Command, given: ContextOptions): Promise<CommandContext> {
  const { CommandContext } = await import('./context.ts')
  return new CommandContext(program.opts(), given)
}

/** A noun without a verb: its help, unless a program is reading or a word was not understood. */
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
