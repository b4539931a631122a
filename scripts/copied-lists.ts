import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { Graph } from './floors.ts'
import { listExceptions } from './list-exceptions.ts'
import type { Machine } from './machines.ts'
import { type Node, walk } from './syntax.ts'

const WORDS = String.raw`'[a-z_]+'(?:\s*,\s*'[a-z_]+')+`

/** `o.status not in ('paid', 'processing')`, `status = any(array['paid', 'processing'])`. */
const SQL_LIST = new RegExp(
  String.raw`\b(\w+)"?\s*(?:\s(?:not\s+)?in\s*\(|(?:=|<>|!=)\s*(?:any|all)\s*\(\s*array\s*\[)\s*(${WORDS})\s*[\])]`,
  'gi',
)

/** `status = any('{paid,processing}')`. */
const SQL_ARRAY = /\b(\w+)"?\s*(?:=|<>|!=)\s*(?:any|all)\s*\(\s*'\{([a-z_]+(?:\s*,\s*[a-z_]+)+)\}'/gi

/** `(status = 'paid' or status = 'processing')`, `status <> 'paid' and status <> 'processing'`. */
const SQL_PAIR =
  /\b(\w+)"?\s*(=|<>|!=)\s*'([a-z_]+)'\s+(or|and)\s+(?:\w+\.)?\1"?\s*\2\s*'([a-z_]+)'(\s+and\b)?/gi

/** The providers' own words, of which some are also states of laku. */
const OF_PROVIDERS = /^src\/(providers|sandbox)\//

/** So many words, which all are states of one machine, are a list of its states in any file. */
const TELLING = 3

type Known = Pick<Machine, 'name' | 'relation' | 'column' | 'table'> & Partial<Pick<Machine, 'domain'>>

/**
 * Lists of two or more states of one machine that are written by hand, in SQL, as an array or as comparisons,
 * elsewhere than in its transitions.ts: a state that is added later would be missing there. The SQL of a file
 * is held to the machines whose tables the file names; its arrays and comparisons, to the machines of the
 * rooms that it is about. A list of list-exceptions.ts may stand, and one that is found nowhere any more is
 * reported as well.
 */
export function copiedLists(
  root: string,
  machines: readonly Known[],
  graph: Graph = {},
  exceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = listExceptions,
): { at: string; what: string }[] {
  const found: { at: string; what: string }[] = []
  const unused = new Set(
    Object.entries(exceptions).flatMap(([file, lists]) =>
      Object.keys(lists).map((list) => `${file} ${list}`),
    ),
  )
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (file.endsWith('.test.ts') || file.endsWith('/transitions.ts') || OF_PROVIDERS.test(file)) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const list of listsIn(file, text, machines, graph)) {
      const written = list.states.join(', ')
      if (exceptions[file]?.[written] !== undefined) unused.delete(`${file} ${written}`)
      else
        found.push({
          at: `${file}:${text.slice(0, list.start).split('\n').length}`,
          what: `lists states of ${list.machine}: ${written}`,
        })
    }
  }
  for (const entry of unused)
    found.push({ at: 'scripts/list-exceptions.ts', what: `excepts what is not there: ${entry}` })
  return found
}

interface List {
  start: number
  states: string[]
  machine: string
}

function listsIn(file: string, text: string, machines: readonly Known[], graph: Graph): List[] {
  const found = new Map<number, List>()
  const add = (start: number, states: string[], machine: Known) => {
    if (new Set(states).size > 1 && states.every((state) => state in machine.table) && !found.has(start))
      found.set(start, { start, states, machine: machine.name })
  }
  const inSql = sqlListsIn(text)
  const program = parseSync(file, text).program as unknown as Node
  const arrays = arraysIn(program)
  for (const machine of machines) {
    const { relation, column, domain } = machine
    if (text.includes(relation))
      for (const list of inSql) if (list.column === column) add(list.start, list.states, machine)
    if (domain === undefined || !mayName(graph, file, domain)) continue
    const about = isAbout(file, text, domain)
    for (const list of arrays)
      if (about || list.states.length >= TELLING) add(list.start, list.states, machine)
    if (!about) continue
    for (const list of comparisonsIn(program, text, column)) add(list.start, list.states, machine)
  }
  return [...found.values()]
}

/** Lists in SQL, each with the column that is compared with it. */
function sqlListsIn(text: string): { start: number; column: string; states: string[] }[] {
  const lists = [...text.matchAll(SQL_LIST), ...text.matchAll(SQL_ARRAY)].map((match) => ({
    start: match.index,
    column: match[1] as string,
    states: (match[2] as string).split(',').map((item) => item.trim().replaceAll("'", '')),
  }))
  // `status = 'a' or status = 'b' and …` is no list: the rest belongs to the second state alone.
  const pairs = [...text.matchAll(SQL_PAIR)]
    .filter((match) => match[4] === 'and' || match[6] === undefined)
    .map((match) => ({
      start: match.index,
      column: match[1] as string,
      states: [match[3] as string, match[5] as string],
    }))
  return [...lists, ...pairs]
}

/** Comparisons of a `status` with several texts: `status === 'a' || status === 'b'`, `!==` with `&&`. */
function comparisonsIn(program: Node, text: string, column: string): { start: number; states: string[] }[] {
  const found: { start: number; states: string[] }[] = []
  const inner = new Set<unknown>()
  walk(program, (node) => {
    if (node.type !== 'LogicalExpression' || inner.has(node)) return
    const compared = new Map<string, string[]>()
    const read = (part: Node) => {
      if (part.type === 'LogicalExpression' && part.operator === node.operator) {
        inner.add(part)
        read(part.left as Node)
        read(part.right as Node)
        return
      }
      const [left, right] = [part.left, part.right] as (Node & { end: number })[]
      const isCompared = part.operator === (node.operator === '||' ? '===' : '!==')
      if (part.type !== 'BinaryExpression' || !isCompared || typeof right?.value !== 'string') return
      const subject = text.slice(left?.start, left?.end)
      if (!new RegExp(`\\b${column}$`).test(subject)) return
      compared.set(subject, [...(compared.get(subject) ?? []), right.value])
    }
    read(node)
    for (const states of compared.values()) if (states.length > 1) found.push({ start: node.start, states })
  })
  return found
}

/** Returns the arrays that contain only text literals. */
function arraysIn(program: Node): { start: number; states: string[] }[] {
  const arrays: { start: number; states: string[] }[] = []
  walk(program, (node) => {
    if (node.type !== 'ArrayExpression') return
    const values = (node.elements as (Node | null)[]).map((element) => element?.value)
    if (values.every((value) => typeof value === 'string')) arrays.push({ start: node.start, states: values })
  })
  return arrays
}

/**
 * Returns whether a file belongs to a room or mentions its path. The check is needed, because words such as
 * `active, closed` are states of several machines.
 */
const isAbout = (file: string, text: string, domain: string) =>
  file.startsWith(`src/domain/${domain}/`) || text.includes(`/${domain}/`)

/** Returns whether a file may import from a room. */
function mayName(graph: Graph, file: string, domain: string): boolean {
  const room = file.split('/')[2] as string
  return !(room in graph) || room === domain || (graph[room] ?? []).includes(domain)
}
