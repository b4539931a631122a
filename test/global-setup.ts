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
  /** The URL of the role that owns the template database and may create databases. */
  ownerUrl: string
  appUrl: string
  /** The URL of a superuser, if the server has one for tests. */
  superUrl: string | undefined
  template: string
}

declare module 'vitest' {
  interface ProvidedContext {
    server: TestServer
  }
}

/** The encryption key of every test's database. Spawned processes get it too. */
export const testEncryptionKey = 'test-encryption-key-of-thirty-two-chars'

/** Returns the URL of another database on the same server, with the same credentials. */
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
    // Clones share the blocks of the template database, if the file system of the folder supports that.
    'alter system set file_copy_method = clone',
    // The server's folder may be in memory, so the write-ahead log is kept small.
    "alter system set max_wal_size = '256MB'",
    'select pg_reload_conf()',
  )
  return { ownerUrl, appUrl, superUrl }
}

/**
 * Uses a server that somebody else runs. The given role becomes the owner; the role `laku_app` is created if
 * that is allowed.
 */
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

/**
 * The administrator of tests: made up, until a test's database lets them in by this token (test/staff.ts).
 */
export const testAdmin = {
  id: '01900000-0000-7000-8000-000000000001',
  name: 'ana',
  token: `lkst_${'administrator-of-tests'.padEnd(43, '-')}`,
}

/**
 * Most actors of tests are made up: they have no row and no token. The database takes a text like
 * `test <id> <name>` for the token of one (test/laku.ts).
 */
const actsOfTests = (appRole: string) => [
  'alter function staff_acts(text) rename to staff_acts_by_token',
  `create function staff_acts(token text) returns void language plpgsql security definer
     set search_path = pg_catalog, public, pg_temp as $$ begin
       if token like 'test %' then perform set_acting(split_part(token, ' ', 2), split_part(token, ' ', 3));
       elsif token = '${testAdmin.token}' then perform set_acting('${testAdmin.id}', '${testAdmin.name}');
       else perform staff_acts_by_token(token); end if; end $$`,
  'revoke all on function staff_acts(text) from public',
  `grant execute on function staff_acts(text) to "${appRole}"`,
]

/** Takes the change of `actsOfTests` back, in a test that compares the schema with that of production. */
export const actsOfProduction = [
  'drop function staff_acts(text)',
  'alter function staff_acts_by_token(text) rename to staff_acts',
] as const

/**
 * Starts one server with one migrated template database for the whole run. Each test file clones the
 * template.
 */
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
  await query(ownerOfTemplate, ...actsOfTests(roleOf(server.appUrl)))
  // Marks the provider's list as read since the server's start. Otherwise laku would treat the database as a
  // possible copy, and send no money at first.
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
