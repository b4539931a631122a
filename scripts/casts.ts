import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { type Node, walk } from './syntax.ts'

/** Routes and webhooks answer by their schemas, and jobs take their payloads, so that a cast would lie. */
const HELD = 'src/{http/routes,http/webhooks,jobs}/**/*.ts'

/** The one place that puts jobs of different payloads into one list. */
const MECHANISM = 'src/jobs/define-job.ts'

/**
 * Each cast, `answer as never` or `<Answer>answer`, where answers and payloads are typed; `as const` is none.
 */
export function castsIn(root: string): { at: string; what: string }[] {
  const found: { at: string; what: string }[] = []
  for (const file of globSync(HELD, { cwd: root }).sort()) {
    if (file.endsWith('.test.ts') || file === MECHANISM) continue
    const text = readFileSync(join(root, file), 'utf8')
    walk(parseSync(file, text).program as unknown as Node, (node) => {
      if (node.type !== 'TSAsExpression' && node.type !== 'TSTypeAssertion') return
      const type = node.typeAnnotation as Node & { end: number }
      const what = text.slice(type.start, type.end)
      if (what !== 'const')
        found.push({ at: `${file}:${text.slice(0, node.start).split('\n').length}`, what })
    })
  }
  return found
}
