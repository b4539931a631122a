import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import type { Machine } from './machines.ts'
import { camel, methodOf, type Node, textOfSum, walk } from './syntax.ts'

export interface StateWrite {
  /** The place of the write, such as `src/domain/order/cancel.ts:37`. */
  at: string
  /** The column that is written, such as `orders.status`. */
  what: string
}

type Kept = Pick<Machine, 'relation' | 'column'>

/** The only file that may write a machine's state. */
const MECHANISM = 'src/domain/kernel/move-state.ts'

/**
 * Every write of a machine's state that does not go through `moveState`, and every import of another room's
 * machine, with which that room's states could be moved. What a new row begins with is no move.
 */
export function stateWrites(root: string, kept: readonly Kept[]): StateWrite[] {
  const found: StateWrite[] = []
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (file.endsWith('.test.ts') || file === MECHANISM) continue
    const text = readFileSync(join(root, file), 'utf8')
    const add = (node: Node, what: string) =>
      found.push({ at: `${file}:${text.slice(0, node.start).split('\n').length}`, what })
    const begun = new Set<Node>()
    const ended = new Set<Node | undefined>()
    walk(parseSync(file, text).program as unknown as Node, (node) => {
      for (const what of [...inSql(node, text, kept), ...inBuilder(node, kept), ...inImport(node, file)])
        add(node, what)
      if (node.type !== 'CallExpression') return
      if (methodOf(node) === 'updateTable') begun.add(node)
      if (methodOf(node) === 'set') ended.add(startOf(node))
    })
    // The statement is begun here and completed elsewhere, so the columns that it sets are not known.
    for (const node of [...begun].filter((node) => !ended.has(node))) {
      for (const { relation, column } of kept)
        if (camel(relation) === tableOf(node)) add(node, `${relation}.${column}`)
    }
  }
  return found
}

/** A machine of another room. */
function inImport(node: Node, file: string): string[] {
  if (node.type !== 'ImportDeclaration' && node.type !== 'ExportNamedDeclaration') return []
  const source = (node.source as Node | null)?.value as string | undefined
  if (!source?.startsWith('.')) return []
  const roomOf = (path: string) => /^src\/domain\/([\w-]+)\//.exec(path)?.[1]
  const from = roomOf(posix.join(dirname(file), source))
  if (from === undefined || from === 'kernel' || from === roomOf(file)) return []
  return (node.specifiers as Node[])
    .map((specifier) => ((specifier.imported ?? specifier.local) as Node).name as string)
    .filter((name) => /^[a-z]\w*Machine$/.test(name))
    .map((name) => `by the ${name} of another room`)
}

/** SQL in a template, with its expressions as `$0`, `$1`, or in a text. */
function inSql(node: Node, text: string, kept: readonly Kept[]): string[] {
  const statement = textOfSum(node)
  if (statement === undefined) return []
  const expressions = (node.expressions ?? []) as (Node & { end: number })[]
  const said = (placeholder: string) => {
    const expression = expressions[Number(placeholder.slice(1))]
    return expression ? text.slice(expression.start, expression.end) : ''
  }
  return clausesOf(statement).flatMap(({ relation, assignments }) => {
    // If the table's name is an expression, the statement may write any table.
    const may = relation.startsWith('$') ? kept : kept.filter((item) => item.relation === relation)
    const columns = new Set(may.map((item) => item.column))
    return assignments.flatMap(([columnsSet, value]) => {
      if (value.startsWith('$') && said(value).startsWith('stateIf(')) return []
      return columnsSet.filter((column) => columns.has(column)).map((column) => `${relation}.${column}`)
    })
  })
}

interface Clause {
  relation: string
  /** The columns that the clause sets, each group with its new value. */
  assignments: [columns: string[], value: string][]
}

