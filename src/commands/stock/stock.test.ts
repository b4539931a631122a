import { afterAll, beforeAll, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { newId } from '../../domain/kernel/index.ts'
import { reserveStock } from '../../domain/warehouse/index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
  market = await Market.open(laku)
})
afterAll(() => laku.close())

const stock = <T>(...words: string[]) => askLaku<T>(laku, ['stock', ...words])

it('counts pieces in and out, shows for whom they are reserved, and keeps every movement', async () => {
  const adjusted = await stock('adjust', market.sku, '+10', '--reason', 'delivery of 24 November')
  expect(adjusted).toMatchObject({ sku: market.sku, on_hand: 10, free: 10 })
  const subjectId = newId()
  const lines = [{ variantId: market.variantId, quantity: 4 }]
  await laku.system((work) => reserveStock(work, [{ subjectKind: 'order', subjectId, lines }]))
  expect(await stock('show', market.sku.toLowerCase())).toMatchObject({
    on_hand: 10,
    reserved: 4,
    free: 6,
    on_the_way: 0,
    reservations: [{ subject_kind: 'order', subject_id: subjectId, quantity: 4 }],
  })
  const page = await stock<{ data: { kind: string }[]; next_cursor: string }>(
    'movements',
    market.variantId,
    '--limit',
    '1',
  )
  const rest = await stock<{ data: { kind: string; reason: string }[] }>(
    'movements',
    market.sku,
    '--cursor',
    page.next_cursor,
  )
  expect([...page.data, ...rest.data].map((row) => row.kind)).toEqual(['reserved', 'adjusted'])
  expect(rest.data[0]?.reason).toBe('delivery of 24 November')
  const { data } = await stock<{ data: { sku: string; free: number }[] }>(
    'list',
    '--product',
    market.productId,
  )
  expect(data.map((row) => [row.sku, row.free]).sort()).toEqual(
    [
      [market.sku, 6],
      [market.otherSku, 0],
    ].sort(),
  )
  const csv = await runLaku(laku, ['stock', 'list', '--product', market.productId, '--csv'])
  expect(csv.stdout.split('\n')[0]?.trim()).toBe('sku,product,name,on_hand,reserved,free,on_the_way')
})

it('takes nothing off that is reserved, and says why by its exit code', async () => {
  const tooMuch = await runLaku(laku, ['stock', 'adjust', market.sku, '-7', '--reason', 'count', '--json'])
  expect([tooMuch.exitCode, JSON.parse(tooMuch.stdout).error.code]).toEqual([5, 'warehouse.below_reserved'])
  const unsaid = await runLaku(laku, ['stock', 'adjust', market.sku, '1', '--json'])
  expect(unsaid.exitCode).toBe(2)
  const unknown = await runLaku(laku, ['stock', 'show', 'NOTHING-LIKE-IT', '--json'])
  expect(unknown.exitCode).toBe(3)
})
