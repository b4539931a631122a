import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

/**
 * The operating system's user that runs PostgreSQL, and the way to run PostgreSQL's programs as that user.
 * PostgreSQL refuses to run as root.
 */
export interface ServerUser {
  /**
   * The command that is put before a program of the server, so that the program runs in a user namespace.
   * Outside the namespace, the program's user is root; inside, it is `nobody`.
   */
  prefix: string[]
  /** The user that must own the cluster's files, if that is not the calling user. */
  owner?: { uid: number; gid: number }
}

const nobody = 65534
const namespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`]

/**
 * Chooses the user that runs the server, because PostgreSQL refuses to run as root. If the caller is not
 * root, the caller runs the server. If the caller is root, the owner of the cluster's files runs the server.
 * If these files belong to root or do not exist yet, the server runs in a user namespace. This needs no
 * rights on the folders above the cluster, and no change of the files' owner. Some containers refuse
 * namespaces; there the user `nobody` runs the server.
 */
export function serverUser(cluster: string): ServerUser {
  if (process.getuid?.() !== 0) return { prefix: [] }
  const owner = ownerOf(cluster)
  if (owner && owner.uid !== 0) return { prefix: [], owner }
  if (namespacesAllowed()) return { prefix: namespace }
  return { prefix: [], owner: { uid: nobody, gid: nobody } }
}

function ownerOf(path: string): { uid: number; gid: number } | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && { uid: stat.uid, gid: stat.gid }
}

function namespacesAllowed(): boolean {
  const [command = '', ...args] = namespace
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0
}
