import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { parseSync } from 'oxc-parser'

/** The domains that each domain may import, besides the kernel. */
export type Graph = Record<string, string[]>

/** The tables that each room of the domain owns. */
export type Owners = Record<string, string[]>

type Rooms = Record<
  string,
  {
    below: string[]
    tables: string[]
    publishes?: string[]
    opens?: string[]
    functions?: string[]
    inside?: string[]
  }
>

export interface Import {
  from: string
  /** The imported file: its path from the root for our own files, the package's name for others. */
  to: string
  typeOnly: boolean
}

export interface Violation {
  rule: string
  from: string
  to: string
}

interface Rule {
  name: string
  from: RegExp
  /** Returns whether a file to which the rule applies may import `to`. */
  allows: (to: string, from: string) => boolean
}

export function readGraph(root: string): Graph {
  const { kernel: _kernel, staff: _staff, ops: _ops, ...rooms } = readRooms(root)
  return Object.fromEntries(Object.entries(rooms).map(([room, { below }]) => [room, below]))
}

export function readOwners(root: string): Owners {
  return Object.fromEntries(Object.entries(readRooms(root)).map(([room, { tables }]) => [room, tables]))
}

/** Returns the tables that rooms above the owner may read. */
export function readPublished(root: string): Set<string> {
  return new Set(Object.values(readRooms(root)).flatMap(({ publishes = [] }) => publishes))
}

/**
 * Returns the tables that only the top of the domain may read in addition, for its checks and explanations.
 */
export function readOpened(root: string): Set<string> {
  return new Set(Object.values(readRooms(root)).flatMap(({ opens = [] }) => opens))
}

/** Returns the database functions that each room owns. Rooms above it may call them. */
export function readFunctions(root: string): Owners {
  return Object.fromEntries(
    Object.entries(readRooms(root)).map(([room, { functions = [] }]) => [room, functions]),
  )
}

/**
 * Returns all database functions that each room owns. `inside` lists those that laku does not call: the
 * functions of triggers, and those that other functions call.
 */
export function readDatabaseFunctions(root: string): Owners {
  return Object.fromEntries(
    Object.entries(readRooms(root)).map(([room, { functions = [], inside = [] }]) => [
      room,
      [...functions, ...inside],
    ]),
  )
}

/** Returns the room of each table or function. */
export function roomOfEach(owners: Owners): Map<string, string> {
  return new Map(
    Object.entries(owners).flatMap(([room, names]) => names.map((name): [string, string] => [name, room])),
  )
}

const readRooms = (root: string) =>
  JSON.parse(readFileSync(join(root, 'src/domain/graph.json'), 'utf8')) as Rooms

const front = /^src\/(commands|jobs|http)\//
const entryPoints =
  /^src\/(http\/server|http\/staff\/(staff-server|command-house)|jobs\/worker|jobs\/registry)\.ts$/
const frameworks = /^(pg|pg-boss|pg-cursor|fastify|@fastify\/.*|commander|inquirer|xendit-node)$/

/**
 * Matches the files with facts that providers document. They contain plain values and are used by clients,
 * rules and the sandbox (ADR 0061).
 */
const facts = /^src\/providers\/(\w+\/)?facts\.ts$/

const frontOf = (path: string) => front.exec(path)?.[1]

