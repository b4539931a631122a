import type { CommandDefinition } from '../cli/define/command.ts'
import { entries, entryNamed } from '../cli/define/root.ts'

/** A command and the words that call it. */
export interface Leaf {
  path: readonly string[]
  definition: CommandDefinition
  hidden: boolean
}

/**
 * Returns every command of laku, in the order of the help. The command reference, the shell completion and
 * the contract test use this list.
 */
export async function allCommands(): Promise<Leaf[]> {
  const leaves: Leaf[] = []
  for (const entry of entries) {
    const hidden = entry.hidden ?? false
    if (!('verbs' in entry)) {
      leaves.push({ path: [entry.name], definition: await entry.command(), hidden })
      continue
    }
    for (const verb of await entry.verbs()) {
      const path = [entry.name, verb.name]
      if ('execute' in verb) leaves.push({ path, definition: verb, hidden })
      else {
        for (const inner of verb.verbs)
          leaves.push({ path: [...path, inner.name], definition: inner, hidden })
      }
    }
  }
  return leaves
}

/** Returns the command that these words call. Throws if there is no such command. */
export async function definitionAt(path: readonly string[]): Promise<CommandDefinition> {
  const [noun = '', verb, inner] = path
  const entry = entryNamed(noun)
  if (entry && !('verbs' in entry)) return await entry.command()
  const found = (await entry?.verbs())?.find((candidate) => candidate.name === verb)
  const definition =
    found && 'verbs' in found ? found.verbs.find((verb) => verb.name === inner) : inner === undefined && found
  if (!definition) throw new Error(`there is no command ${path.join(' ')}`)
  return definition
}

/** The flags that every command takes, as they are typed. */
export const globalFlags = [
  '--json',
  '--yes',
  '--quiet',
  '--server',
  '--context',
  '--wait',
  '--idempotency-key',
  '--data-dir',
  '--database-url',
  '--no-color',
  '--debug',
  '--help',
] as const
