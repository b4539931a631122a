import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A state machine as its domain declares it, in a `transitions.ts`. */
export interface Machine {
  /** `purchase order` for `purchaseOrderTransitions`. */
  name: string
  domain: string
  file: string
  /** What its doc comment says, as one paragraph. */
  note: string
  table: Readonly<Record<string, readonly string[]>>
}

const SUFFIX = 'Transitions'

/** Every state machine there is: whatever a `src/domain/<domain>/transitions.ts` exports under a name ending in Transitions. */
export async function findMachines(root: string): Promise<Machine[]> {
  const machines: Machine[] = []
  for (const file of globSync('src/domain/*/transitions.ts', { cwd: root }).sort()) {
    // The kernel's holds the mechanism and no machine.
    const module = (await import(join(root, file))) as Record<string, unknown>
    const source = readFileSync(join(root, file), 'utf8')
    for (const [exported, table] of Object.entries(module)) {
      if (!exported.endsWith(SUFFIX)) continue
      machines.push({
        name: wordsOf(exported.slice(0, -SUFFIX.length)),
        domain: file.split('/')[2] as string,
        file,
        note: noteOf(source, exported),
        table: table as Machine['table'],
      })
    }
  }
  return machines
}

const wordsOf = (camel: string) => camel.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

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

/** States that no move leads to: where a thing of this machine may begin. A machine that goes round begins with its first. */
export function firstStates({ table }: Machine): string[] {
  const reached = new Set(Object.entries(table).flatMap(([from, to]) => to.filter((one) => one !== from)))
  const first = Object.keys(table).filter((state) => !reached.has(state))
  return first.length > 0 ? first : Object.keys(table).slice(0, 1)
}
