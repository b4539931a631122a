import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import pg from 'pg'
import { newId } from '../../src/domain/kernel/index.ts'
import { queues } from '../../src/jobs/registry.ts'
import { loadConfig } from '../../src/runtime/config.ts'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../../src/runtime/embedded-postgres.ts'
import { makeDevelopment } from '../../src/runtime/environment/stamp.ts'
import { migrate } from '../../src/runtime/migrate.ts'
import { installQueues } from '../../src/runtime/queue.ts'
import { type LoadResult, load, type Request } from '../load.ts'
import { ServerProcess } from '../processes.ts'
import { parentOf, processorMs } from '../processor-time.ts'
import { JWT_SECRET, type Seed, seedShop } from './seed.ts'

const GATE = 0.3
const AIM = 0.5
const P99_MS = 100
const CONNECTIONS = 64
const JOINS = 10_000
// The number of joins that are sent before the measurement begins. They compile the process's code and fill
// its connection pool.
const WARM_UP = 2_000

type Subject = 'raw twin' | 'laku'
type Scenario = 'one hot session' | '1,000 sessions'

interface Run extends LoadResult {
  subject: Subject
  scenario: Scenario
  rowsPerJoin: Record<string, number>
  oversold: number
  /**
   * The processor time (user and system) of the server and of PostgreSQL: milliseconds per 1,000 joins. On a
   * loaded machine, it changes less than the number of joins a second.
   */
  processorMs: number
}

const counted = [
  'group_participants',
  'participant_items',
  'payments',
  'events',
  'idempotency_keys',
  'pgboss.job_common',
]

/**
 * Measures whole joins over HTTP, and beside them the raw twin: a minimal server that writes the same rows.
 * They take turns, each on a fresh copy of the same shop. `--rounds N` repeats everything N times (3 by
 * default).
 */
