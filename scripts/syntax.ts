/** A node of a syntax tree. Scripts walk such trees to check the code against a rule. */
export interface Node {
  type: string
  start: number
  [key: string]: unknown
}

export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === 'object' && 'type' in child) walk(child as Node, visit)
    }
  }
}

/** The name after the dot of a call: `set` of `query.set(…)` and of `query['set'](…)`. */
export function methodOf(node: Node): string | undefined {
  return memberOf(node.callee as Node)
}

/** The name of a member: `set` of `query.set` and of `query['set']`. */
export function memberOf(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  const property = node.property as Node
  return (node.computed ? property.value : property.name) as string | undefined
}

/**
 * The texts that are joined with `+`, as one text, with other values as `$0`; undefined where no text is
 * among them.
 */
export function textOfSum(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type === 'TemplateLiteral') return textOfTemplate(node)
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined
  const [left, right] = [textOfSum(node.left as Node), textOfSum(node.right as Node)]
  return left === undefined && right === undefined ? undefined : `${left ?? '$0'}${right ?? '$0'}`
}

/** Returns the text of a template literal, with its expressions as `$0`, `$1`. */
export function textOfTemplate(node: Node): string {
  const expressions = node.expressions as Node[]
  const quasis = node.quasis as { value: { raw: string } }[]
  return quasis.map(({ value }, i) => value.raw + (expressions[i] ? `$${i}` : '')).join('')
}

/** Returns the source text of a node, from the text of its file. */
export const sourceOf = (node: Node, text: string): string => text.slice(node.start, node.end as number)

export const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
