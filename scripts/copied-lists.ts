import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Graph } from './floors.ts'
import type { Machine } from './machines.ts'

const LIST = /\b(\w+)\s+(?:not\s+)?in\s+\(((?:\s*'[a-z_]+'\s*,?)+)\)/g

/**
 * Lists of states in SQL that are just a machine's open or its final ones, or one of the lists that its file
 * exports, written by hand: a state that is added later would be missing there. A room that may not import
 * the machine's writes its own. What lists some of them by a rule of its own is no copy.
 */
export function copiedLists(
  root: string,
  machines: readonly (Pick<Machine, 'name' | 'relation' | 'column' | 'table'> &
    Partial<Pick<Machine, 'domain' | 'groups'>>)[],
  graph: Graph = {},
): { at: string; what: string }[] {
  const found: { at: string; what: string }[] = []
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const { name, domain, relation, column, table, groups = [] } of machines) {
      if (!text.includes(relation)) continue
      const ends = (isEnd: boolean) =>
        Object.keys(table).filter((state) => (table[state]?.length === 0) === isEnd)
      for (const match of text.matchAll(LIST)) {
        const [, named, written = ''] = match
        const states = written.split(',').map((item) => item.trim().slice(1, -1))
        const lists = domain && mayName(graph, file, domain) ? groups : []
        const isAll = [ends(true), ends(false), ...lists].some((all) => all.length > 1 && isSame(all, states))
        if (named === column && isAll)
          found.push({
            at: `${file}:${text.slice(0, match.index).split('\n').length}`,
            what: `copies states of ${name}: ${states.join(', ')}`,
          })
      }
    }
  }
  return found
}

/** Whether a file may import from a room. */
function mayName(graph: Graph, file: string, domain: string): boolean {
  const room = file.split('/')[2] as string
  return !(room in graph) || room === domain || (graph[room] ?? []).includes(domain)
}

const isSame = (item: readonly string[], other: readonly string[]) =>
  item.toSorted().join() === other.toSorted().join()
