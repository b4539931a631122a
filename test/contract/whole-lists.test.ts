import { afterAll, beforeAll, expect, it } from 'vitest'
import { allCommands } from '../../src/commands/tree.ts'
import { runLaku } from '../command-line.ts'
import { admin, openTestLaku, type TestLaku } from '../laku.ts'
import { rate } from '../market.ts'
import { Storefront } from '../storefront.ts'

// A list as CSV is complete (issue 14): every list command is read in small pages, and must have as many rows
// as its CSV.
const lists = (await allCommands()).filter(
  ({ definition }) => definition.kind === 'list' && definition.args.every((arg) => arg.optional),
)
const ROWS = 55

let laku: TestLaku
/** Options that a list needs because it belongs to an object. */
const needs: Record<string, string[]> = {}
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true })
  const shop = await Storefront.open(laku)
  await shop.market.addStock(1_000)
  for (const buyer of await shop.market.buyers(ROWS)) {
    const { order } = await shop.order(buyer, 1, { rate })
    needs['addresses list'] = ['--user', buyer.id]
    await laku.as(admin, async (work) => {
      work.audit({ command: 'a test', subject: ['order', order.id] })
      work.requestAttention({
        kind: 'order_came_back',
        subject: ['order', order.id],
        message: 'look',
        command: 'laku orders show',
      })
    })
  }
}, 60_000)
afterAll(() => laku.close())

/** Counts the rows of a CSV without its header. A text in quotes may contain line breaks. */
function rowsOf(csv: string): number {
  const unquoted = csv.replaceAll(/"(?:[^"]|"")*"/g, 'x')
  return unquoted.split('\r\n').filter((line) => line !== '').length - 1
}

const long: string[] = []

it.each(lists.map(({ path }) => [path.join(' ')] as const))('laku %s --csv is whole', async (name) => {
  const words = [...name.split(' '), ...(needs[name] ?? [])]
  let walked = 0
  let cursor: string | null = null
  do {
    const more: string[] = cursor ? ['--cursor', cursor] : []
    const { exitCode, stdout } = await runLaku(laku, [...words, '--json', '--limit', '20', ...more])
    expect([exitCode, stdout.slice(0, 300)]).toEqual([0, expect.any(String)])
    const page = JSON.parse(stdout) as { data: unknown[]; next_cursor: string | null }
    walked += page.data.length
    cursor = page.next_cursor
  } while (cursor)
  const { exitCode, stdout } = await runLaku(laku, [...words, '--csv'])
  expect([exitCode, rowsOf(stdout)]).toEqual([0, walked])
  if (walked > 50) long.push(name)
})

it('and those that are long here are beyond one page', () => {
  expect(long).toEqual(
    expect.arrayContaining(['orders list', 'payments list', 'attention list', 'audit list']),
  )
})
