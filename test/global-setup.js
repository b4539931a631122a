import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { queues } from '../src/jobs/registry.js'
import { roleOf } from '../src/runtime/connect.js'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../src/runtime/embedded-postgres.js'
import { migrate } from '../src/runtime/migrate.js'
import { installQueues } from '../src/runtime/queue.js'
/** The same server and credentials, another database. */
export function urlOf(url, database) {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.toString()
}
export async function query(url, ...statements) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
async function ownServer(dataDir) {
  const { ownerUrl, appUrl, superUrl } = await startEmbeddedPostgres(dataDir, { fast: true })
  return { ownerUrl, appUrl, superUrl }
}
/** A server that somebody else runs: its role owns; `laku_app` is made where that is allowed. */
async function givenServer(ownerUrl) {
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
export default async function setup(project) {
  const given = process.env.TEST_DATABASE_URL
  const dataDir = await mkdtemp(join(tmpdir(), 'laku-test-'))
  const server = given ? await givenServer(given) : await ownServer(dataDir)
  const template = `laku_template_${process.pid}`
  await query(server.ownerUrl, `drop database if exists ${template}`, `create database ${template}`)
  const ownerOfTemplate = urlOf(server.ownerUrl, template)
  const owner = new pg.Pool({ connectionString: ownerOfTemplate, max: 1 })
  await installQueues(ownerOfTemplate, queues)
  await migrate(owner, roleOf(server.appUrl))
  await owner.end()
  project.provide('server', { ...server, template })
  return async () => {
    if (given) await query(server.ownerUrl, `drop database if exists ${template} with (force)`)
    else await stopEmbeddedPostgres(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  }
}
//# sourceMappingURL=global-setup.js.map
