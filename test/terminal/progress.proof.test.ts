import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askLaku } from '../command-line.ts'
import { TerminalShop } from './terminal-shop.ts'

const ROWS = 30

let shop: TerminalShop
beforeAll(async () => {
  shop = await TerminalShop.open()
}, 120_000)
afterAll(() => shop?.close())

/** Returns the drawn progress bars, by the progress that they show. */
const drawn = (recorded: string, of: number) =>
  [...recorded.matchAll(new RegExp(`([█░]{24}) (\\d+)/${of} `, 'g'))].map(([, bar = '', done]) => ({
    full: bar.split('█').length - 1,
    done: Number(done),
  }))

it.each([80, 140])(
  'at %i columns a batch shows how far it is, and its bar is gone at its end',
  async (columns) => {
    const file = join(tmpdir(), `laku-products-${process.pid}-${columns}.csv`)
    const rows = Array.from(
      { length: ROWS },
      (_, at) => `${shop.market.factoryId},Kaos ${columns} ${at},P-${columns}-${at},M,200,60000`,
    )
    writeFileSync(file, `factory_id,product,sku,variant,weight_g,price_idr\n${rows.join('\n')}\n`)
    const terminal = await shop.terminal({ columns, rows: 50 })
    const { exitCode, screen } = await terminal.run(`products import ${file}`)
    expect(exitCode).toBe(0)
    expect(screen).not.toMatch(/[█░]/)
    expect(screen).toMatch(new RegExp(`^${ROWS} done, 0 were before, 0 failed`, 'm'))
    const bars = drawn(terminal.recorded(), ROWS)
    expect(bars.map(({ done }) => done)).toEqual(Array.from({ length: ROWS + 1 }, (_, done) => done))
    for (const { full, done } of bars) expect(full).toBe(Math.round((24 * done) / ROWS))
    // The progress is printed row by row on stderr, and none of it on stdout.
    const again = await terminal.run(
      `products import ${file} --json > out.json; wc -l < out.json; grep -c █ out.json`,
    )
    expect(again.screen).toMatch(/^1\n0$/m)
  },
)

it('ledger verify shows its checks as they are made, and --quiet and a pipe show no bar', async () => {
  const { checks } = await askLaku<{ checks: unknown[] }>(shop.laku, ['ledger', 'verify'])
  const terminal = await shop.terminal({ columns: 80, rows: 80 })
  const { exitCode, screen } = await terminal.run('ledger verify')
  expect(exitCode).toBe(0)
  expect(screen).not.toMatch(/[█░]/)
  expect(drawn(terminal.recorded(), checks.length).length).toBeGreaterThan(checks.length / 2)
  const silent = await shop.terminal({ columns: 80, rows: 80 })
  expect((await silent.run('ledger verify --quiet')).exitCode).toBe(0)
  await silent.run('ledger verify 2>&1 | cat')
  expect(silent.recorded()).not.toMatch(/[█░]{4}/)
})
