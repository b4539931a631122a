import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine as Declared } from '../src/domain/kernel/index.ts'

/** A state machine as its domain declares it, in a `transitions.ts`. */
export interface Machine {
  /** `purchase order`. */
  name: string
  domain: string
  file: string
  /** The text of its doc comment, as one paragraph. */
  note: string
  /** The table of the database and its column that keep the state. */
  relation: string
  column: string
  table: Readonly<Record<string, readonly string[]>>
}

const SUFFIX = 'Machine'

/**
 * Every state machine there is: whatever a `src/domain/<domain>/transitions.ts` exports under a name ending
 * in Machine.
 */
export async function findMachines(root: string): Promise<Machine[]> {
  const machines: Machine[] = []
  for (const file of globSync('src/domain/*/transitions.ts', { cwd: root }).sort()) {
    // The kernel's holds the mechanism and no machine.
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
 * States that no move leads to: where a thing of this machine may begin. A machine that goes round begins
 * with its first.
 */
export function firstStates({ table }: Machine): string[] {
  const reached = new Set(Object.entries(table).flatMap(([from, to]) => to.filter((state) => state !== from)))
  const first = Object.keys(table).filter((state) => !reached.has(state))
  return first.length > 0 ? first : Object.keys(table).slice(0, 1)
}
