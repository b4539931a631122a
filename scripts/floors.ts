import { globSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { parseSync } from 'oxc-parser'

/** Domain -> the domains it may import, besides kernel. */
export type Graph = Record<string, string[]>

/** Room of the domain -> the tables that are its own. */
export type Owners = Record<string, string[]>

type Rooms = Record<
  string,
  { below: string[]; tables: string[]; publishes?: string[]; opens?: string[]; functions?: string[] }
>

export interface Import {
  from: string
  /** A path from the root for our own files, a package's name for others. */
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
  /** Whether an import from such a file may go there. */
  allows: (to: string, from: string) => boolean
}

export function readGraph(root: string): Graph {
  const { kernel: _kernel, staff: _staff, ops: _ops, ...rooms } = readRooms(root)
  return Object.fromEntries(Object.entries(rooms).map(([room, { below }]) => [room, below]))
}

export function readOwners(root: string): Owners {
  return Object.fromEntries(Object.entries(readRooms(root)).map(([room, { tables }]) => [room, tables]))
}

/** Tables that the rooms above their owner may read. */
export function readPublished(root: string): Set<string> {
  return new Set(Object.values(readRooms(root)).flatMap(({ publishes = [] }) => publishes))
}

/** Tables that the top of the domain alone may read besides, for the checks and the story of a person. */
export function readOpened(root: string): Set<string> {
  return new Set(Object.values(readRooms(root)).flatMap(({ opens = [] }) => opens))
}

/** Room of the domain -> the functions of the database that it owns; rooms above it may call them. */
export function readFunctions(root: string): Owners {
  return Object.fromEntries(
    Object.entries(readRooms(root)).map(([room, { functions = [] }]) => [room, functions]),
  )
}

const readRooms = (root: string) =>
  JSON.parse(readFileSync(join(root, 'src/domain/graph.json'), 'utf8')) as Rooms

const front = /^src\/(commands|jobs|http)\//
const entryPoints =
  /^src\/(http\/server|http\/staff\/(staff-server|command-house)|jobs\/worker|jobs\/registry)\.ts$/
const frameworks = /^(pg|pg-boss|pg-cursor|fastify|@fastify\/.*|commander|inquirer|xendit-node)$/

/** The facts that a provider documents: plain values, for client, rules and sandbox alike (ADR 0061). */
const facts = /^src\/providers\/(\w+\/)?facts\.ts$/

const frontOf = (path: string) => front.exec(path)?.[1]

/** The rules that hold for the whole house, whatever the domain. Tests beside the code may reach anywhere. */
const houseRules: Rule[] = [
  {
    name: 'domain-knows-no-surroundings',
    from: /^src\/domain\//,
    allows: (to) => !to.startsWith('src/') || to.startsWith('src/domain/') || facts.test(to),
  },
  { name: 'domain-knows-no-framework', from: /^src\/domain\//, allows: (to) => !frameworks.test(to) },
  {
    // A command opens the doors of the processes that it starts, and nothing behind them.
    name: 'fronts-do-not-meet',
    from: front,
    allows: (to, from) =>
      !front.test(to) ||
      frontOf(to) === frontOf(from) ||
      (frontOf(from) === 'commands' && entryPoints.test(to)),
  },
  {
    // It shows what runs in a server. What it needs of the commands are their looks and their printing, and
    // the whole of them, loaded when it is used, where the host's owner runs one here.
    name: 'client-knows-no-domain',
    from: /^src\/cli\/client\//,
    allows: (to) => !to.startsWith('src/') || to.startsWith('src/cli/') || to.startsWith('src/commands/'),
  },
  {
    // A room's parts for the top alone stand beside its index.ts, so that its neighbours do not load them.
    name: 'top-goes-through-the-doors',
    from: /^src\/domain\/composition\//,
    allows: (to) =>
      !to.startsWith('src/domain/') ||
      /^src\/domain\/(composition\/|kernel\/|[\w-]+\/(index|events|(own-)?personal-data)\.ts$)/.test(to),
  },
  {
    name: 'ground-knows-no-fronts',
    from: /^src\/(providers|sandbox|runtime)\//,
    allows: (to) => !front.test(to),
  },
  {
    // It stands for somebody else: sharing code with laku would make both wrong together. What the provider
    // documents is neither's.
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

/** The rooms of the ground that stand below this one, without being named in the graph. */
export function groundOf(room: string): string[] {
  const place = ground.indexOf(room)
  return place < 0 ? ground : ground.slice(0, place)
}

/** One rule a row of the graph, and of the ground: down, and only through the door of the domain below. */
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

/** Every import of every source file below src/, static, dynamic, re-exported or for types. */
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

/** Every import that goes where it may not. */
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

/** The first ring of files that import each other when they load, if there is one. */
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
