import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { openSettlementFixture, type SettlementFixture } from './settlements.ts'
import { enrol } from './staff.ts'

const leadsTo = { approve: 'approved', hold: 'on_hold', void: 'void' } as const
const decisions = ['approve', 'hold', 'void'] as const

export interface Killed {
  rows: number
  kills: number
  /** The number of rows that killed runs had reported as done before they died. */
  told: number
  seconds: number
}

/**
 * Runs `laku settle import` with this many decisions as a process. The process is killed (SIGKILL) this many
 * times at random rows, and then runs to its end. Expects that each decision was carried out once, with one
 * audit row, and that a further run does nothing.
 */
export async function importUnderKills(rows: number, kills: number): Promise<Killed> {
  const f = await openSettlementFixture()
  const folder = mkdtempSync(join(tmpdir(), 'laku-import-'))
  try {
    const decided = await calculated(f, rows)
    const file = join(folder, 'decisions.csv')
    const lines = decided.map(({ code, decision }) => `${code},${decision},as agreed\n`)
    writeFileSync(file, `code,decision,reason\n${lines.join('')}`)
    const token = await enrol(f.laku, 'finance', 'dewi').then(({ token }) => token)
    const startedMs = performance.now()
    let told = 0
    for (let kill = 0; kill < kills; kill++) {
      const killed = await run(f, file, token, Math.floor((Math.random() * 2 * rows) / kills))
      told += killed.lines.filter((line) => line.outcome === 'done').length
    }
    const last = await run(f, file, token)
    expect(last.exitCode).toBe(0)
    expect(last.lines).toHaveLength(rows)
    const again = await run(f, file, token)
    expect(again.lines.filter((line) => line.outcome !== 'before')).toEqual([])
    await expectOnce(f, decided)
    expect(await f.broken()).toEqual([])
    return { rows, kills, told, seconds: Math.round((performance.now() - startedMs) / 1000) }
  } finally {
    rmSync(folder, { recursive: true })
    await f.laku.close()
  }
}

interface Decided {
  code: string
  decision: keyof typeof leadsTo
}

/** Makes this many settlements, each of another factory, and a decision for each. */
async function calculated(f: SettlementFixture, count: number): Promise<Decided[]> {
  for (let i = 0; i < count; i++) await f.sell(await f.factory())
  const { settlements } = await f.run()
  const codes = settlements.flatMap((settlement) => (settlement.code ? [settlement.code] : []))
  expect(codes).toHaveLength(count)
  return codes.map((code, i) => ({ code, decision: decisions[i % 3] as Decided['decision'] }))
}

async function run(f: SettlementFixture, file: string, token: string, killAfter = Number.POSITIVE_INFINITY) {
  const env = {
    ...process.env,
    LAKU_TOKEN: token,
    DATABASE_URL: f.laku.urls.app,
    LAKU_ENCRYPTION_KEY: f.laku.config.encryptionKey.join(','),
  }
  const words = ['bin/laku.js', 'settle', 'import', file, '--ndjson', '--yes', '--quiet']
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    // Rows that an earlier run finished are reported at once. Only rows that this run finished are counted.
    if (out.split('"outcome":"done"').length > killAfter) child.kill('SIGKILL')
  })
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const lines = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { key: string; outcome: string })
  return { exitCode, lines }
}

async function expectOnce(f: SettlementFixture, decided: readonly Decided[]): Promise<void> {
  const { rows } = await sql<{ code: string; status: string; times: number; reasons: string[] }>`
    select s.code, s.status, count(a.id)::int as times, array_agg(distinct a.reason) as reasons
    from settlements s join audit_log a on a.subject_id = s.id::text and a.actor_name = 'dewi'
    group by s.id order by s.code`.execute(f.laku.db)
  const wanted = decided.map(({ code, decision }) => ({
    code,
    status: leadsTo[decision],
    times: 1,
    reasons: ['as agreed'],
  }))
  expect(rows).toEqual(wanted.toSorted((a, b) => (a.code < b.code ? -1 : 1)))
}
