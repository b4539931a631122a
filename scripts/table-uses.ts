import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { rawTextsIn } from './raw-sql.ts'
import { memberOf, methodOf, type Node, snake, textOfSum, textOfTemplate, walk } from './syntax.ts'

export interface TableUse {
  /** The file of the use, such as `src/domain/order/cancel.ts`. */
  file: string
  line: number
  table: string
  /**
   * The kind of the use. `call`: a database function is called. `unseen`: the statement takes the table's
   * name from a variable. `named`: the file of such a statement names this table.
   */
  kind: 'read' | 'lock' | 'write' | 'call' | 'unseen' | 'named'
}

/**
 * Returns every table that a statement of our own code names, in an SQL template or in a call of the query
 * builder.
 */
export function tableUses(
  root: string,
  tables: ReadonlySet<string>,
  functions: ReadonlySet<string> = new Set(),
): TableUse[] {
  return globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8')
      return RUNS_SQL.test(text) ? usesIn(file, text, tables, functions) : []
    })
}

/** A file without any of these words runs no statement, and need not be parsed. */
const RUNS_SQL = /sql|query|selectFrom|insertInto|updateTable|deleteFrom|mergeInto|insertRows|addRatings/i

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
  const writers = writersIn(program)
  const called = new Set<unknown>()
  const tagged = new Set<unknown>()
  walk(program, (node) => {
    if (node.type === 'CallExpression') called.add(node.callee)
    if (node.type === 'TaggedTemplateExpression') tagged.add(node.quasi)
    const statement = statementOf(node, tagged.has(node) ? tables : new Set())
    if (statement !== undefined) for (const named of namedInSql(statement)) add(node, named)
    for (const named of namedByCall(node, writers)) add(node, named)
    // A method that names tables is passed on here, and called where this lint does not see it.
    if (ofTables.has(memberOf(node) ?? '') && !called.has(node) && isOfKysely(node)) add(node, unseen)
  })
  for (const { node, sql } of rawTextsIn(program))
    for (const named of sql === undefined ? [unseen] : namedInSql(sql)) add(node, named)
  // If a statement takes its table from a variable, it may use each table that the file names.
  if ([...found.values()].some(({ kind }) => kind === 'unseen'))
    walk(program, (node) => {
      if (node.type === 'Literal' && typeof node.value === 'string')
        add(node, { table: snake(node.value), kind: 'named' })
    })
  return [...found.values()]
}

const STATEMENT =
  /^\s*(?:\(\s*)*(?:select|insert|update|delete|with|merge|truncate|lock|copy|table|values|explain)\s|^\s*--/i

/**
 * The SQL of a node: of a template, of a text that begins as a statement, of texts joined with `+`. A
 * template that begins with the name of a table is a part of a `from`.
 */
function statementOf(node: Node, tables: ReadonlySet<string>): string | undefined {
  if (node.type === 'TemplateLiteral') {
    const statement = sqlOfTemplate(node)
    const [, first = ''] = /^\s*"?(\w+)"?(?=\s|$)/.exec(statement) ?? []
    return tables.has(first) ? `from ${statement}` : statement
  }
  const text = textOfSum(node)
  return text !== undefined && STATEMENT.test(text) ? text : undefined
}

type Named = Pick<TableUse, 'table' | 'kind'>

const unseen: Named = { table: '?', kind: 'unseen' }

/** Returns the SQL of a template. `sql.table('orders')` in it stands for the table's name. */
function sqlOfTemplate(node: Node): string {
  const expressions = node.expressions as Node[]
  return textOfTemplate(node).replace(/\$(\d+)/g, (mark, at: string) => {
    const expression = expressions[Number(at)]
    const isName = expression?.type === 'CallExpression' && naming.has(methodOf(expression) ?? '')
    const name = isName && (expression.arguments as Node[])[0]?.value
    return typeof name === 'string' ? snake(name) : mark
  })
}

/** Methods of `sql` that make a name of a text. */
const naming = new Set(['table', 'id', 'ref', 'raw'])

const WRITES = /^(insert\s+into|update(\s+only)?|delete\s+from|merge\s+into|truncate)$/
const LOCKS =
  /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)(?:\s+of\s+([a-z_]\w*(?:\s*,\s*[a-z_]\w*)*))?/

