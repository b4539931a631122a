import type { Command } from 'commander'
import type { CommandDefinition } from '../cli/define/command.ts'
import type { ContextOptions } from '../cli/define/context.ts'
import { buildProgram, type EntryShape } from '../cli/define/program.ts'
import { entries } from '../cli/define/root.ts'
import { newId } from '../domain/kernel/ids.ts'
import { withRequestId } from '../runtime/request-id.ts'

/** The nouns and commands of the command line. Loading one of them loads the code that it runs. */
export const ownEntries: readonly EntryShape<CommandDefinition>[] = entries.map((entry) => ({
  name: entry.name,
  description: entry.description,
  ...(entry.alias !== undefined && { alias: entry.alias }),
  ...(entry.hidden && { hidden: true }),
  isNoun: 'verbs' in entry,
  load: 'verbs' in entry ? entry.verbs : entry.command,
}))

/**
 * Creates the command line that this process runs itself, on a database that it opens. Tests pass their own
 * laku and streams.
 */
export function createProgram(given: ContextOptions = {}): Command {
  return buildProgram<CommandDefinition>({
    entries: ownEntries,
    run: async ({ shape, input, flags }) => {
      const { CommandContext } = await import('../cli/define/context.ts')
      const context = new CommandContext(flags, given)
      try {
        await withRequestId(newId(), () => shape.execute(context, input))
      } finally {
        await context.close()
      }
    },
  })
}
