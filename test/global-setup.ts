import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { queues } from '../src/jobs/registry.ts'
import { roleOf } from '../src/runtime/connect.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../src/runtime/embedded-postgres.ts'
import { makeDevelopment } from '../src/runtime/environment/stamp.ts'
import { migrate } from '../src/runtime/migrate.ts'
import { installQueues } from '../src/runtime/queue.ts'

export interface TestServer {
  /** May create databases and owns the template. */
  ownerUrl: string
  appUrl: string
  /** A superuser, where the server gives one. */
  superUrl: string | undefined
  template: string
}

declare module 'vitest' {
  interface ProvidedContext {
    server: TestServer
  }
}

/** The key under which every test's database is written; spawned processes get it too. */
export const testEncryptionKey = 'test-encryption-key-of-thirty-two-chars'

/** The same server and credentials, another database. */
export function urlOf(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.toString()
}

export async function query(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function ownServer(dataDir: string): Promise<Omit<TestServer, 'template'>> {
  const { ownerUrl, appUrl, superUrl } = await startEmbeddedPostgres(dataDir, { fast: true })
  await query(
    superUrl,
    // Clones share the template's blocks, where the folder's file system can.
    'alter system set file_copy_method = clone',
    // The folder may lie in memory.
    "alter system set max_wal_size = '256MB'",
    'select pg_reload_conf()',
  )
  return { ownerUrl, appUrl, superUrl }
}

/** A server that somebody else runs: its role owns; `laku_app` is made where that is allowed. */
async function givenServer(ownerUrl: string): Promise<Omit<TestServer, 'template'>> {
  const appUrl = new URL(ownerUrl)
  appUrl.username = 'laku_app'
  try {
    await query(
      ownerUrl,
      `do $$ begin create role laku_app login password 'laku_app'; exception when duplicate_object then null; end $$`,
    )
    appUrl.password = 'laku_app'
    await query(appUrl.toString(), 'select 1')
    return { ownerUrl, appUrl: appUrl.toString(), superUrl: ownerUrl }
  } catch {
    return { ownerUrl, appUrl: ownerUrl, superUrl: undefined }
  }
}

/** One server and one migrated template for the whole run; each test file clones it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL
  const dataDir = await mkdtemp(join(tmpdir(), 'laku-test-'))
  const server = given ? await givenServer(given) : await ownServer(dataDir)
  const template = `laku_template_${process.pid}`
  await query(server.ownerUrl, `drop database if exists ${template}`, `create database ${template}`)
  const ownerOfTemplate = urlOf(server.ownerUrl, template)
  const owner = new pg.Pool({ connectionString: ownerOfTemplate, max: 1 })
  await installQueues(ownerOfTemplate, queues)
  await migrate(owner, roleOf(server.appUrl))
  // This server is no copy: money leaves at once.
  await query(ownerOfTemplate, 'update provider_book_reads set server_start = pg_postmaster_start_time()')
  await makeDevelopment(owner, { encryptionKey: [testEncryptionKey], sealKey: [testEncryptionKey] })
  await owner.end()
  project.provide('server', { ...server, template })
  return async () => {
    if (given) await query(server.ownerUrl, `drop database if exists ${template} with (force)`)
    else await stopEmbeddedPostgres(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  }
}