/** Returns the tables that a text of SQL uses, and the functions that it calls. */
export function namedInSql(statement: string): Named[] {
  const sql = statement
    .toLowerCase()
    .replaceAll('"', '')
    .replace(/--.*$/gm, '')
    .replace(/\/\*.*?\*\//gs, ' ')
    .replace(/\bpublic\./g, '')
  const calls = [...sql.matchAll(/\b([a-z_]\w*)\(/g)].map(
    ([, name = '']): Named => ({ table: name, kind: 'call' }),
  )
  return [...queriesOf(sql).flatMap(namedInQuery), ...calls]
}

/**
 * The statement and each query in parentheses, alone: a lock is on the tables of its own query. Tables that
 * are joined in parentheses, `from (orders o join payments p …)`, are a `from` of their own.
 */
function queriesOf(sql: string): string[] {
  const open: string[] = ['']
  const done: string[] = []
  for (const char of sql) {
    if (char === '(') open.push('')
    else if (char === ')' && open.length > 1) {
      const inner = open.pop() as string
      const before = open[open.length - 1] as string
      const isJoined = /\b(?:from|join|using)\s*$/.test(before) && !/^\s*(?:select|with|values)\b/.test(inner)
      done.push(isJoined ? `from ${inner}` : inner)
      open[open.length - 1] = `${before}()`
    } else open[open.length - 1] += char
  }
  return [...done, ...open].flatMap((query) => query.split(/\b(?:union|intersect|except)\b/))
}

const NAME = /^\s*(?:only\s+|lateral\s+|table\s+)*([a-z_]\w*)(?:\s+(?:as\s+)?([a-z_]\w*))?/

/** The end of a list of tables. */
const END =
  /\b(?:where|group\s+by|order\s+by|having|limit|offset|fetch|window|returning|for\s+(?:no|update|key|share)|on\s+conflict|when|set|from|select|in\s+(?:share|exclusive|access|row))\b/

function namedInQuery(sql: string): Named[] {
  const lock = LOCKS.exec(sql)
  const lockedNames = lock?.[1]?.split(/\s*,\s*/)
  const found: Named[] = []
  const words =
    /\b(insert\s+into|delete\s+from|merge\s+into|update\s+only|update|truncate|lock(?=\s+(?:table|[a-z_]\w*\s+in\b))|copy|from|join|using|table)\s+/g
  for (const match of sql.matchAll(words)) {
    const verb = (match[1] as string).replace(/\s+/g, ' ')
    const rest = sql.slice(match.index + match[0].length)
    const list = rest.slice(0, END.exec(rest)?.index)
    const items = many.has(verb) ? list.split(/,|\bjoin\b/) : [list]
    for (const item of items) {
      const [, table = '', alias = table] = NAME.exec(item) ?? []
      const isLocked = lock && (!lockedNames || lockedNames.some((name) => [table, alias].includes(name)))
      const isWrite = WRITES.test(verb) || (verb === 'copy' && /\bfrom\b/.test(rest))
      const kind = isWrite ? 'write' : isLocked || verb === 'lock' ? 'lock' : 'read'
      found.push({ table, kind })
    }
  }
  return found
}

/** The words that a list of tables follows. */
const many = new Set(['from', 'using', 'truncate', 'lock'])

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

/** The methods whose first argument is a table's name. Only Kysely has methods of these names. */
const ofTables = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto', 'table'])

/** Calls whose first argument is a table, or a callback that makes a query. */
const joins = /^(?:inner|left|right|full|cross)Join(?:Lateral)?$/

function namedByCall(node: Node, writers: ReadonlySet<string>): Named[] {
  if (node.type !== 'CallExpression') return []
  const [first, second] = node.arguments as (Node | undefined)[]
  if (isMechanism(node, writers)) return second?.type === 'Literal' ? tablesOf(second, 'write') : [unseen]
  const method = methodOf(node) ?? ''
  const names = first?.type === 'ArrayExpression' ? (first.elements as Node[]) : first ? [first] : []
  const isNamed = names.every((name) => name.type === 'Literal')
  if (!isNamed && ofTables.has(method) && isOfKysely(node.callee as Node)) return [unseen]
  if (first && joins.test(method) && /^(?:Identifier|MemberExpression|TemplateLiteral)$/.test(first.type))
    return [unseen]
  return tablesOf(first, builders[method])
}

/** Whether a member named like one of Kysely's is Kysely's: `table` is a common word. */
const isOfKysely = (member: Node) => memberOf(member) !== 'table' || isSql(member.object as Node)

const isSql = (node: Node) => node.type === 'Identifier' && node.name === 'sql'

/** The functions that write the table which their second argument names. */
const mechanisms = new Set(['insertRows', 'addRatings'])

/** The names under which a file calls these functions. */
function writersIn(program: Node): Set<string> {
  const names = new Set(mechanisms)
  walk(program, (node) => {
    const imported = node.type === 'ImportSpecifier' && ((node.imported as Node).name as string)
    if (imported && mechanisms.has(imported)) names.add((node.local as Node).name as string)
    const value = node.type === 'VariableDeclarator' && (node.init as Node | null)
    if (value && value.type === 'Identifier' && names.has(value.name as string))
      names.add((node.id as Node).name as string)
  })
  return names
}

function isMechanism({ callee }: Node, writers: ReadonlySet<string>): boolean {
  const { type, name } = callee as unknown as { type: string; name?: string }
  return type === 'Identifier' ? writers.has(name as string) : mechanisms.has(memberOf(callee as Node) ?? '')
}

/** The tables that an argument names: `'orders as o'`, `['orders', 'payments']`. */
function tablesOf(first: Node | undefined, kind: TableUse['kind'] | undefined): Named[] {
  if (!kind || !first) return []
  if (first.type === 'ArrayExpression')
    return (first.elements as Node[]).flatMap((element) => tablesOf(element, kind))
  if (first.type !== 'Literal' || typeof first.value !== 'string') return []
  const name = first.value.split(/\s+as\s+/)[0] as string
  return [{ table: snake(name.trim().replace(/^public\./, '')), kind }]
}
