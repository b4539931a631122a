import { commandRoles, inWords, ownersWithoutToken } from '../../runtime/who-may.ts'
import type { CommandDefinition } from './command.ts'
import type { Entry, VerbGroup } from './root.ts'

/** Makes each command of a noun first check the role of the person who gives the command. */
export function withRoleCheck(entry: Entry): Entry {
  if (!('verbs' in entry)) return entry
  const { name, verbs } = entry
  return {
    ...entry,
    verbs: async () => (await verbs()).map((verb) => verbWithRoleCheck(name, verb)),
  }
}

function verbWithRoleCheck(noun: string, verb: CommandDefinition | VerbGroup): CommandDefinition | VerbGroup {
  if ('execute' in verb) return commandWithRoleCheck(`${noun} ${verb.name}`, verb)
  const inner = `${noun} ${verb.name}`
  return { ...verb, verbs: verb.verbs.map((verb) => commandWithRoleCheck(`${inner} ${verb.name}`, verb)) }
}

function commandWithRoleCheck(path: string, definition: CommandDefinition): CommandDefinition {
  const roles = commandRoles.get(path)
  if (!roles) return definition
  return {
    ...definition,
    whoMay: inWords(roles),
    execute: async (context, raw) => {
      if (ownersWithoutToken.has(path) && !context.isServed) return await definition.execute(context, raw)
      const actor = await context.actor()
      const { requireStaff } = await import('../../domain/kernel/actor.ts')
      requireStaff(actor, ...roles)
      await definition.execute(context, raw)
    },
  }
}
