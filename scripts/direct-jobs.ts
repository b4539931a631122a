import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { memberOf, methodOf, type Node, sourceOf, textOfSum, walk } from './syntax.ts'

/** The methods of pg-boss that create a job, at once or later. */
const CREATES = new Set([
  'send',
  'sendAfter',
  'sendThrottled',
  'sendDebounced',
  'insert',
  'upsert',
  'flow',
  'publish',
  'schedule',
])

/** The calls that are allowed. `data` is the text of the job's data, where only this data is allowed. */
const ALLOWED: readonly { file: string; method: string; data?: string }[] = [
  // The mechanism: it inserts jobs in the transaction of the unit of work.
  { file: 'src/runtime/queue.ts', method: 'insert' },
  // The worker starts sweeps and calendar jobs by their names alone. They read their work from the database.
  { file: 'src/jobs/worker.ts', method: 'send', data: '{}' },
  { file: 'src/jobs/worker.ts', method: 'schedule' },
]

/**
 * Finds each job that is created by pg-boss directly, or by SQL. Such a job is committed without the write
 * that it belongs to; a job belongs into the choreography, or is enqueued in the unit of work.
 */
export function directJobs(root: string): { at: string; what: string }[] {
  const found: { at: string; what: string }[] = []
  for (const file of globSync('src/**/*.ts', { cwd: root }).sort()) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    if (!/boss/i.test(text)) continue
    const program = parseSync(file, text).program as unknown as Node
    const bosses = namesOfBoss(program, text)
    const allowed = new Set<Node>()
    walk(program, (node) => {
      const add = (what: string) =>
        found.push({ at: `${file}:${text.slice(0, node.start).split('\n').length}`, what })
      if (/\b(insert|merge)\s+into\s+"?pgboss\b/i.test(textOfSum(node) ?? '')) add('SQL')
      for (const name of takenOut(node, text, bosses)) add(name)
      if (node.type === 'CallExpression' && isAllowed(node, file, text)) allowed.add(node.callee as Node)
      const method = memberOf(node)
      if (method === undefined || !CREATES.has(method) || allowed.has(node)) return
      if (isBoss(node.object as Node, text, bosses)) add(method)
    })
  }
  return found
}

function isAllowed(call: Node, file: string, text: string): boolean {
  const data = (call.arguments as Node[])[1]
  return ALLOWED.some(
    (allowed) =>
      allowed.file === file &&
      allowed.method === methodOf(call) &&
      (allowed.data === undefined || allowed.data === (data && sourceOf(data, text))),
  )
}

/** Matches an expression that returns pg-boss: `queue.boss()`, `new PgBoss(…)`, or a name with `boss`. */
const RETURNS_BOSS = /\bboss\(\)|\bnew PgBoss\b|(?:\b|#)boss\b(?!\.)/i

/** Returns the names of variables and parameters of a file that hold pg-boss, whatever they are called. */
function namesOfBoss(program: Node, text: string): Set<string> {
  const names = new Set<string>()
  walk(program, (node) => {
    const id = (node.type === 'VariableDeclarator' ? node.id : node) as Node
    const name = (id.name ?? (id.key as Node | undefined)?.name) as string | undefined
    if (name === undefined) return
    const type = id.typeAnnotation as Node | null | undefined
    const init = node.type === 'VariableDeclarator' ? (node.init as Node | null) : undefined
    const isTyped = type && /\bPgBoss\b/.test(sourceOf(type, text))
    const isInit = init && !/Function/.test(init.type) && RETURNS_BOSS.test(sourceOf(init, text))
    if (isTyped || isInit) names.add(name)
  })
  return names
}

function isBoss(receiver: Node, text: string, bosses: ReadonlySet<string>): boolean {
  const name = memberOf(receiver) ?? (receiver.name as string | undefined)
  if (name !== undefined) return /boss$/i.test(name) || bosses.has(name)
  return RETURNS_BOSS.test(sourceOf(receiver, text))
}

/** Returns the creating methods that `const { send } = boss` takes out of pg-boss. */
function takenOut(node: Node, text: string, bosses: ReadonlySet<string>): string[] {
  const id = node.id as Node | null | undefined
  const init = node.init as Node | null | undefined
  if (node.type !== 'VariableDeclarator' || id?.type !== 'ObjectPattern' || !init) return []
  const from = sourceOf(init, text)
  if (!RETURNS_BOSS.test(from) && !bosses.has(from)) return []
  return (id.properties as Node[])
    .map((property) => (property.key as Node | undefined)?.name as string)
    .filter((name) => CREATES.has(name))
}