/** Returns the `set` clauses of a statement: of updates, of `on conflict do update`, and of merges. */
function clausesOf(written: string): Clause[] {
  const statement = written.replace(/--.*$/gm, '').replace(/\/\*.*?\*\//gs, ' ')
  const found: Clause[] = []
  let relation = ''
  const words =
    /\b(?:update\s+(?:only\s+)?|insert\s+into\s+|merge\s+into\s+)(?:"?public"?\.)?("?[\w$]+"?)|\bset\b/gi
  for (const match of statement.matchAll(words)) {
    // In `for update of`, `do update set` and `then update set`, the next word is not a table's name.
    if (match[1] && !/^(set|of|skip|nowait)$/i.test(match[1])) relation = match[1].replaceAll('"', '')
    const isSet = /^set$/i.test(match[0]) || /^set$/i.test(match[1] ?? '')
    if (isSet && relation)
      found.push({ relation, assignments: assignmentsOf(statement, match.index + match[0].length) })
  }
  return found
}

function assignmentsOf(statement: string, from: number): Clause['assignments'] {
  const parts: string[] = []
  let depth = 0
  let start = from
  let at = from
  for (; at < statement.length && depth >= 0; at++) {
    const char = statement[at]
    if (char === '(') depth++
    else if (char === ')') depth--
    else if (char === ',' && depth === 0) {
      parts.push(statement.slice(start, at))
      start = at + 1
    } else if (depth === 0 && /^\s(from|where|returning|on|when)\b/i.test(statement.slice(at, at + 12))) {
      if (!/\bcase\b(?!.*\bend\b)/is.test(statement.slice(start, at))) break
    }
  }
  parts.push(statement.slice(start, at))
  return parts.flatMap((part): Clause['assignments'] => {
    const match = /^\s*(\(?[\w",\s]+\)?)\s*=\s*(.*)$/s.exec(part)
    if (!match) return []
    const columns = (match[1] as string).replace(/[()"]/g, '').split(',')
    return [[columns.map((column) => column.trim()), (match[2] as string).trim()]]
  })
}

const setters = new Set(['set', 'doUpdateSet', 'thenUpdateSet'])

/**
 * Returns the state columns that a call like `updateTable('orders').set({ status })` writes. The set columns
 * must be written in the call itself; otherwise they cannot be read.
 */
function inBuilder(node: Node, kept: readonly Kept[]): string[] {
  if (node.type !== 'CallExpression') return []
  const method = methodOf(node)
  if (!setters.has(method ?? '')) return []
  const table = tableOf(node)
  // The callback of `onConflict` has the table outside of it, so that any may be meant.
  const isAny = table === undefined && method !== 'set'
  const mine = kept.filter((item) => isAny || camel(item.relation) === table)
  if (mine.length === 0) return []
  const [first] = node.arguments as Node[]
  const named = keysOf(first)
  return mine
    .filter((item) => named === undefined || named.includes(camel(item.column)))
    .map(({ relation, column }) => `${relation}.${column}`)
}

/** Returns the first call of a chain of calls: the call that names the table. */
function startOf(node: Node): Node | undefined {
  for (let at: Node | undefined = node; at?.type === 'CallExpression'; ) {
    const method = methodOf(at)
    if (method === 'updateTable' || method === 'insertInto' || method === 'mergeInto') return at
    const callee = at.callee as Node
    at = callee.type === 'MemberExpression' ? (callee.object as Node) : undefined
  }
}

const tableOf = (node: Node) =>
  ((startOf(node)?.arguments as Node[] | undefined)?.[0]?.value as string | undefined)?.split(' as ')[0]

/**
 * Returns the keys of an object literal, or `status` for `.set('status', …)`; undefined if they cannot be
 * read from the code.
 */
function keysOf(node: Node | undefined): string[] | undefined {
  if (node?.type === 'Literal') return [String(node.value)]
  if (node?.type !== 'ObjectExpression') return undefined
  const keys: string[] = []
  for (const property of node.properties as Node[]) {
    const key = property.key as Node | undefined
    const name = key && !property.computed && ((key.name ?? key.value) as string)
    if (!name) return undefined
    keys.push(name)
  }
  return keys
}
