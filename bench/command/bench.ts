import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Shop } from '../../src/commands/demo/shop.ts'

const ROUNDS = 20

interface Line {
  what: string
  words: string[]
  aimMs?: number
}

const lines: Line[] = [
  { what: 'node -e 0', words: ['-e', '0'] },
  { what: 'laku orders list', words: ['bin/laku.js', 'orders', 'list'], aimMs: 120 },
  { what: 'laku orders list --json', words: ['bin/laku.js', 'orders', 'list', '--json'], aimMs: 120 },
  { what: 'laku sessions --help', words: ['bin/laku.js', 'sessions', '--help'], aimMs: 90 },
  { what: 'laku wallets --help', words: ['bin/laku.js', 'wallets', '--help'], aimMs: 90 },
]

/**
 * Measures the processor time (user and system) of one `laku` command as a process whose only setting is a
 * context. The result is the median of 20 runs; the commands take turns.
 */
export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'laku-bench-'))
  const probe = join(folder, 'probe.cjs')
  // The probe's code follows the code of the command itself, so it runs at the end of the process.
  writeFileSync(
    probe,
    `process.on('exit', () => { const { user, system } = process.cpuUsage(); require('fs').writeSync(2, '\\n' + (user + system)) })`,
  )
  const shop = await Shop.open()
  try {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      LAKU_SERVER: shop.at.staff,
      LAKU_TOKEN: shop.at.admin_token,
    }
    const costMs = ({ words }: Line) => {
      const done = spawnSync(process.execPath, ['-r', probe, ...words], { env, encoding: 'utf8' })
      if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stderr}`)
      return Number(done.stderr.split('\n').at(-1)) / 1000
    }
    // The first run of each command fills the caches, so it is not counted.
    const rounds = Array.from({ length: ROUNDS + 1 }, () => lines.map(costMs)).slice(1)
    let isGood = true
    for (const [at, { what, aimMs }] of lines.entries()) {
      const costs = rounds.map((round) => round[at] as number).toSorted((a, b) => a - b)
      const median = costs[ROUNDS / 2] as number
      isGood &&= aimMs === undefined || median <= aimMs
      const aim = aimMs === undefined ? '' : `, at most ${aimMs}`
      console.log(`${what}: ${median.toFixed(0)} ms, least ${costs[0]?.toFixed(0)}${aim}`)
    }
    return isGood
  } finally {
    await shop.close()
    rmSync(folder, { recursive: true })
  }
}
