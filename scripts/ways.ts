import { type CodeGraph, type Declaration, emitsIn, keyOf, reachOf } from './code-graph.ts'
import { type Node, walk } from './syntax.ts'

const CHOREOGRAPHY = keyOf('src/domain/composition/choreography.ts', 'choreography')

/** A reaction or a job that follows an event. */
export interface Follower {
  kind: 'reaction' | 'job'
  name: string
  /** The files on the way to the events that this reaction or job emits, in the order of the calls. */
  files: string[]
  emits: string[]
}

/** One event on a way, with the reactions and jobs that follow it. */
export interface Step {
  event: string
  /** The functions that emit the event. */
  emittedBy: { name: string; file: string }[]
  followers: Follower[]
}

/** The names of the jobs that follow each event. Every event has an entry. */
export type JobsOfEvents = ReadonlyMap<string, readonly string[]>

/** Finds the ways of events through the code, from the choreography and the calls below it. */
export class Ways {
  readonly #graph: CodeGraph
  readonly #jobs: JobsOfEvents
  readonly #reactions: ReadonlyMap<string, readonly string[]>
  /** The events that each declaration emits, by the declaration's key. */
  readonly emitters: ReadonlyMap<string, ReadonlySet<string>>

  constructor(graph: CodeGraph, jobs: JobsOfEvents) {
    this.#graph = graph
    this.#jobs = jobs
    this.#reactions = readReactions(graph)
    this.emitters = emittersOf(graph, jobs)
  }

  /**
   * Returns the steps from the given events to the end of their way: each event that a reaction or job on the
   * way emits, once, nearest first.
   */
  from(...first: string[]): Step[] {
    const reached = new Set(first)
    const steps: Step[] = []
    for (const event of reached) {
      const followers = [
        ...(this.#reactions.get(event) ?? []).map((key) => this.#follower('reaction', nameOf(key), [key])),
        ...(this.#jobs.get(event) ?? []).map((job) => this.job(job)),
      ]
      for (const next of followers.flatMap((follower) => follower.emits)) reached.add(next)
      steps.push({ event, emittedBy: this.#emittersOf(event), followers })
    }
    return steps
  }

  /** Every declaration in a job's file belongs to the job. */
  job(name: string): Follower {
    const file = fileOfJob(name)
    const keys = [...this.#graph.keys()].filter((key) => key.startsWith(`${file}#`))
    if (keys.length === 0) throw new Error(`${file} is not there`)
    return this.#follower('job', name, keys)
  }

  #follower(kind: Follower['kind'], name: string, keys: readonly string[]): Follower {
    const files = new Set(keys.map((key) => this.#of(key).file))
    const emits = new Set<string>()
    for (const [key, way] of keys.flatMap((from) => [...reachOf(this.#graph, from)])) {
      const events = this.emitters.get(key) ?? []
      for (const event of events) emits.add(event)
      if (emits.size > 0 && this.emitters.has(key)) for (const on of way) files.add(this.#of(on).file)
    }
    // If no event is emitted, the way still includes the use case that is called.
    if (emits.size === 0)
      for (const used of keys.flatMap((key) => this.#of(key).uses))
        if (isUseCase(this.#of(used))) files.add(this.#of(used).file)
    return { kind, name, files: [...files], emits: [...emits] }
  }

  #emittersOf(event: string): Step['emittedBy'] {
    return [...this.emitters]
      .filter(([, events]) => events.has(event))
      .map(([key]) => ({ name: nameOf(key), file: this.#of(key).file }))
  }

  #of(key: string): Declaration {
    return this.#graph.get(key) as Declaration
  }
}

export const fileOfJob = (name: string) => `src/jobs/${name.replace('.', '/')}.ts`

const nameOf = (key: string) => key.slice(key.indexOf('#') + 1)

const isUseCase = ({ file, node }: Declaration) =>
  /^src\/domain\/(?!kernel\/|ops\/|ledger\/)/.test(file) && node.type === 'FunctionDeclaration'

function emittersOf(graph: CodeGraph, events: JobsOfEvents): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [key, { node, usesInEmit }] of graph) {
    const calls = emitsIn(node)
    if (calls.length === 0) continue
    const helpers = usesInEmit.map((used) => (graph.get(used) as Declaration).node)
    const named = [...calls, ...helpers, ...typesIn(node)].flatMap(textsIn).filter((text) => events.has(text))
    if (named.length > 0) found.set(key, new Set(named))
  }
  return found
}

/** Finds types such as those of `const type = isDone ? 'a.b' : 'a.c'`, which a later `emit` names. */
function typesIn(node: Node): Node[] {
  const found: Node[] = []
  walk(node, (inner) => {
    if (inner.type === 'VariableDeclarator' && (inner.id as Node).name === 'type') found.push(inner)
  })
  return found
}

/**
 * Returns the keys of the reactions that follow each event. A function written in the choreography itself
 * stands for the function that it calls.
 */
function readReactions(graph: CodeGraph): Map<string, string[]> {
  const { node, uses } = graph.get(CHOREOGRAPHY) as Declaration
  const keys = new Map(uses.map((key) => [nameOf(key), key]))
  const rows = (node.init as Node).properties as Node[]
  return new Map(
    rows.map((row) => {
      const lists = (row.value as Node).properties as Node[]
      const reactions = lists.find((list) => (list.key as Node).name === 'reactions')?.value as
        | Node
        | undefined
      const names = ((reactions?.elements ?? []) as Node[]).map(calledName)
      return [(row.key as Node).value as string, names.map((name) => keys.get(name) as string)]
    }),
  )
}

const calledName = (node: Node): string =>
  (node.type === 'Identifier' ? node.name : ((node.body as Node).callee as Node).name) as string

/** Returns the string literals of a node, without those in types. */
function textsIn(node: Node): string[] {
  if (node.type.startsWith('TS') && !node.expression) return []
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : []
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .flatMap((child) => (child && typeof child === 'object' && 'type' in child ? textsIn(child as Node) : []))
}
