import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CodeGraph, type Declaration, keyOf } from './code-graph.ts'
import { type Node, sourceOf, walk } from './syntax.ts'

const FILE = 'src/domain/composition/choreography.ts'

/** The conditions of an event's jobs, in the order of its jobs; undefined for a job that always follows. */
export type JobConditions = ReadonlyMap<string, readonly (string | undefined)[]>

/**
 * Reads when a job follows an event, such as `only if payload.refundIdr > 0`. The choreography leaves a job
 * out where the function `data` of its rule returns undefined.
 */
export function readJobConditions(root: string, graph: CodeGraph): JobConditions {
  const text = readFileSync(join(root, FILE), 'utf8')
  const { node } = graph.get(keyOf(FILE, 'choreography')) as Declaration
  const rows = (node.init as Node).properties as Node[]
  return new Map(
    rows.map((row) => {
      const lists = (row.value as Node).properties as Node[]
      const jobs = lists.find((list) => (list.key as Node).name === 'jobs')?.value as Node | undefined
      const rules = (jobs?.elements ?? []) as Node[]
      return [(row.key as Node).value as string, rules.map((rule) => conditionOf(rule, graph, text))]
    }),
  )
}

/** Returns the condition of a rule: of `startJob(…)`, of its name, or of a call that returns it. */
function conditionOf(rule: Node, graph: CodeGraph, text: string): string | undefined {
  const called = rule.type === 'CallExpression' ? (rule.callee as Node) : rule
  if (called.name === 'startJob') return guardOf(rule, text)
  const made = graph.get(keyOf(FILE, called.name as string))?.node.init as Node | undefined
  if (!made) return undefined
  if (made.type === 'CallExpression') return guardOf(made, text)
  const guard = guardOf(made.body as Node, text)
  const given = (rule.arguments ?? []) as Node[]
  return ((made.params ?? []) as Node[]).reduce(
    (said, parameter, i) =>
      said?.replace(new RegExp(`(?<![.\\w])${parameter.name}\\b`, 'g'), textOf(given[i], text)),
    guard,
  )
}

function guardOf(startJob: Node, text: string): string | undefined {
  const [rule] = startJob.arguments as [Node]
  const data = (rule.properties as Node[]).find(({ key }) => (key as Node).name === 'data')
  let choice: Node | undefined
  walk(data as Node, (node) => {
    if (node.type !== 'ConditionalExpression') return
    if ([node.consequent, node.alternate].some((part) => isUndefined(part as Node))) choice ??= node
  })
  if (!choice) return undefined
  return `${isUndefined(choice.consequent as Node) ? 'unless' : 'only if'} ${textOf(choice.test as Node, text)}`
}

const isUndefined = (node: Node) => node.type === 'Identifier' && node.name === 'undefined'

const textOf = (node: Node | undefined, text: string) =>
  node ? sourceOf(node, text).replace(/\s+/g, ' ') : ''
