import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { Graph } from './floors.ts'
import type { Machine } from './machines.ts'
import { type Node, walk } from './syntax.ts'

const LIST = /\b(\w+)\s+(?:not\s+)?in\s+\(((?:\s*'[a-z_]+'\s*,?)+)\)/g

/**
 * Lists of states, in SQL or as an array, that are just all states of a machine, its open or its final ones,
 * or one of the lists that its file exports, written by hand: a state that is added later would be missing
 * there. A room that may not import the machine's writes its own. What lists some of them by a rule of its
 * own is no copy.
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
    const arrays = file.endsWith('/transitions.ts') ? [] : arraysIn(file, text)
    for (const { name, domain, relation, column, table, groups = [] } of machines) {
      const ends = (isEnd: boolean) =>
        Object.keys(table).filter((state) => (table[state]?.length === 0) === isEnd)
      const isNameable = domain !== undefined && mayName(graph, file, domain)
      const lists = [ends(true), ends(false), ...(isNameable ? groups : [])]
      const report = (start: number, states: readonly string[]) =>
        found.push({
          at: `${file}:${text.slice(0, start).split('\n').length}`,
          what: `copies states of ${name}: ${states.join(', ')}`,
        })
      const isCopyOf = (all: readonly (readonly string[])[], states: readonly string[]) =>
        all.some((list) => list.length > 1 && isSame(list, states))
      for (const match of text.includes(relation) ? text.matchAll(LIST) : []) {
        const [, named, written = ''] = match
        const states = written.split(',').map((item) => item.trim().slice(1, -1))
        if (named === column && isCopyOf(lists, states)) report(match.index, states)
      }
      if (!isNameable || !isAbout(file, text, domain)) continue
      for (const { start, states } of arrays)
        if (isCopyOf([Object.keys(table), ...lists], states)) report(start, states)
    }
  }
  return found
}

/** Arrays of texts alone. */
function arraysIn(file: string, text: string): { start: number; states: string[] }[] {
  const arrays: { start: number; states: string[] }[] = []
  walk(parseSync(file, text).program as unknown as Node, (node) => {
    if (node.type !== 'ArrayExpression') return
    const values = (node.elements as (Node | null)[]).map((element) => element?.value)
    if (values.every((value) => typeof value === 'string')) arrays.push({ start: node.start, states: values })
  })
  return arrays
}

/**
 * Whether a file is of a room or speaks of it: words such as `active, closed` are states of several machines.
 */
const isAbout = (file: string, text: string, domain: string) =>
  file.startsWith(`src/domain/${domain}/`) || text.includes(`/${domain}/`)

/** Whether a file may import from a room. */
function mayName(graph: Graph, file: string, domain: string): boolean {
  const room = file.split('/')[2] as string
  return !(room in graph) || room === domain || (graph[room] ?? []).includes(domain)
}

const isSame = (item: readonly string[], other: readonly string[]) =>
  item.toSorted().join() === other.toSorted().join()
