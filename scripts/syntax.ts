/** The nodes of a syntax tree, which scripts walk to hold the code to a rule. */
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

/** The name after the dot of a call: `set` of `query.set(…)`. */
export function methodOf(node: Node): string | undefined {
  const callee = node.callee as Node
  return callee.type === 'MemberExpression' ? ((callee.property as Node).name as string) : undefined
}

/** The text of a template literal, with its expressions as `$0`, `$1`. */
export function textOfTemplate(node: Node): string {
  const expressions = node.expressions as Node[]
  const quasis = node.quasis as { value: { raw: string } }[]
  return quasis.map(({ value }, i) => value.raw + (expressions[i] ? `$${i}` : '')).join('')
}

export const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
