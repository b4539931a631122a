import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { methodOf, type Node, snake, textOfTemplate, walk } from './syntax.ts'

export interface TableUse {
  /** `src/domain/order/cancel.ts`. */
  file: string
  line: number
  table: string
  /**
   * `call`: of a function of the database. `unseen`: the statement takes the table's name from a variable;
   * `named`: the file of such a statement names the table.
   */
  kind: 'read' | 'lock' | 'write' | 'call' | 'unseen' | 'named'
}

/** Every table that a statement of our own names: in a template of SQL, or in a call of the query builder. */
export function tableUses(
  root: string,
  tables: ReadonlySet<string>,
  functions: ReadonlySet<string> = new Set(),
): TableUse[] {
  return globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => usesIn(file, readFileSync(join(root, file), 'utf8'), tables, functions))
}

export function usesIn(
  file: string,
  text: string,
  tables: ReadonlySet<string>,
  functions: ReadonlySet<string> = new Set(),
): TableUse[] {
  const found = new Map<string, TableUse>()
  const add = (node: Node, { table, kind }: Named) => {
    if (kind === 'call' ? !functions.has(table) : kind !== 'unseen' && !tables.has(table)) return
    const line = text.slice(0, node.start).split('\n').length
    found.set(`${line} ${table} ${kind}`, { file, line, table, kind })
  }
  const program = parseSync(file, text).program as unknown as Node
  walk(program, (node) => {
    if (node.type === 'TemplateLiteral') for (const named of namedInSql(sqlOfTemplate(node))) add(node, named)
    const literal = node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined
    if (literal && /^\s*(select|insert|update|delete|with)\s/i.test(literal))
      for (const named of namedInSql(literal)) add(node, named)
    const named = namedByBuilder(node)
    if (named) add(node, named)
  })
  // If a statement takes its table from a variable, each table that the file names may be that table.
  if ([...found.values()].some(({ kind }) => kind === 'unseen'))
    walk(program, (node) => {
      if (node.type === 'Literal' && typeof node.value === 'string')
        add(node, { table: snake(node.value), kind: 'named' })
    })
  return [...found.values()]
}

type Named = Pick<TableUse, 'table' | 'kind'>

/** The SQL of a template, in which `sql.table('orders')` is the name of the table. */
function sqlOfTemplate(node: Node): string {
  const expressions = node.expressions as Node[]
  return textOfTemplate(node).replace(/\$(\d+)/g, (mark, at: string) => {
    const expression = expressions[Number(at)]
    const name = isSqlTable(expression) && (expression?.arguments as Node[] | undefined)?.[0]?.value
    return typeof name === 'string' ? snake(name) : mark
  })
}

const isSqlTable = (node: Node | undefined) => node?.type === 'CallExpression' && methodOf(node) === 'table'

const WRITES = /^(insert\s+into|update(\s+only)?|delete\s+from|merge\s+into|truncate)$/
const LOCKS =
  /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)(?:\s+of\s+([a-z_]\w*(?:\s*,\s*[a-z_]\w*)*))?/

function namedInSql(statement: string): Named[] {
  const sql = statement.toLowerCase().replaceAll('"', '').replace(/--.*$/gm, '')
  const calls = [...sql.matchAll(/\b([a-z_]\w*)\(/g)].map(
    ([, name = '']): Named => ({ table: name, kind: 'call' }),
  )
  return [...queriesOf(sql).flatMap(namedInQuery), ...calls]
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

/** Calls whose first argument is the name of a table, for nothing but Kysely has them. */
const ofTables = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'table'])

function namedByBuilder(node: Node): Named | undefined {
  if (node.type !== 'CallExpression') return undefined
  if (isMechanism(node)) return tableOf((node.arguments as Node[])[1], 'write')
  const method = methodOf(node) ?? ''
  const first = (node.arguments as Node[])[0]
  const isVariable = first && first.type !== 'Literal' && first.type !== 'ArrayExpression'
  if (ofTables.has(method) && isVariable && isOfKysely(node, method)) return { table: '?', kind: 'unseen' }
  return tableOf(first, builders[method])
}

const isOfKysely = (node: Node, method: string) =>
  method !== 'table' || ((node.callee as Node).object as { name?: string }).name === 'sql'

/** Functions that write the table which their second argument names. */
const mechanisms = new Set(['insertRows', 'addRatings'])

const isMechanism = ({ callee }: Node) =>
  (callee as Node).type === 'Identifier' && mechanisms.has((callee as unknown as { name: string }).name)

function tableOf(first: Node | undefined, kind: TableUse['kind'] | undefined): Named | undefined {
  if (!kind || first?.type !== 'Literal' || typeof first.value !== 'string') return undefined
  return { table: snake(first.value.split(' as ')[0] as string), kind }
}
