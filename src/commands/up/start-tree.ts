import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { databaseName, localAdministrator } from '../../cli/define/actor.ts'
import { CliError, exitCodes, messageOf } from '../../cli/errors/cli-error.ts'
import type { Config } from '../../runtime/config.ts'
import { openLaku } from '../../runtime/open-laku.ts'
import { installDatabase } from '../db/install.ts'
import { Child } from './child.ts'
import { environmentOf, type Plan } from './plan.ts'
import { ShopRecord } from './shop-record.ts'
import type { Teardown } from './teardown.ts'

export interface Tree {
  tree: Child[]
  addresses: {
    http: string
    staff: string
    sandbox: string
    databaseUrl: string
    adminToken: string
    metrics: string
    dataDir: string
  }
}

/**
 * Starts database, sandbox, server and worker, and returns when all of them answer. Each process is added to
 * `teardown` when it is started. They stop in the reverse order: server, worker, sandbox, database.
 */
export async function startTree(
  plan: Plan,
  { seed }: { seed: boolean },
  teardown: Teardown,
  note: (line: string) => void,
): Promise<Tree> {
  const { config, metricsPort, temporary } = plan
  if (temporary) await teardown.add('data folder', () => rm(temporary, { recursive: true, force: true }))
  const record = await ShopRecord.claim(config.dataDir)
  await teardown.add('record of the shop', async () => record.remove())
  const env = environmentOf(plan)
  const start = async (name: string, more: NodeJS.ProcessEnv = {}) => {
    const child = new Child(name, { ...env, ...more })
    await teardown.add(name, () => child.stop())
    return child
  }
  await stopDatabaseAtTheEnd(config, teardown)
  note('Preparing the database …')
  const { urls } = await installDatabase(config, { ask: async () => config, mayMake: true })
  note('Starting sandbox, worker and server …')
  const sandbox = await start('sandbox')
  const worker = await start('worker')
  const server = await start('serve', { LAKU_METRICS_PORT: String(metricsPort) })
  const tree = [sandbox, worker, server]
  const [{ adminToken, database }] = await Promise.all([
    prepare(config, seed),
    ...tree.map((child) => child.ready()),
  ])
  const http = `http://${shownHost(config.host)}:${config.port}`
  const sandboxUrl = `http://127.0.0.1:${config.sandboxPort}`
  await Promise.all([answers(`${http}/readyz`), answers(`${sandboxUrl}/control/book`)])
  const staff = `http://${shownHost(config.staffHost)}:${plan.staffPort}`
  record.announce({ server: staff, database })
  await teardown.add('address of the shop', async () => record.withdraw())
  const metrics = `http://127.0.0.1:${metricsPort}/metrics`
  const addresses = {
    http,
    staff,
    sandbox: sandboxUrl,
    databaseUrl: urls.app,
    adminToken,
    metrics,
    dataDir: config.dataDir,
  }
  return { tree, addresses }
}

/**
 * Stops the database at the end, but only if this process started it: a server that was running before keeps
 * running.
 */
async function stopDatabaseAtTheEnd(config: Config, teardown: Teardown): Promise<void> {
  if (config.databaseUrl !== undefined) return
  const { embeddedPostgresStatus, stopEmbeddedPostgres } = await import('../../runtime/embedded-postgres.ts')
  const { running } = await embeddedPostgresStatus(config.dataDir)
  if (!running) await teardown.add('database', () => stopEmbeddedPostgres(config.dataDir))
}

/**
 * Creates the local administrator and the seed data. Returns the administrator's token, and the database's
 * name, under which this token is saved.
 */
async function prepare(config: Config, seed: boolean): Promise<{ adminToken: string; database: string }> {
  const laku = await openLaku(config, { name: 'up', poolSize: 2, providers: false })
  try {
    const token = await localAdministrator(laku)
    if (seed) {
      const { insertSeed } = await import('../db/insert-seed.ts')
      await insertSeed(laku)
    }
    return { adminToken: token, database: databaseName(laku) }
  } finally {
    await laku.close()
  }
}

function shownHost(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
}

const ANSWER_WITHIN_MS = 20_000

async function answers(url: string): Promise<void> {
  const deadline = performance.now() + ANSWER_WITHIN_MS
  let last = 'no answer'
  while (performance.now() < deadline) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
      await answer.arrayBuffer()
      if (answer.ok) return
      last = `status ${answer.status}`
    } catch (error) {
      last = messageOf(error)
    }
    await sleep(50)
  }
  throw new CliError(exitCodes.failed, 'not_ready', `${url} did not become ready: ${last}`)
}
