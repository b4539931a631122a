import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { methodOf, type Node, walk } from './syntax.ts'

/** Methods of the builder for what docs/sql.md leaves to templates: joins, groups, locks, `with`, unions. */
const OF_TEMPLATES =
  /^(?:(?:inner|left|right|full|cross)Join(?:Lateral)?|groupBy|having|distinctOn|for(?:NoKey)?Update|for(?:Key)?Share|with|withRecursive|union(?:All)?|intersect|except|using|mergeInto|onConflict)$/

const BEGINS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'mergeInto'])

/** Statements of the builder that docs/sql.md wants as templates, each with the method that makes it so. */
export function builderViolations(root: string): { at: string; what: string }[] {
  const found: { at: string; what: string }[] = []
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    walk(parseSync(file, text).program as unknown as Node, (node) => {
      if (node.type !== 'CallExpression') return
      const method = methodOf(node) ?? ''
      if (!OF_TEMPLATES.test(method) || !(isOfBuilder(node) || isWith(node, method))) return
      found.push({ at: `${file}:${text.slice(0, node.start).split('\n').length}`, what: method })
    })
  }
  return found
}

/** `db.with('paid', (db) => …)`, which stands before the statement. */
function isWith(node: Node, method: string): boolean {
  const [name, query] = node.arguments as (Node | undefined)[]
  return method.startsWith('with') && typeof name?.value === 'string' && /Function/.test(query?.type ?? '')
}

/** Whether a chain of calls begins with a statement of the builder, or begins one itself. */
function isOfBuilder(node: Node): boolean {
  for (let at: Node | undefined = node; at?.type === 'CallExpression'; ) {
    if (BEGINS.has(methodOf(at) ?? '')) return true
    const callee = at.callee as Node
    at = callee.type === 'MemberExpression' ? (callee.object as Node) : undefined
  }
  return false
}
