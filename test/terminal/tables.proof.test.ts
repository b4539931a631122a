import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku } from '../command-line.ts'
import type { Terminal } from './terminal.ts'
import { TerminalShop } from './terminal-shop.ts'

let shop: TerminalShop
beforeAll(async () => {
  shop = await TerminalShop.open()
  const { front, market } = shop
  await shop.laku.db
    .updateTable('products')
    .set({ name: 'Kaos katun polos lengan panjang warna hitam pekat' })
    .execute()
  const buyers = await market.buyers(6)
  const session = await market.session({ moq: 50, capacity: 5_000 })
  await market.joinAndPay(buyers.slice(0, 3), session.id, 12)
  await market.session({ status: 'draft' })
  const [first, second, third] = buyers
  if (!first || !second || !third) throw new Error('no buyers')
  await front.order(first, 2)
  const { order } = await front.paidOrder(second, 30)
  await front.book(order.id)
  await front.deliveredOrder(third, 20)
}, 120_000)
afterAll(() => shop?.close())

/**
 * The words of each list command, the header of its table at 80 columns, and the columns that must not be
 * cut.
 */
const lists: [words: string, head: RegExp, whole: string[]][] = [
  ['sessions list', /^code +status +product +paid/m, ['code', 'status']],
  ['orders list', /^code +status +total +.*created/m, ['code', 'status']],
  ['payments list', /^code +status +amount +.*created/m, ['code', 'status']],
  ['ledger entries --limit 20', /^ *seq +.*account +amount/m, ['account']],
  ['ledger balances', /^account +kind +accounts +balance/m, ['account']],
  ['shipments list', /^code +order +status +.*waybill/m, ['code', 'order_code', 'waybill']],
  ['users list', /^id +phone +name +status/m, ['id', 'phone']],
  ['stock list', /^SKU +product +variant +on hand/m, ['sku']],
  ['audit list', /^(id|at \(WIB\))/m, ['id']],
]

const amounts = (row: Record<string, unknown>) =>
  Object.entries(row).flatMap(([name, value]) =>
    /^(total|amount|balance)_idr$/.test(name) ? [formatted(Number(value))] : [],
  )
const formatted = (idr: number) => `${idr < 0 ? '-' : ''}Rp ${Math.abs(idr).toLocaleString('id-ID')}`

it('a line that is too long is seen to be broken: what is proven below could fail', async () => {
  const terminal = await shop.terminal({ columns: 80, rows: 200 })
  await terminal.run('ledger entries --csv')
  expect(terminal.brokenLines().length).toBeGreaterThan(0)
})

describe.each([80, 140])('at %i columns', (columns) => {
  let terminal: Terminal
  beforeAll(async () => {
    terminal = await shop.terminal({ columns, rows: 200 })
  })

  it.each(lists)(
    'laku %s is a table that fits, with every code and amount whole',
    async (words, head, whole) => {
      const { exitCode, screen } = await terminal.run(words)
      expect(exitCode).toBe(0)
      expect(terminal.brokenLines()).toEqual([])
      for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      expect(screen).toMatch(head)
      const { data } = await askLaku<{ data: Record<string, string>[] }>(shop.laku, words.split(' '))
      expect(data.length).toBeGreaterThan(0)
      for (const row of data) {
        for (const name of whole) if (row[name] !== null) expect(screen).toContain(row[name])
        for (const amount of amounts(row)) expect(screen).toContain(amount)
      }
    },
  )

  it('one thing is its fields, and what belongs to it in tables that fit', async () => {
    const { data } = await askLaku<{ data: { code: string }[] }>(shop.laku, ['orders', 'list'])
    for (const { code } of data) {
      const { exitCode, screen } = await terminal.run(`orders show ${code}`)
      expect(exitCode).toBe(0)
      expect(terminal.brokenLines()).toEqual([])
      expect(screen).toMatch(new RegExp(`^code +${code}$`, 'm'))
    }
  })
})

it('has colour at a terminal, and none with NO_COLOR, --no-color or through a pipe', async () => {
  const colour = '\u001b[33mforming'
  const coloured = await shop.terminal({ columns: 140, rows: 50 })
  await coloured.run('sessions list')
  expect(coloured.recorded()).toContain(colour)
  const plain = await shop.terminal({ columns: 140, rows: 50 })
  await plain.run('sessions list --no-color')
  await plain.run('sessions list | cat')
  const refused = await shop.terminal({ columns: 140, rows: 50 }, { NO_COLOR: '1' })
  await refused.run('sessions list')
  for (const terminal of [plain, refused]) {
    expect(terminal.recorded()).toContain('forming')
    expect(terminal.recorded()).not.toContain(colour)
  }
})
