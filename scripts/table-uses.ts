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

function namedInSql(statement: string): Named[] {
  const sql = statement.toLowerCase().replaceAll('"', '').replace(/--.*$/gm, '')
  const locks = /\bfor\s+(no\s+key\s+)?(update|share|key\s+share)\b/.test(sql)
  const found: Named[] = []
  const words =
    /\b(insert\s+into|delete\s+from|merge\s+into|update\s+only|update|truncate|from|join|using|lock\s+table)\s+(?:only\s+|lateral\s+)?([a-z_]\w*)((?:\s+(?:as\s+)?[a-z_]\w*)?(?:\s*,\s*[a-z_]\w*(?:\s+(?:as\s+)?[a-z_]\w*)?)*)/g
  for (const match of sql.matchAll(words)) {
    const verb = (match[1] as string).replace(/\s+/g, ' ')
    const kind = WRITES.test(verb) ? 'write' : locks ? 'lock' : 'read'
    found.push({ table: match[2] as string, kind })
    if (verb !== 'from') continue
    for (const further of (match[3] as string).split(',').slice(1)) {
      found.push({ table: further.trim().split(/\s+/)[0] as string, kind })
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
  const kind = builders[methodOf(node) ?? '']
  const [first] = node.arguments as Node[]
  if (!kind || first?.type !== 'Literal' || typeof first.value !== 'string') return undefined
  return { table: snake(first.value.split(' as ')[0] as string), kind }
}
