import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choreography } from '../../src/domain/composition/choreography.ts'
import { UnitOfWork } from '../../src/domain/kernel/index.ts'
import { workRecords } from '../../src/domain/ops/work-records.ts'
import { buildServer } from '../../src/http/server.ts'
import { beganAt, createKysely, createPool } from '../../src/runtime/database.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../../src/runtime/embedded-postgres.ts'
import { makeDevelopment } from '../../src/runtime/environment/stamp.ts'
import { createLogger } from '../../src/runtime/logger.ts'
import { migrate } from '../../src/runtime/migrate.ts'
import { JobQueue } from '../../src/runtime/queue.ts'
import { runLaku } from '../acceptance/laku-process.ts'
import { testEncryptionKey } from '../global-setup.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { RealCluster, smallDisk } from '../real-cluster.ts'
import { enrol } from '../staff.ts'

/**
 * A PostgreSQL of our own in each state from which it can recover: which answers a customer, a load balancer
 * and a script get, and what the log contains.
 */
let laku: TestLaku
let folder: string
let primary: string
let token: string
// Each code is requested for another number, because this test is not about the limits of a number.
let asked = 10_000
const open: RealCluster[] = []

beforeAll(async () => {
  laku = await openTestLaku()
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'laku-states-')))
  primary = join(folder, 'primary')
  mkdirSync(primary)
  const server = await startEmbeddedPostgres(primary, { fast: true })
  const pool = new pg.Pool({ connectionString: server.ownerUrl, max: 1 })
  await migrate(pool, 'laku_app')
  await makeDevelopment(pool, { encryptionKey: [testEncryptionKey], sealKey: [testEncryptionKey] })
  await pool.end()
  token = (await enrol({ ownerUrl: server.ownerUrl, clock: laku.clock, vault: laku.vault }, 'admin', 'dewi'))
    .token
  await stopEmbeddedPostgres(primary)
}, 120_000)
afterAll(async () => {
  for (const cluster of open) await cluster.stop()
  await laku.close()
  rmSync(folder, { recursive: true, force: true })
})

function unitsOver(pool: pg.Pool): UnitOfWork {
  const { clock, policy, vault } = laku
  const db = createKysely(pool)
  return new UnitOfWork({
    db,
    beganAt,
    clock,
    policy,
    vault,
    records: workRecords,
    choreography: async () => choreography,
    enqueue: async () => {},
  })
}

const start = async (dataDir: string, options: Parameters<typeof RealCluster.start>[1]) => {
  const cluster = await RealCluster.start(dataDir, options)
  open.push(cluster)
  return cluster
}

/** Starts laku's server on that database. Returns it with the lines that it logs. */
async function serverAt(url: string) {
  const lines: string[] = []
  const pool = createPool({ url, poolSize: 2, applicationName: 'laku test' })
  const db = createKysely(pool)
  pool.on('error', () => {})
  const queue = new JobQueue(url, () => {})
  const unitOfWork = unitsOver(pool)
  const logger = createLogger({ logLevel: 'error' }, { write: (line) => lines.push(line) })
  const app = await buildServer(Object.assign(Object.create(laku), { pool, db, unitOfWork, queue, logger }))
  const write = async () => {
    const reply = await app.inject({
      method: 'POST',
      url: '/api/auth/otp',
      payload: { phone: `0812999${asked++}` },
    })
    return { status: reply.statusCode, retryAfter: reply.headers['retry-after'], code: reply.json().code }
  }
  return {
    lines,
    write,
    read: async () => (await app.inject({ url: '/api/products' })).statusCode,
    ready: async () => (await app.inject({ url: '/readyz' })).statusCode,
    close: async () => {
      await app.close()
      await queue.close().catch(() => undefined)
      await pool.end()
    },
  }
}

const unavailable = { status: 503, retryAfter: '5', code: 'kernel.database_unavailable' }
const script = (url: string) =>
  runLaku(['switches', 'pause', 'joins', '--reason', 'a test', '--json'], {
    DATABASE_URL: url,
    LAKU_ENCRYPTION_KEY: testEncryptionKey,
    LAKU_DATA_DIR: folder,
    LAKU_TOKEN: token,
  })

/** Expects the answers of everybody while the database accepts no writes, and the SQLSTATE in the log. */
async function expectAway(url: string, state: string, { reads = false } = {}) {
  const server = await serverAt(url)
  try {
    expect(await server.write()).toEqual(unavailable)
    expect(await server.read()).toBe(reads ? 200 : 503)
    expect(await server.ready()).toBe(503)
    const said = server.lines.map((line) => JSON.parse(line))
    expect(said).toContainEqual(
      expect.objectContaining({ code: 'kernel.database_unavailable', sqlstate: state }),
    )
    expect(server.lines.join()).not.toContain('[removed]')
  } finally {
    await server.close()
  }
  const { exitCode, stdout, stderr } = await script(url)
  expect({ exitCode, said: stdout + stderr }).toMatchObject({ exitCode: 6 })
}

describe('a standby', () => {
  let standby: string
  beforeAll(() => {
    standby = join(folder, 'standby')
    cpSync(primary, standby, { recursive: true })
    chmodSync(join(standby, 'postgres'), 0o700)
  })

  it('that answers reads takes no writes', async () => {
    const cluster = await start(standby, {
      standby: true,
      says: 'ready to accept read-only connections',
    })
    await expectAway(cluster.url, '25006', { reads: true })
    await cluster.stop()
  })

  it('that recovers and answers nobody is away', async () => {
    const cluster = await start(standby, {
      standby: true,
      settings: ['hot_standby = off'],
      says: 'entering standby mode',
    })
    await expectAway(cluster.url, '57P03')
    await cluster.stop()
  })

  it('that is still starting is away', async () => {
    const cluster = await start(standby, {
      standby: true,
      settings: [`restore_command = 'sleep 60'`],
      says: 'listening on Unix socket',
    })
    await expectAway(cluster.url, '57P03')
    await cluster.stop()
  })
})

