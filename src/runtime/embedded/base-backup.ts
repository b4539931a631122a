import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { openDataFolder } from '../data-folder.ts'
import { startEmbeddedPostgres } from '../embedded-postgres.ts'
import { StartError } from '../start-error.ts'
import { type Layout, layoutOf } from './layout.ts'
import { type ServerUser, serverUser } from './server-user.ts'
import { withStartLock } from './start-lock.ts'

const unfinished = (layout: Layout, what: string) => join(layout.dataDir, `${what}.new-${process.pid}`)

/**
 * Copies the running embedded server, by the replication protocol, into one tar file that only the file's
 * owner can read. Others can use the database meanwhile. The file includes the write-ahead log that a
 * restored server needs to start. Returns the file's size in bytes.
 */
export async function backUp(dataDir: string, file: string): Promise<number> {
  if (existsSync(file))
    throw new StartError(2, `${file} already exists, and a backup overwrites no file. Give another name.`)
  const { superUrl } = await startEmbeddedPostgres(dataDir)
  const layout = layoutOf(openDataFolder(dataDir))
  const aside = unfinished(layout, 'backup')
  openAside(layout, aside, serverUser(layout.cluster))
  try {
    const client = new pg.Client({ connectionString: superUrl, replication: 'true' } as pg.ClientConfig)
    await client.connect()
    try {
      const target = `TARGET 'server', TARGET_DETAIL '${aside.replaceAll("'", "''")}'`
      await client.query(`BASE_BACKUP (LABEL 'laku', CHECKPOINT 'fast', WAL true, ${target})`)
    } finally {
      await client.end()
    }
    // The server wrote the backup, so the server's user owns that file. The file is copied and not renamed,
    // so that the caller can own the copy. Also, a rename between two file systems would fail.
    const made = `${file}.new-${process.pid}`
    copyFileSync(join(aside, 'base.tar'), made)
    chmodSync(made, 0o600)
    const uid = process.getuid?.()
    if (uid !== undefined && statSync(made).uid !== uid) chownSync(made, uid, process.getgid?.() ?? uid)
    renameSync(made, file)
    return statSync(file).size
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/**
 * Unpacks a backup into a data folder that has no cluster, and starts the server to prove that it works. A
 * restore that is killed halfway leaves nothing that looks like a cluster. Throws StartError 2 if there is a
 * cluster already or the file is no backup.
 */
export async function restore(dataDir: string, file: string): Promise<void> {
  if (!existsSync(file)) throw new StartError(2, `the file ${file} does not exist`)
  const layout = layoutOf(openDataFolder(dataDir))
  await withStartLock(layout.dataDir, async () => {
    if (existsSync(layout.cluster)) {
      throw new StartError(
        2,
        `${layout.dataDir} already holds a database. Restore into an empty data folder.`,
      )
    }
    const user = serverUser(layout.cluster)
    const aside = unfinished(layout, 'restore')
    openAside(layout, aside, user)
    try {
      const unpacked = spawnSync('tar', ['--no-same-owner', '-xpf', file, '-C', aside], { encoding: 'utf8' })
      if (unpacked.status !== 0 || !existsSync(join(aside, 'PG_VERSION'))) {
        const why =
          unpacked.error?.message ?? unpacked.stderr?.trim().split('\n')[0] ?? 'no database is in it'
        throw new StartError(2, `${file} is not a backup of laku: ${why || 'it holds no database'}`)
      }
      if (user.owner) giveTo(aside, user.owner)
      renameSync(aside, layout.cluster)
    } finally {
      rmSync(aside, { recursive: true, force: true })
    }
  })
  const { ownerUrl } = await startEmbeddedPostgres(dataDir)
  await markRestored(ownerUrl)
}

/**
 * Marks the database as restored from a backup. Without the mark, the database would look as after a crash,
 * and nothing would show that the changes since the backup are missing.
 */
async function markRestored(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query("select from pg_tables where tablename = 'database_identity'")
    if (rows.length > 0) await client.query('update database_identity set is_restored = true')
  } finally {
    await client.end()
  }
}

function openAside({ dataDir }: Layout, aside: string, { owner }: ServerUser): void {
  mkdirSync(aside, { mode: 0o700 })
  if (!owner) return
  chownSync(aside, owner.uid, owner.gid)
  // The server's user must be able to pass through the data folder to its cluster; the other files in the
  // folder keep their own mode.
  chmodSync(dataDir, 0o711)
}

function giveTo(folder: string, owner: { uid: number; gid: number }): void {
  chownSync(folder, owner.uid, owner.gid)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(folder, name), owner.uid, owner.gid)
  }
}
