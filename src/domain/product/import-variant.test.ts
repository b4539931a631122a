import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { type CatalogueLine, getProduct, importState, importVariant } from './index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ jobs: [] })
  market = await Market.open(laku)
})
afterAll(() => laku.close())

const line = (sku: string, more: Partial<CatalogueLine> = {}): CatalogueLine => ({
  factoryId: market.factoryId,
  product: 'Topi',
  sku,
  name: 'hitam',
  weightG: 90,
  priceIdr: 25_000,
  ...more,
})
const bring = (catalogueLine: CatalogueLine) => laku.as(admin, (work) => importVariant(work, catalogueLine))
const state = (catalogueLine: CatalogueLine) => laku.system((work) => importState(work, catalogueLine))

describe('a line of a catalogue', () => {
  it('makes its product once, adds to it, changes what differs, and a second time nothing', async () => {
    expect(await state(line('TOPI-1'))).toBe('new')
    const first = await bring(line('TOPI-1'))
    expect(first.status).toBe('draft')
    const second = await bring(line('TOPI-2', { name: 'putih' }))
    expect(second.id).toBe(first.id)
    expect(second.variants.map((variant) => variant.sku)).toEqual(['TOPI-1', 'TOPI-2'])
    expect(await state(line('topi-1'))).toBe('same')
    await bring(line('TOPI-1'))
    expect(await state(line('TOPI-1', { priceIdr: 27_000 }))).toBe('changed')
    await bring(line('TOPI-1', { priceIdr: 27_000 }))
    const { variants } = await laku.system((work) => getProduct(work.tx, first.id, { withInactive: true }))
    expect(variants.map((variant) => variant.priceIdr)).toEqual([27_000, 25_000])
    const audit = await laku.db
      .selectFrom('auditLog')
      .select('id')
      .where('subjectId', '=', first.id)
      .execute()
    expect(audit).toHaveLength(3)
  })

  it('is brought in by the catalogue’s own staff, whether it makes a product or adds to one', async () => {
    await bring(line('MINE-1', { product: 'Jaket' }))
    for (const role of ['agent', 'support'] as const) {
      const other = laku.as(staff(role), (work) => importVariant(work, line('MINE-2', { product: 'Jaket' })))
      expect(await refusal(other)).toBe('kernel.forbidden')
    }
  })

  it('of a SKU that another product has is refused', async () => {
    await bring(line('TAKEN-1'))
    expect(await refusal(bring(line('TAKEN-1', { product: 'Tas' })))).toBe('product.sku_taken')
    expect(await refusal(state(line('TAKEN-1', { product: 'Tas' })))).toBe('product.sku_taken')
  })

  it('brought in twice at the same moment makes one product with all its variants', async () => {
    const lines = Array.from({ length: 8 }, (_, i) => line(`SAME-${i}`, { product: 'Sandal' }))
    const made = await Promise.all(lines.map(bring))
    expect(new Set(made.map((product) => product.id)).size).toBe(1)
    const { variants } = await laku.system((work) => getProduct(work.tx, made[0]!.id, { withInactive: true }))
    expect(variants).toHaveLength(8)
  })
})