describe('a primary', () => {
  let cluster: RealCluster
  beforeAll(async () => {
    cluster = await start(primary, {
      settings: ['max_connections = 12', 'superuser_reserved_connections = 2', 'max_wal_senders = 0'],
      says: 'ready to accept connections',
    })
  })
  const asSuper = async <T>(use: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: cluster.superUrl })
    client.on('error', () => {})
    await client.connect()
    try {
      await client.query('set default_transaction_read_only = off')
      return await use(client)
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  it('that is well takes a write, and says so', async () => {
    const server = await serverAt(cluster.url)
    expect((await server.write()).status).toBe(202)
    await server.close()
    expect((await script(cluster.url)).exitCode).toBe(0)
  })

  it('that is set to read only takes no writes', async () => {
    await asSuper((client) => client.query('alter database laku set default_transaction_read_only = on'))
    await expectAway(cluster.url, '25006', { reads: true })
    await asSuper((client) => client.query('alter database laku reset default_transaction_read_only'))
  })

  it('that has no connection left is away', async () => {
    const clients: pg.Client[] = []
    try {
      for (;;) {
        const client = new pg.Client({ connectionString: cluster.url })
        client.on('error', () => {})
        await client.connect()
        clients.push(client)
      }
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' })
    }
    await expectAway(cluster.url, '53300')
    for (const client of clients) await client.end()
  })

  it('whose disk is full takes no writes, and goes on when there is room', async (context) => {
    const disk = smallDisk(join(folder, 'small'), 2 * 1024 * 1024)
    // Only a user who may mount can fill a disk. Elsewhere only the SQLSTATE of this state is tested
    // (kernel/database-states.test.ts).
    if (!disk) return context.skip()
    try {
      const place = join(disk.path, 'space')
      mkdirSync(place, { mode: 0o777 })
      await asSuper(async (client) => {
        await client.query(`create tablespace small location '${place}'`)
        await client.query('truncate paces, otp_challenges cascade')
        for (const table of ['paces', 'otp_challenges', 'switches'])
          await client.query(`alter table ${table} set tablespace small`)
        await client.query('create table filler (t text) tablespace small')
        const fill = () =>
          client.query(`insert into filler select repeat('x', 900) from generate_series(1, 7)`)
        await expect(
          (async () => {
            for (;;) await fill()
          })(),
        ).rejects.toMatchObject({ code: '53100' })
      })
      const server = await serverAt(cluster.url)
      expect(await server.write()).toEqual(unavailable)
      expect(await server.ready()).toBe(503)
      expect(server.lines.join()).toContain('"sqlstate":"53100"')
      await asSuper((client) => client.query('drop table filler'))
      expect((await server.write()).status).toBe(202)
      await server.close()
    } finally {
      await asSuper(async (client) => {
        for (const table of ['paces', 'otp_challenges', 'switches'])
          await client.query(`alter table ${table} set tablespace pg_default`)
        await client.query('drop table if exists filler')
        await client.query('drop tablespace if exists small')
      })
      disk.end()
    }
  })

  it.each([
    ['ends our statement, as when its time is over,', 'select pg_cancel_backend(pid)', '57014'],
    ['ends our connection', 'select pg_terminate_backend(pid)', '57P01'],
    ['loses one of its processes, as to a killer of memory,', 'kill', undefined],
  ])('that %s within a transaction is away, and well again after it', async (_, how, state) => {
    const server = await serverAt(cluster.url)
    const blocker = new pg.Client({ connectionString: cluster.superUrl })
    blocker.on('error', () => {})
    await blocker.connect()
    await blocker.query('begin; lock table otp_challenges in access exclusive mode')
    const underWay = server.write()
    const ours = `from pg_stat_activity where application_name = 'laku test' and wait_event_type = 'Lock'`
    // The query runs on another connection, because within one transaction the view does not change.
    const waiting = () => asSuper(async (client) => (await client.query(`select pid ${ours}`)).rows.length)
    await expect.poll(waiting, { timeout: 5_000 }).toBeGreaterThan(0)
    if (how === 'kill') {
      const { rows } = await blocker.query(`select pg_backend_pid() as pid`)
      process.kill(rows[0].pid, 'SIGKILL')
    } else await asSuper((client) => client.query(`${how} ${ours}`))
    const busy = { status: 503, retryAfter: '1', code: 'kernel.busy' }
    expect(await underWay).toEqual(state === '57014' ? busy : unavailable)
    // A killed process sends no SQLSTATE to its clients: their connections just end.
    if (state) expect(server.lines.join()).toContain(`"sqlstate":"${state}"`)
    // A client whose server was killed would wait for its end for ever, so this is not awaited.
    if (how === 'kill') void blocker.end().catch(() => undefined)
    else await blocker.end()
    await expect.poll(async () => (await server.write()).status, { timeout: 20_000 }).toBe(202)
    await server.close()
  })

  it('that is stopped is away', async () => {
    await cluster.stop()
    await expectAway(cluster.url, 'ENOENT')
  })
})