export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
  })
  const rounds = Number(values.rounds)
  const dataDir = mkdtempSync(join(tmpdir(), 'laku-bench-'))
  const env = { LAKU_DATA_DIR: dataDir, JWT_SECRET, LAKU_LOG_LEVEL: 'error', DATABASE_URL: '' }
  try {
    const server = await startEmbeddedPostgres(dataDir)
    const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 1 })
    await installQueues(server.ownerUrl, queues)
    await migrate(owner, new URL(server.appUrl).username)
    const config = loadConfig({ env })
    await makeDevelopment(owner, config)
    const seed = await seedShop(owner, JOINS + WARM_UP, config.warehousePostalCode)
    await owner.end()
    const runs: Run[] = []
    for (let round = 1; round <= rounds; round++) {
      for (const scenario of ['one hot session', '1,000 sessions'] as const) {
        for (const subject of ['raw twin', 'laku'] as const) {
          const result = await measure(server.ownerUrl, server.appUrl, env, seed, scenario, subject)
          runs.push(result)
          console.error(
            `round ${round}, ${scenario}, ${subject}: ${Math.round(result.perSecond)} joins/s, p99 ${result.p99Ms} ms, ${Math.round(result.processorMs)} ms of processor per 1,000`,
          )
        }
      }
    }
    return report(runs, rounds, values.json)
  } finally {
    await stopEmbeddedPostgres(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measure(
  ownerUrl: string,
  appUrl: string,
  env: Record<string, string>,
  seed: Seed,
  scenario: Scenario,
  subject: Subject,
): Promise<Run> {
  const database = `bench_${newId().replaceAll('-', '')}`
  const admin = new pg.Client({ connectionString: withDatabase(ownerUrl, 'postgres') })
  await admin.connect()
  await admin.query(`create database ${database} template laku`)
  const url = withDatabase(ownerUrl, database)
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const own = {
    ...env,
    PORT: String(port),
    DATABASE_URL: subject === 'laku' ? withDatabase(appUrl, database) : url,
  }
  const args = subject === 'laku' ? ['bin/laku.js', 'serve'] : ['bench/join/twin.ts']
  const process = await ServerProcess.start(args, own, address, '/healthz')
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  pool.on('error', () => {})
  try {
    const requests = joinsOf(seed, scenario)
    await load(address, CONNECTIONS, requests.slice(0, WARM_UP))
    const before = await countRows(pool)
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
    const postmaster = rows.flatMap((row) => parentOf(row.pid) ?? [])
    const busyMs = processorMs(process.pid, ...postmaster)
    const result = await load(address, CONNECTIONS, requests.slice(WARM_UP))
    const spentMs = processorMs(process.pid, ...postmaster) - busyMs
    if (result.firstFailure)
      console.error(`${subject}: ${result.failed} failed, the first with ${result.firstFailure}`)
    const after = await countRows(pool)
    const rowsPerJoin = Object.fromEntries(
      counted.map((name) => [name, ((after[name] ?? 0) - (before[name] ?? 0)) / JOINS]),
    )
    return {
      ...result,
      subject,
      scenario,
      rowsPerJoin,
      oversold: await oversold(pool),
      processorMs: (spentMs * 1000) / JOINS,
    }
  } finally {
    await process.stop()
    await pool.end()
    await admin.query(`drop database ${database} with (force)`)
    await admin.end()
  }
}

function joinsOf(seed: Seed, scenario: Scenario): Request[] {
  return seed.buyers.map(({ addressId, token }, i) => {
    const sessionId =
      scenario === 'one hot session' ? seed.hotSessionId : seed.sessionIds[i % seed.sessionIds.length]
    return {
      path: `/api/group-sessions/${sessionId}/join`,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'idempotency-key': newId(),
      },
      body: JSON.stringify({ items: [{ variant_id: seed.variantId, quantity: 1 }], address_id: addressId }),
    }
  })
}

async function countRows(pool: pg.Pool): Promise<Record<string, number>> {
  const columns = counted.map((name) => `(select count(*)::int from ${name}) as "${name}"`).join(', ')
  const { rows } = await pool.query<Record<string, number>>(`select ${columns}`)
  return rows[0] ?? {}
}

/**
 * Counts the sessions whose held units differ from the sum of their participants' units, or exceed their
 * capacity.
 */
async function oversold(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`
    select count(*)::int as n from group_buying_sessions s
    left join (select session_id, sum(units)::int as units from group_participants where status = 'held' group by 1) p on p.session_id = s.id
    where s.held_units <> coalesce(p.units, 0) or s.held_units > s.capacity`)
  return rows[0]?.n ?? -1
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.toString()
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

/**
 * Prints the table of medians. Returns false if the speed is below the limit, a request failed, a session was
 * oversold, or laku and the twin wrote different numbers of rows.
 */
function report(runs: Run[], rounds: number, json: boolean): boolean {
  const table = new Table({
    head: [
      'joins over HTTP',
      'who',
      'joins/s',
      'p50 ms',
      'p99 ms',
      'failed',
      'oversold',
      'ratio',
      'processor ms/1,000',
    ],
  })
  let passed = true
  const summary: unknown[] = []
  for (const [scenario, all] of Map.groupBy(runs, (run) => run.scenario)) {
    const of = (subject: Subject, pick: (run: Run) => number) =>
      median(all.filter((run) => run.subject === subject).map(pick))
    const ratio = of('laku', (run) => run.perSecond) / of('raw twin', (run) => run.perSecond)
    const rowSets = new Set(all.map((run) => JSON.stringify(run.rowsPerJoin)))
    const p99Ms = of('laku', (run) => run.p99Ms)
    const broken = all.some((run) => run.failed > 0 || run.oversold > 0) || rowSets.size > 1
    passed &&= ratio >= GATE && p99Ms < P99_MS && !broken
    for (const subject of ['raw twin', 'laku'] as const) {
      const row = {
        scenario,
        subject,
        perSecond: Math.round(of(subject, (run) => run.perSecond)),
        p50Ms: of(subject, (run) => run.p50Ms),
        p99Ms: of(subject, (run) => run.p99Ms),
        failed: all.filter((run) => run.subject === subject).reduce((sum, run) => sum + run.failed, 0),
        oversold: all.filter((run) => run.subject === subject).reduce((sum, run) => sum + run.oversold, 0),
        ratio: subject === 'laku' ? Number(ratio.toFixed(2)) : 1,
        processorMs: Math.round(of(subject, (run) => run.processorMs)),
      }
      summary.push(row)
      table.push(Object.values(row).map(String))
    }
    if (rowSets.size > 1) console.error(`${scenario}: not the same rows: ${[...rowSets].join(' and ')}`)
  }
  if (json) console.log(JSON.stringify({ passed, gate: GATE, aim: AIM, results: summary }))
  else
    console.log(
      `${table.toString()}\nmedians of ${rounds} rounds of ${JOINS} joins, ${CONNECTIONS} connections; gate ${GATE}, aim ${AIM}, p99 < ${P99_MS} ms: ${passed ? 'passed' : 'NOT passed'}`,
    )
  return passed
}
