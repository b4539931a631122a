import { type Graph, groundOf, readOwners, readPublished } from './floors.ts'
import { type TableUse, tableUses } from './table-uses.ts'

export interface ForeignUse extends TableUse {
  room: string
  owner: string
  /** `up`: the owner stands above the room. `top` and `front`: the room stands above all of the domain. */
  way: 'up' | 'down' | 'top' | 'front'
}

/**
 * Files that act as the owner of the database and not as the application: they make it, stamp it, and leave
 * rows that say so.
 */
const asDatabaseOwner =
  /^src\/(runtime\/(environment\/(let-in|put-clock-back|stamp)|embedded\/base-backup)|commands\/db\/(keys\/[\w-]+|install))\.ts$/

/**
 * Every use of a table that docs/adr/0113 forbids. A room reads what a room below it publishes; it writes and
 * locks its own alone. Fronts call the domain. The top of the domain reads every room.
 */
export function tableViolations(root: string, graph: Graph): ForeignUse[] {
  const published = readPublished(root)
  return foreignUses(root, graph).filter(({ file, kind, way, table }) => {
    if (asDatabaseOwner.test(file)) return false
    if (kind !== 'read') return true
    if (way === 'top') return false
    const mayRead = way === 'down' || file.startsWith('src/runtime/')
    return !mayRead || !published.has(table)
  })
}

/** Every use of a table by a room that does not own it. */
export function foreignUses(root: string, graph: Graph): ForeignUse[] {
  const ownerOf = new Map(
    Object.entries(readOwners(root)).flatMap(([owner, tables]) =>
      tables.map((table): [string, string] => [table, owner]),
    ),
  )
  return tableUses(root, new Set(ownerOf.keys())).flatMap((use) => {
    const owner = ownerOf.get(use.table) as string
    const room = roomOf(use.file)
    return room === owner ? [] : [{ ...use, room, owner, way: wayTo(owner, room, graph) }]
  })
}

/**
 * `order` of `src/domain/order/returns/accept.ts`, `domain` of what stands above the rooms, `src/http` of a
 * front.
 */
function roomOf(file: string): string {
  const [, floor, room] = file.split('/') as [string, string, string?]
  if (floor !== 'domain') return `src/${floor}`
  return room as string
}

function wayTo(owner: string, room: string, graph: Graph): ForeignUse['way'] {
  if (room === 'composition') return 'top'
  if (room.startsWith('src/')) return 'front'
  return belowOf(room, graph).has(owner) ? 'down' : 'up'
}

function belowOf(room: string, graph: Graph): Set<string> {
  const found = new Set<string>(groundOf(room))
  const add = (upper: string) => {
    for (const lower of graph[upper] ?? []) {
      if (found.has(lower)) continue
      found.add(lower)
      add(lower)
    }
  }
  add(room)
  return found
}
