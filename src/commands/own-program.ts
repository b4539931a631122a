import type { Command } from 'commander'
import type { CommandDefinition } from '../cli/define/command.ts'
import type { ContextOptions } from '../cli/define/context.ts'
import { buildProgram, type EntryShape } from '../cli/define/program.ts'
import { entries } from '../cli/define/root.ts'
import { newId } from '../domain/kernel/ids.ts'
import { withRequestId } from '../runtime/request-id.ts'

/** The entries with all their modules: loading an entry loads the code that it runs. */
export const ownEntries: readonly EntryShape<CommandDefinition>[] = entries.map((entry) => ({
  name: entry.name,
  description: entry.description,
  ...(entry.hidden && { hidden: true }),
  isNoun: 'verbs' in entry,
  load: 'verbs' in entry ? entry.verbs : entry.command,
}))

/**
 * The command line, run by this process itself on a database that it opens. Tests give their own laku and
 * streams.
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