/** The import rules that apply to all domains. Test files beside the code may import anything. */
const houseRules: Rule[] = [
  {
    name: 'domain-knows-no-surroundings',
    from: /^src\/domain\//,
    allows: (to) => !to.startsWith('src/') || to.startsWith('src/domain/') || facts.test(to),
  },
  { name: 'domain-knows-no-framework', from: /^src\/domain\//, allows: (to) => !frameworks.test(to) },
  {
    // The command `up` may import the entry points of the processes that it starts, but no code behind them.
    name: 'fronts-do-not-meet',
    from: front,
    allows: (to, from) =>
      !front.test(to) ||
      frontOf(to) === frontOf(from) ||
      (frontOf(from) === 'commands' && entryPoints.test(to)),
  },
  {
    // The client shows the output of commands that run in a server. It may import only the code that prints,
    // and loads a whole command only if the host's owner runs the command in this process. Server and client
    // share what a closed terminal means to a process.
    name: 'client-knows-no-domain',
    from: /^src\/cli\/client\//,
    allows: (to) =>
      !to.startsWith('src/') ||
      to.startsWith('src/cli/') ||
      to.startsWith('src/commands/') ||
      to === 'src/runtime/hang-up.ts',
  },
  {
    // A room's parts for the top alone stand beside its index.ts, so that its neighbours do not load them.
    // Its events and states are facts: who reads only those does not load the room.
    name: 'top-goes-through-the-doors',
    from: /^src\/domain\/composition\//,
    allows: (to) =>
      !to.startsWith('src/domain/') ||
      /^src\/domain\/(composition\/|kernel\/|[\w-]+\/(index|events|transitions|(own-)?personal-data)\.ts$)/.test(
        to,
      ),
  },
  {
    name: 'ground-knows-no-fronts',
    from: /^src\/(providers|sandbox|runtime)\//,
    allows: (to) => !front.test(to),
  },
  {
    // The sandbox imitates the providers. If it shared code with laku, both would have the same mistakes.
    // Only the facts that a provider documents are shared.
    name: 'sandbox-is-the-wire-only',
    from: /^src\/sandbox\//,
    allows: (to) => !to.startsWith('src/') || to.startsWith('src/sandbox/') || facts.test(to),
  },
  {
    name: 'facts-import-nothing',
    from: facts,
    allows: (to) => facts.test(to),
  },
]

const ground = ['kernel', 'staff', 'ops']

/** Returns the ground rooms below this room. The graph does not list them. */
export function groundOf(room: string): string[] {
  const place = ground.indexOf(room)
  return place < 0 ? ground : ground.slice(0, place)
}

/** Returns whether a room is below another one. The ground rooms are below all others. */
export function isBelow(lower: string, upper: string, graph: Graph): boolean {
  const seen = new Set<string>(groundOf(upper))
  const add = (room: string) => {
    for (const next of graph[room] ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      add(next)
    }
  }
  add(upper)
  return seen.has(lower)
}

/**
 * Returns one rule for each domain and each ground room: it may import only domains below it, and only their
 * index.ts.
 */
export function floorRules(graph: Graph): Rule[] {
  return Object.entries({ kernel: [], staff: [], ops: [], ...graph }).map(([domain, below]) => {
    const entryFiles = [...below, ...groundOf(domain)].map((name) => `src/domain/${name}/index.ts`)
    return {
      name: `floor-of-${domain}`,
      from: new RegExp(`^src/domain/${domain}/`),
      allows: (to) =>
        !to.startsWith('src/domain/') ||
        to.startsWith(`src/domain/${domain}/`) ||
        to.startsWith('src/domain/kernel/') ||
        entryFiles.includes(to),
    }
  })
}

/**
 * Returns every import of every source file below src/: static and dynamic imports, re-exports and imports of
 * types.
 */
export function readImports(root: string): Import[] {
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  return files.sort().flatMap((file) => importsOf(root, relative(root, join(root, file))))
}

function importsOf(root: string, from: string): Import[] {
  const source = readFileSync(join(root, from), 'utf8')
  const { module, errors } = parseSync(from, source)
  if (errors[0]) throw new Error(`${from}: ${errors[0].message}`)
  const resolve = (to: string) => (to.startsWith('.') ? posix.normalize(posix.join(dirname(from), to)) : to)
  const found: Import[] = []
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every((entry) => entry.isType)
    found.push({ from, to: resolve(moduleRequest.value), typeOnly })
  }
  for (const { moduleRequest, isType } of module.staticExports.flatMap((item) => item.entries)) {
    if (moduleRequest) found.push({ from, to: resolve(moduleRequest.value), typeOnly: isType })
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const text = source.slice(moduleRequest.start, moduleRequest.end)
    const literal = /^(['"`])([^'"`$]+)\1$/.exec(text)?.[2]
    found.push({ from, to: literal === undefined ? UNREADABLE : resolve(literal), typeOnly: true })
  }
  // `import('./a.ts').Order`, as a type.
  for (const [, to = ''] of source.matchAll(/(?<!await )\bimport\('([^']+)'\)/g))
    found.push({ from, to: resolve(to), typeOnly: true })
  return found
}

/** The target of an import whose path is a variable. */
const UNREADABLE = 'a variable path'

/** Returns every import that a rule forbids. */
export function floorViolations(graph: Graph, imports: readonly Import[]): Violation[] {
  const rules = [...houseRules, ...floorRules(graph)]
  const broken = imports.flatMap(({ from, to }) =>
    rules
      .filter((rule) => rule.from.test(from) && !rule.allows(to, from))
      .map((rule) => ({ rule: rule.name, from, to })),
  )
  const rooms = new Set(['kernel', 'staff', 'ops', 'composition', ...Object.keys(graph)])
  for (const file of new Set(imports.map(({ from }) => from))) {
    const room = /^src\/domain\/([^/]+)/.exec(file)?.[1]
    if (room && !rooms.has(room)) broken.push({ rule: 'rooms-are-in-the-graph', from: file, to: room })
  }
  for (const { from, to } of imports)
    if (to === UNREADABLE) broken.push({ rule: 'imports-can-be-read', from, to })
  const ring = ringAmong(imports.filter((otherImport) => !otherImport.typeOnly))
  if (ring) broken.push({ rule: 'no-cycles', from: ring[0] as string, to: ring.slice(1).join(' -> ') })
  return broken
}

/**
 * Returns the first cycle of files that import each other when they are loaded; undefined if there is none.
 */
function ringAmong(imports: readonly Import[]): string[] | undefined {
  const below = Map.groupBy(imports, (otherImport) => otherImport.from)
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] | undefined => {
    const start = path.indexOf(file)
    if (start >= 0) return [...path.slice(start), file]
    if (done.has(file)) return undefined
    path.push(file)
    for (const { to } of below.get(file) ?? []) {
      const ring = visit(to)
      if (ring) return ring
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of below.keys()) {
    const ring = visit(file)
    if (ring) return ring
  }
  return undefined
}
