import { type Acts, readActs } from './acts.ts'
import { type CodeGraph, type Declaration, keyOf, reachOf } from './code-graph.ts'
import { type JobConditions, readJobConditions } from './job-conditions.ts'
import type { Node } from './syntax.ts'

const CHOREOGRAPHY = keyOf('src/domain/composition/choreography.ts', 'choreography')

/** The job that turns events into messages to people. Nearly every event has it. */
const NOTIFY = 'notify'
/** Matches the events of a message that is to be sent. */
const isMessage = (event: string) => /^(whatsapp|notification)\./.test(event)

/** A file on a way, with what its code on the way does. */
export interface WayFile {
  file: string
  acts: Acts
}

/** A reaction or a job that follows an event. */
export interface Follower {
  kind: 'reaction' | 'job'
  name: string
  /** The condition under which a job follows; undefined if it always does, or for a reaction. */
  when?: string | undefined
  /**
   * The files on the way to everything that this reaction or job does: the events that it emits, the
   * postings, the moves to other states and the calls of providers. They are in the order of the calls.
   */
  files: WayFile[]
  emits: string[]
}

/** One event on a way, with the reactions and jobs that follow it. */
export interface Step {
  event: string
  /** The functions that emit the event. */
  emittedBy: { name: string; file: string }[]
  /** The files of the commands, routes and jobs from which an emitting function is called. */
  entrances: string[]
  /** The events whose reactions emit this event. */
  after: string[]
  followers: Follower[]
}

/** The names of the jobs that follow each event. Every event has an entry. */
export type JobsOfEvents = ReadonlyMap<string, readonly string[]>

/** Finds the ways of events through the code, from the choreography and the calls below it. */
export class Ways {
  readonly #graph: CodeGraph
  readonly #jobs: JobsOfEvents
  readonly #conditions: JobConditions
  readonly #reactions: ReadonlyMap<string, readonly string[]>
  readonly #eventOfReaction: ReadonlyMap<string, string>
  readonly #acts: ReadonlyMap<string, Acts>
  readonly #callers: ReadonlyMap<string, readonly string[]>

  constructor(root: string, graph: CodeGraph, jobs: JobsOfEvents) {
    this.#graph = graph
    this.#jobs = jobs
    this.#conditions = readJobConditions(root, graph)
    this.#reactions = readReactions(graph)
    this.#eventOfReaction = new Map(
      [...this.#reactions].flatMap(([event, keys]) => keys.map((key) => [key, event] as const)),
    )
    this.#acts = readActs(root, graph, jobs)
    this.#callers = callersIn(graph)
  }

  /**
   * Returns the steps from the given events to the end of their way: each event that a reaction or job on the
   * way emits, once, nearest first. Messages to people are followed only if the way begins with one.
   */
  from(...first: string[]): Step[] {
    const reached = new Set(first)
    const steps: Step[] = []
    const withMessages = first.some(isMessage)
    for (const event of reached) {
      const followers =
        isMessage(event) && !withMessages
          ? []
          : [
              ...(this.#reactions.get(event) ?? []).map((key) =>
                this.#follower('reaction', nameOf(key), [key]),
              ),
              ...(this.#jobs.get(event) ?? []).map((job, i) => ({
                ...(job === NOTIFY && !withMessages ? messageJob : this.job(job)),
                when: this.#conditions.get(event)?.[i],
              })),
            ]
      for (const next of followers.flatMap((follower) => follower.emits)) reached.add(next)
      steps.push({ event, ...this.#beginningsOf(event), followers })
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
    const files = new Map<string, Acts>()
    const add = (key: string, acts?: Acts) => {
      const { file } = this.#of(key)
      files.set(file, joined(files.get(file), acts))
    }
    for (const key of keys) add(key)
    for (const [key, way] of keys.flatMap((from) => [...reachOf(this.#graph, from)])) {
      const acts = this.#acts.get(key)
      if (!acts) continue
      for (const on of way) add(on)
      add(key, acts)
    }
    // If nothing is done on the way, the way still includes the use case that is called.
    if (files.size === 1)
      for (const used of keys.flatMap((key) => this.#of(key).uses)) if (isUseCase(this.#of(used))) add(used)
    const found = [...files].map(([file, acts]) => ({ file, acts }))
    return { kind, name, files: found, emits: [...new Set(found.flatMap(({ acts }) => acts.emits))] }
  }

  /** Finds the functions that emit an event, and follows their callers up to the doors of the process. */
  #beginningsOf(event: string): Pick<Step, 'emittedBy' | 'entrances' | 'after'> {
    const emitting = [...this.#acts].filter(([, { emits }]) => emits.includes(event)).map(([key]) => key)
    const entrances = new Set<string>()
    const after = new Set<string>()
    const above = new Set(emitting)
    for (const key of above) {
      const { file } = this.#of(key)
      if (isEntrance(file)) entrances.add(file)
      else for (const caller of this.#callers.get(key) ?? []) above.add(caller)
      const before = this.#eventOfReaction.get(key)
      if (before) after.add(before)
    }
    return {
      emittedBy: emitting.map((key) => ({ name: nameOf(key), file: this.#of(key).file })),
      entrances: [...entrances].sort(),
      after: [...after],
    }
  }

  #of(key: string): Declaration {
    return this.#graph.get(key) as Declaration
  }
}

export const fileOfJob = (name: string) => `src/jobs/${name.replace('.', '/')}.ts`

const messageJob: Follower = {
  kind: 'job',
  name: NOTIFY,
  files: [{ file: fileOfJob(NOTIFY), acts: { emits: [], posts: false, moves: [], calls: [] } }],
  emits: [],
}

/** Whether calls enter laku by this file: as a command, a request or a job. */
const isEntrance = (file: string) => /^src\/(commands|jobs|http)\//.test(file)

const nameOf = (key: string) => key.slice(key.indexOf('#') + 1)

const isUseCase = ({ file, node }: Declaration) =>
  /^src\/domain\/(?!kernel\/|ops\/|ledger\/)/.test(file) && node.type === 'FunctionDeclaration'

const joined = (a?: Acts, b?: Acts): Acts => ({
  emits: [...new Set([...(a?.emits ?? []), ...(b?.emits ?? [])])],
  posts: Boolean(a?.posts || b?.posts),
  moves: [...new Set([...(a?.moves ?? []), ...(b?.moves ?? [])])],
  calls: [...new Set([...(a?.calls ?? []), ...(b?.calls ?? [])])],
})

/** Returns the callers of each declaration. The choreography is left out, because it names every reaction. */
function callersIn(graph: CodeGraph): Map<string, string[]> {
  const callers = new Map<string, string[]>()
  for (const [key, { uses }] of graph) {
    if (key === CHOREOGRAPHY) continue
    for (const used of uses) callers.set(used, [...(callers.get(used) ?? []), key])
  }
  return callers
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
