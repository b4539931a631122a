import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { type CodeGraph, type Declaration, emitsIn, keyOf } from './code-graph.ts'
import { methodOf, type Node, walk } from './syntax.ts'

/**
 * The effects of a declaration's own code that a reader looks for; the functions that it calls are left out.
 */
export interface Acts {
  /** The events that it emits. */
  emits: string[]
  /** True if it posts to the ledger. */
  posts: boolean
  /** The state machines by which it moves rows, without the suffix `Machine`. */
  moves: string[]
  /** The calls of providers, such as `gateway.createRefund`. */
  calls: string[]
}

const POST = keyOf('src/domain/ledger/post.ts', 'post')
const MOVERS = ['moveState', 'moveStatement', 'stateIf']

/** Returns the effects of each declaration that has any, by the declaration's key. */
export function readActs(
  root: string,
  graph: CodeGraph,
  events: { has(name: string): boolean },
): Map<string, Acts> {
  const methods = providerMethods(root)
  const found = new Map<string, Acts>()
  for (const [key, declaration] of graph) {
    const acts: Acts = {
      emits: eventsOf(graph, declaration, events),
      posts: declaration.uses.includes(POST),
      moves: [],
      calls: [],
    }
    walk(declaration.node, (inner) => {
      if (inner.type !== 'CallExpression') return
      const [first, second] = inner.arguments as Node[]
      const called = (inner.callee as Node).name as string | undefined
      if (called && MOVERS.includes(called))
        for (const name of [first?.name, second?.name] as (string | undefined)[])
          if (name?.endsWith('Machine')) acts.moves.push(name.replace('Machine', ''))
      const method = methodOf(inner)
      const receiver = method && receiverOf(inner.callee as Node)
      if (receiver && methods.get(receiver)?.has(method)) acts.calls.push(`${receiver}.${method}`)
    })
    if (acts.posts || acts.emits.length + acts.moves.length + acts.calls.length > 0) found.set(key, acts)
  }
  return found
}

/**
 * The name before the dot of a member: `gateway` of `gateway.getRefund` and of `context.gateway.getRefund`.
 */
function receiverOf({ object }: Node): string | undefined {
  const from = object as Node
  return (from.type === 'MemberExpression' ? (from.property as Node).name : from.name) as string | undefined
}

/** Returns the methods of each provider, by the provider's name in `Providers`. */
function providerMethods(root: string): Map<string, Set<string>> {
  const members = new Map<string, { name: string; type: string | undefined }[]>()
  for (const file of ['src/runtime/providers.ts', ...globSync('src/domain/**/*.ts', { cwd: root })]) {
    if (file.endsWith('.test.ts')) continue
    const text = readFileSync(join(root, file), 'utf8')
    if (!/interface (?:\w+Gateway|\w+Sender|Mailer|Providers)\b/.test(text)) continue
    walk(parseSync(file, text).program as unknown as Node, (node) => {
      if (node.type !== 'TSInterfaceDeclaration') return
      const body = (node.body as Node).body as Node[]
      members.set(
        (node.id as Node).name as string,
        body.map((member) => ({
          name: (member.key as Node).name as string,
          type: (
            ((member.typeAnnotation as Node | null)?.typeAnnotation as Node | undefined)?.typeName as
              | Node
              | undefined
          )?.name as string | undefined,
        })),
      )
    })
  }
  return new Map(
    (members.get('Providers') ?? []).map(({ name, type }) => [
      name,
      new Set((members.get(type ?? '') ?? []).map((method) => method.name)),
    ]),
  )
}

function eventsOf(
  graph: CodeGraph,
  { node, usesInEmit }: Declaration,
  events: { has(name: string): boolean },
) {
  const calls = emitsIn(node)
  if (calls.length === 0) return []
  const helpers = usesInEmit.map((used) => (graph.get(used) as Declaration).node)
  const named = [...calls, ...helpers, ...typesIn(node)].flatMap(textsIn)
  return [...new Set(named.filter((text) => events.has(text)))]
}

/** Finds types such as those of `const type = isDone ? 'a.b' : 'a.c'`, which a later `emit` names. */
function typesIn(node: Node): Node[] {
  const found: Node[] = []
  walk(node, (inner) => {
    if (inner.type === 'VariableDeclarator' && (inner.id as Node).name === 'type') found.push(inner)
  })
  return found
}

/** Returns the string literals of a node, without those in types. */
function textsIn(node: Node): string[] {
  if (node.type.startsWith('TS') && !node.expression) return []
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : []
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .flatMap((child) => (child && typeof child === 'object' && 'type' in child ? textsIn(child as Node) : []))
}
