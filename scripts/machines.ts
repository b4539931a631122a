import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine as Declared } from '../src/domain/kernel/index.ts'

/** A state machine, as a domain's `transitions.ts` declares it. */
export interface Machine {
  /** The name of the machine's object, such as `purchase order`. */
  name: string
  domain: string
  file: string
  /** The text of the machine's doc comment, as one paragraph. */
  note: string
  /** The database table and the column that store the state. */
  relation: string
  column: string
  table: Readonly<Record<string, readonly string[]>>
}

const SUFFIX = 'Machine'

/**
 * Returns every state machine: each export of a `src/domain/<domain>/transitions.ts` whose name ends in
 * Machine.
 */
export async function findMachines(root: string): Promise<Machine[]> {
  const machines: Machine[] = []
  for (const file of globSync('src/domain/*/transitions.ts', { cwd: root }).sort()) {
    // The kernel's transitions.ts declares no machine, only the mechanism.
    const module = (await import(join(root, file))) as Record<string, unknown>
    const source = readFileSync(join(root, file), 'utf8')
    for (const [exported, value] of Object.entries(module)) {
      if (!exported.endsWith(SUFFIX)) continue
      const { name, table, column, transitions } = value as Declared<string>
      machines.push({
        name,
        domain: file.split('/')[2] as string,
        file,
        note: noteOf(source, `${exported.slice(0, -SUFFIX.length)}Transitions`),
        relation: table.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        column,
        table: transitions,
      })
    }
  }
  return machines
}

function noteOf(source: string, exported: string): string {
  const before = source.slice(0, source.indexOf(`export const ${exported}`)).trimEnd()
  if (!before.endsWith('*/')) return ''
  const comment = before.slice(before.lastIndexOf('/**') + 3, -2)
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .join(' ')
    .trim()
}

/**
 * Returns the states to which no transition leads: an object of this machine may begin in them. If every
 * state can be reached, it is the machine's first state.
 */
export function firstStates({ table }: Machine): string[] {
  const reached = new Set(Object.entries(table).flatMap(([from, to]) => to.filter((state) => state !== from)))
  const first = Object.keys(table).filter((state) => !reached.has(state))
  return first.length > 0 ? first : Object.keys(table).slice(0, 1)
}
