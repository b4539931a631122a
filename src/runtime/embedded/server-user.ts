import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

/**
 * The operating system's user that runs PostgreSQL, and the way to run PostgreSQL's programs as that user.
 * PostgreSQL refuses to run as root.
 */
export interface ServerUser {
  /**
   * The command put before a program of the server, to run it in a user namespace. Outside the namespace
   * the program runs as root, inside it as nobody.
   */
  prefix: string[]
  /** The user that must own the cluster's files, where that is not the calling user. */
  owner?: { uid: number; gid: number }
}

const nobody = 65534
const namespace = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`]

/**
 * Chooses the ordinary user that runs the server, because PostgreSQL refuses to run as root. A caller that is
 * not root runs the server itself. If the caller is root and another user owns the cluster, that user runs
 * the server. Otherwise the server runs in a user namespace. The namespace needs no rights on the folders
 * above the cluster, and no change of owner. Some containers refuse namespaces, so there the user nobody runs
 * the server.
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
