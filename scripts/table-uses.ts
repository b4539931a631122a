import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { methodOf, type Node, snake, textOfTemplate, walk } from './syntax.ts'

export interface TableUse {
  /** `src/domain/order/cancel.ts`. */
  file: string
  line: number
  table: string
  kind: 'read' | 'lock' | 'write'
}

/** Every table that a statement of our own names: in a template of SQL, or in a call of the query builder. */
export function tableUses(root: string, tables: ReadonlySet<string>): TableUse[] {
  return globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => usesIn(file, readFileSync(join(root, file), 'utf8'), tables))
}

export function usesIn(file: string, text: string, tables: ReadonlySet<string>): TableUse[] {
  const found = new Map<string, TableUse>()
  const add = (node: Node, { table, kind }: Named) => {
    if (!tables.has(table)) return
    const line = text.slice(0, node.start).split('\n').length
    found.set(`${line} ${table} ${kind}`, { file, line, table, kind })
  }
  walk(parseSync(file, text).program as unknown as Node, (node) => {
    if (node.type === 'TemplateLiteral')
      for (const named of namedInSql(textOfTemplate(node))) add(node, named)
    const literal = node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
    if (literal && /^\s*(select|insert|update|delete|with)\s/i.test(literal))
      for (const named of namedInSql(literal)) add(node, named)
    const named = namedByBuilder(node)
    if (named) add(node, named)
  })
  return [...found.values()]
}

type Named = Pick<TableUse, 'table' | 'kind'>

const WRITES = /^(insert\s+into|update(\s+only)?|delete\s+from|merge\s+into|truncate)$/
const LOCKS =
  /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)(?:\s+of\s+([a-z_]\w*(?:\s*,\s*[a-z_]\w*)*))?/

function namedInSql(statement: string): Named[] {
  const sql = statement.toLowerCase().replaceAll('"', '').replace(/--.*$/gm, '')
  return queriesOf(sql).flatMap(namedInQuery)
}

/** The statement and each query in parentheses, alone: a lock is on the tables of its own query. */
function queriesOf(sql: string): string[] {
  const open: string[] = ['']
  const done: string[] = []
  for (const char of sql) {
    if (char === '(') open.push('')
    else if (char === ')' && open.length > 1) {
      done.push(open.pop() as string)
      open[open.length - 1] += '()'
    } else open[open.length - 1] += char
  }
  return [...done, ...open].flatMap((query) => query.split(/\bunion\b/))
}

function namedInQuery(sql: string): Named[] {
  const lock = LOCKS.exec(sql)
  const lockedNames = lock?.[1]?.split(/\s*,\s*/)
  const found: Named[] = []
  const words =
    /\b(insert\s+into|delete\s+from|merge\s+into|update\s+only|update|truncate|from|join|using|lock\s+table)\s+(?:only\s+|lateral\s+)?([a-z_]\w*)((?:\s+(?:as\s+)?[a-z_]\w*)?(?:\s*,\s*[a-z_]\w*(?:\s+(?:as\s+)?[a-z_]\w*)?)*)/g
  for (const match of sql.matchAll(words)) {
    const verb = (match[1] as string).replace(/\s+/g, ' ')
    const [first, ...further] = `${match[2]}${match[3]}`.split(',')
    for (const item of verb === 'from' ? [first, ...further] : [first]) {
      const [table = '', ...alias] = (item as string).trim().split(/\s+/)
      const names = [table, alias.at(-1) ?? table]
      const isLocked = lock && (!lockedNames || lockedNames.some((name) => names.includes(name)))
      const kind = WRITES.test(verb) ? 'write' : isLocked || verb === 'lock table' ? 'lock' : 'read'
      found.push({ table, kind })
    }
  }
  return found
}

const builders: Record<string, TableUse['kind']> = {
  selectFrom: 'read',
  innerJoin: 'read',
  leftJoin: 'read',
  rightJoin: 'read',
  fullJoin: 'read',
  innerJoinLateral: 'read',
  leftJoinLateral: 'read',
  from: 'read',
  using: 'read',
  insertInto: 'write',
  updateTable: 'write',
  deleteFrom: 'write',
  mergeInto: 'write',
}

function namedByBuilder(node: Node): Named | undefined {
  if (node.type !== 'CallExpression') return undefined
  if (isInsertRows(node)) return tableOf((node.arguments as Node[])[1], 'write')
  return tableOf((node.arguments as Node[])[0], builders[methodOf(node) ?? ''])
}

const isInsertRows = ({ callee }: Node) =>
  (callee as Node).type === 'Identifier' && (callee as unknown as { name: string }).name === 'insertRows'

function tableOf(first: Node | undefined, kind: TableUse['kind'] | undefined): Named | undefined {
  if (!kind || first?.type !== 'Literal' || typeof first.value !== 'string') return undefined
  return { table: snake(first.value.split(' as ')[0] as string), kind }
}
