import { memberOf, methodOf, type Node, walk } from './syntax.ts'

/** A statement that is given to PostgreSQL as a text, and not as a template of `sql`. */
export interface RawText {
  node: Node
  /** The whole text; undefined where a part of it is not written in the file. */
  sql: string | undefined
}

/** Methods whose first argument is a statement: of `pg`, of `sql` and of Kysely's nodes. */
const RUNNERS = new Set(['query', 'raw', 'createWithSql'])

/**
 * Returns every text that a file runs as SQL: `pool.query(text)`, `sql.raw(text)`, `CompiledQuery.raw(text)`.
 * The lint of tables refuses a text of which a part is unknown, because that part may name a table.
 */
export function rawTextsIn(program: Node): RawText[] {
  const tags = tagsIn(program)
  const constants = constantsIn(program)
  const called = new Set<unknown>()
  const found: RawText[] = []
  walk(program, (node) => {
    if (node.type === 'CallExpression') {
      called.add(node.callee)
      const [first] = node.arguments as (Node | undefined)[]
      if (first && runs(node, tags)) found.push({ node, sql: textOf(first, constants) })
    }
    if (isPassedOn(node, called, tags)) found.push({ node, sql: undefined })
  })
  return found
}

/** The names under which a file has Kysely's `sql`. */
function tagsIn(program: Node): Set<string> {
  const names = new Set(['sql', 'CompiledQuery', 'RawNode'])
  walk(program, (node) => {
    const isImport = node.type === 'ImportSpecifier' && names.has((node.imported as Node).name as string)
    if (isImport) names.add((node.local as Node).name as string)
    const value = node.type === 'VariableDeclarator' && (node.init as Node | null)
    if (value && value.type === 'Identifier' && names.has(value.name as string))
      if (typeof (node.id as Node).name === 'string') names.add((node.id as Node).name as string)
  })
  return names
}

/** The constants of a file, by name. A name that is declared twice, or names a parameter, is left out. */
function constantsIn(program: Node): Map<string, Node | undefined> {
  const found = new Map<string, Node | undefined>()
  walk(program, (node) => {
    for (const { type, name } of (node.params ?? []) as { type: string; name?: string }[])
      if (type === 'Identifier') found.set(name as string, undefined)
    if (node.type !== 'VariableDeclaration') return
    for (const { id, init } of node.declarations as { id: Node; init: Node | null }[]) {
      if (id.type !== 'Identifier') continue
      const name = id.name as string
      found.set(name, node.kind === 'const' && init && !found.has(name) ? init : undefined)
    }
  })
  return found
}

const isTag = (node: Node | undefined, tags: ReadonlySet<string>) =>
  node?.type === 'Identifier' && tags.has(node.name as string)

function runs(call: Node, tags: ReadonlySet<string>): boolean {
  const callee = call.callee as Node
  const method = methodOf(call)
  if (method === 'raw') return isTag(callee.object as Node, tags)
  // `sql(texts)`: the tag is called as a function.
  return (method !== undefined && RUNNERS.has(method)) || isTag(callee, tags)
}

/** Whether a method that runs a text is passed on: `sql.raw` without a call, `pool.query.bind(pool)`. */
function isPassedOn(node: Node, called: ReadonlySet<unknown>, tags: ReadonlySet<string>): boolean {
  const member = memberOf(node)
  if (member === 'raw') return isTag(node.object as Node, tags) && !called.has(node)
  if (member === 'bind' || member === 'call' || member === 'apply')
    return memberOf(node.object as Node) === 'query'
  if (node.type !== 'VariableDeclarator' || !isTag((node.init as Node | null) ?? undefined, tags))
    return false
  const { properties = [] } = node.id as unknown as { properties?: { key?: { name?: string } }[] }
  return properties.some(({ key }) => key?.name === 'raw')
}

/** The text of an expression whose parts are all written in the file; undefined otherwise. */
function textOf(node: Node, constants: ReadonlyMap<string, Node | undefined>): string | undefined {
  const inner = (part: Node) => textOf(part, constants)
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' || typeof node.value === 'number' ? `${node.value}` : undefined
    case 'TemplateLiteral': {
      const quasis = node.quasis as { value: { cooked: string } }[]
      const values = (node.expressions as Node[]).map(inner)
      return joined(
        quasis.flatMap(({ value }, i) => (i < values.length ? [value.cooked, values[i]] : [value.cooked])),
      )
    }
    case 'BinaryExpression':
      return node.operator === '+' ? joined([inner(node.left as Node), inner(node.right as Node)]) : undefined
    case 'Identifier': {
      const init = constants.get(node.name as string)
      return init ? textOf(init, new Map([...constants].filter(([, other]) => other !== init))) : undefined
    }
    case 'ObjectExpression': {
      const fields = node.properties as { key?: { name?: string }; value?: Node }[]
      const text = fields.find(({ key }) => key?.name === 'text')?.value
      return text && inner(text)
    }
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return inner(node.expression as Node)
    case 'CallExpression':
      return textOfCall(node, inner)
    default:
      return undefined
  }
}

/** The text of `[…].join(' ')` and of `'…'.concat('…')`. */
function textOfCall(node: Node, inner: (part: Node) => string | undefined): string | undefined {
  const of = (node.callee as Node).object as Node | undefined
  const given = (node.arguments as Node[]).map(inner)
  if (of?.type === 'ArrayExpression' && methodOf(node) === 'join')
    return joined((of.elements as Node[]).map(inner), given.length > 0 ? given[0] : ',')
  return of && methodOf(node) === 'concat' ? joined([inner(of), ...given]) : undefined
}

function joined(
  parts: readonly (string | undefined)[],
  between: string | undefined = '',
): string | undefined {
  return parts.every((part) => part !== undefined) ? parts.join(between) : undefined
}
