import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../../src/runtime/embedded-postgres.ts'

const SESSIONS = 1_000_000
const ROUNDS = 15
const AIM_MS = 400
const PAGE = 50

/** The SQL for the same page as `laku sessions list`, run on an open connection. */
const rawPage = `
  select s.id, s.code, s.status, s.product_id, p.name, s.moq, s.capacity, s.per_user_limit, s.paid_units, s.held_units, s.participants,
    s.close_policy, s.starts_at, s.ends_at, s.final_min_units, s.final_unit_price_idr, (
      select jsonb_agg(jsonb_build_object('minUnits', t.min_units, 'unitPriceIdr', t.unit_price_idr) order by t.min_units)
      from session_tiers t where t.session_id = s.id) as tiers
  from group_buying_sessions s join products p on p.id = s.product_id`

interface Line {
  what: string
  lakuMs: number
  rawMs: number
}

/**
 * Measures `laku sessions list` as a person runs it, start of the process included, with a million sessions
 * in the table. The same page in raw SQL is measured beside it.
 */
export async function run(args: string[]): Promise<boolean> {
  const dataDir = mkdtempSync(join(tmpdir(), 'laku-bench-'))
  try {
    const env = { ...process.env, LAKU_DATA_DIR: dataDir, DATABASE_URL: '', LAKU_TOKEN: '' }
    const laku = (...words: string[]) => {
      const startedMs = performance.now()
      const done = spawnSync(process.execPath, ['bin/laku.js', ...words], { env, encoding: 'utf8' })
      if (done.status !== 0) throw new Error(`laku ${words.join(' ')}: ${done.stdout}${done.stderr}`)
      return { ms: performance.now() - startedMs, stdout: done.stdout }
    }
    progress('migrating an embedded database')
    laku('db', 'migrate')
    const client = new pg.Client({ connectionString: (await startEmbeddedPostgres(dataDir)).ownerUrl })
    await client.connect()
    progress(`seeding ${SESSIONS} sessions`)
    await seed(client)
    const middle = await client.query<{ id: string }>(
      `select id from group_buying_sessions order by id offset ${SESSIONS / 2} limit 1`,
    )
    const cursor = middle.rows[0]?.id as string
    const cases: [what: string, words: string[], where: string][] = [
      ['the newest', ['--json'], 'true'],
      ['the newest, as a table', [], 'true'],
      ['forming', ['--status', 'forming', '--json'], `s.status = 'forming'`],
      ['from the middle', ['--cursor', cursor, '--json'], `s.id < '${cursor}'`],
    ]
    const lines: Line[] = []
    for (const [what, words, where] of cases) {
      const query = `${rawPage} where ${where} order by s.id desc limit ${PAGE + 1}`
      progress(what)
      const [ours, raw]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        const { ms, stdout } = laku('sessions', 'list', ...words)
        if (stdout.match(/GBS-BENCH-/g)?.length !== PAGE) throw new Error(`${what}: not a whole page`)
        ours.push(ms)
        const startedMs = performance.now()
        await client.query(query)
        raw.push(performance.now() - startedMs)
      }
      lines.push({ what, lakuMs: median(ours), rawMs: median(raw) })
    }
    progress('laku --help')
    const startedMs = Array.from({ length: ROUNDS }, () => laku('--help').ms)
    await client.end()
    const ok = lines.every((line) => line.lakuMs < AIM_MS)
    report(lines, median(startedMs), ok, args.includes('--json'))
    return ok
  } finally {
    await stopEmbeddedPostgres(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number
const round = (ms: number) => Math.round(ms * 10) / 10

function report(lines: readonly Line[], helpMs: number, ok: boolean, json: boolean): void {
  const shown = lines.map(({ what, lakuMs, rawMs }) => ({
    what,
    laku_ms: round(lakuMs),
    raw_sql_ms: round(rawMs),
    ratio: Math.round(lakuMs / rawMs),
  }))
  if (json)
    console.log(
      JSON.stringify({ ok, aim_ms: AIM_MS, help_ms: round(helpMs), sessions: SESSIONS, lines: shown }),
    )
  else {
    console.log(
      `laku sessions list, ${SESSIONS} sessions, median of ${ROUNDS}, process and all (aim: under ${AIM_MS} ms).`,
    )
    console.table(shown)
    console.log(`laku --help, which asks no database: ${round(helpMs)} ms.`)
  }
}

/**
 * Prints the progress of the bench. It goes to stderr, because with --json stdout must have only one JSON
 * value.
 */
const progress = (what: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${what}`)

// Returns an id that sorts by time, like the ids that laku makes. Random ids would be scattered over the
// index.
const idOf = (block: string) => `('01990000-0000-7000-${block}-' || lpad(to_hex(i), 12, '0'))::uuid`

async function seed(client: pg.Client): Promise<void> {
  const at = 'now(), now()'
  const { rows } = await client.query<{ product: string; factory: string }>(`
    with f as (insert into factories (id, name, phone, city, province, postal_code, verification, status, commission_bps, created_at, updated_at)
        values (gen_random_uuid(), 'Pabrik', '+628111111111', 'Bandung', 'Jawa Barat', '40111', 'verified', 'active', 500, ${at}) returning id),
      p as (insert into products (id, factory_id, name, status, created_at, updated_at)
        select gen_random_uuid(), id, 'Kaos', 'active', ${at} from f returning id)
    select p.id as product, f.id as factory from p, f`)
  const { product, factory } = rows[0] as { product: string; factory: string }
  await client.query(
    `insert into group_buying_sessions (id, code, product_id, factory_id, status, moq, commission_bps, starts_at, ends_at, created_at, updated_at)
     select ${idOf('8000')}, 'GBS-BENCH-' || i, $1, $2, case i % 100 when 0 then 'forming' else 'success' end, 10, 500, now(),
       now() + interval '1 day', now(), now()
     from generate_series(1, ${SESSIONS}) i`,
    [product, factory],
  )
  await client.query(
    'insert into session_tiers (session_id, min_units, unit_price_idr) select id, 1, 50000 from group_buying_sessions',
  )
  await client.query('analyze group_buying_sessions, session_tiers, products')
}
