import {
  type Graph,
  isBelow,
  readDatabaseFunctions,
  readOpened,
  readOwners,
  readPublished,
  roomOfEach,
} from './floors.ts'
import { type TableUse, tableUses } from './table-uses.ts'

export interface ForeignUse extends TableUse {
  room: string
  owner: string
  /**
   * The direction of the use. `up`: the owner is above the room. `top` and `front`: the using code is the top
   * of the domain, or a front (src/http, src/jobs, src/commands).
   */
  way: 'up' | 'down' | 'top' | 'front'
}

/**
 * The files that act as the database's owner and not as the application, with the tables that each of them
 * uses. They create and label the database.
 */
const asDatabaseOwner: Readonly<Record<string, readonly string[]>> = {
  'src/commands/db/install.ts': ['database_keys'],
  'src/commands/db/keys/audit-by-owner.ts': ['audit_log'],
  'src/commands/db/keys/retire-key.ts': ['database_keys'],
  'src/runtime/embedded/base-backup.ts': ['database_identity'],
  'src/runtime/environment/let-in.ts': [
    'attention',
    'audit_log',
    'database_environment',
    'staff',
    'staff_names',
    'staff_tokens',
  ],
  'src/runtime/environment/put-clock-back.ts': ['audit_log', 'clock'],
  // The stamp is read before laku knows whether this database may be opened at all.
  'src/runtime/environment/read-environment.ts': ['database_environment', 'database_keys'],
  'src/runtime/environment/stamp.ts': [
    'audit_log',
    'database_environment',
    'database_keys',
    'ledger_transactions',
  ],
}

/** The database functions that files of the database's owner may call. */
const ofDatabaseOwner = ['next_id', 'shop_now']

/** The files in which a statement may take a table's name from a variable, each with the reason. */
const mayBeUnseen: Readonly<Record<string, string>> = {
  'src/domain/kernel/locks.ts': 'the registry of locks names each table',
  'src/domain/kernel/rows.ts': 'insertRows: its callers name the table',
  'src/domain/kernel/move-state.ts': 'the machine names its table',
  'src/domain/factory/rate-factories.ts': 'addRatings: its callers name the table',
  'src/domain/composition/attention-ends.ts': 'reads the tables that the file names',
  'src/domain/composition/sealing/sealed-data.ts':
    'encrypts the tables that the file names under the new key',
  'src/runtime/database.ts': 'begins each transaction, in the words of Kysely',
  'src/runtime/dump-schema.ts': "reads PostgreSQL's own catalogs, and no table of laku",
  'src/runtime/embedded/base-backup.ts': 'a command of the replication protocol, which names no table',
  'src/runtime/function-rights.ts': 'grants to the role of the application on functions',
  'src/runtime/migrate.ts': 'migrations, and grants to roles',
  'src/runtime/queue-rights.ts': 'grants to the role of the application on tables of pg-boss',
}

/**
 * Returns every use of a table or database function that docs/adr/0113 forbids. A room may read the tables
 * that a lower room publishes, and call its functions. It writes and locks only its own tables. Fronts call
 * the domain. The top of the domain may also read the tables that a room opens to it.
 */
export function tableViolations(root: string, graph: Graph): ForeignUse[] {
  const published = readPublished(root)
  const opened = readOpened(root)
  return foreignUses(root, graph).filter(({ file, kind, way, table }) => {
    if (kind === 'unseen') return !(file in mayBeUnseen)
    if (kind === 'named' && way !== 'top') return false
    const owned = asDatabaseOwner[file]
    if (owned) return !(kind === 'call' ? ofDatabaseOwner : owned).includes(table)
    if (kind === 'call') return way !== 'down' && way !== 'top'
    if (kind !== 'read' && kind !== 'named') return true
    if (way === 'top') return !published.has(table) && !opened.has(table)
    const mayRead = way === 'down' || file.startsWith('src/runtime/')
    return !mayRead || !published.has(table)
  })
}

/**
 * Returns every use of a table or database function by a room that does not own it, and every statement whose
 * table is not known.
 */
export function foreignUses(root: string, graph: Graph): ForeignUse[] {
  const ownerOf = roomOfEach(readOwners(root))
  const functions = roomOfEach(readDatabaseFunctions(root))
  return tableUses(root, new Set(ownerOf.keys()), new Set(functions.keys())).flatMap((use) => {
    const room = roomOf(use.file)
    if (use.kind === 'unseen') return [{ ...use, room, owner: '?', way: wayTo('?', room, graph) }]
    const owner = (use.kind === 'call' ? functions : ownerOf).get(use.table) as string
    return room === owner ? [] : [{ ...use, room, owner, way: wayTo(owner, room, graph) }]
  })
}

/**
 * Returns the room of a file: `order` for `src/domain/order/returns/accept.ts`, `domain` for code above the
 * rooms, `src/http` for a front.
 */
function roomOf(file: string): string {
  const [, floor, room] = file.split('/') as [string, string, string?]
  if (floor !== 'domain') return `src/${floor}`
  return room as string
}

function wayTo(owner: string, room: string, graph: Graph): ForeignUse['way'] {
  if (room === 'composition') return 'top'
  if (room.startsWith('src/')) return 'front'
  return isBelow(owner, room, graph) ? 'down' : 'up'
}
