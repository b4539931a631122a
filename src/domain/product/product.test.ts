import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { waitForLock } from '../../../test/locked.ts'
import { groupChoreography, Market } from '../../../test/market.ts'
import { refusal } from '../../../test/storefront.ts'
import { expectMoves } from '../../../test/tried.ts'
import { cancelSession, createSession } from '../group-buying/index.ts'
import { newId, secondsAfter, type Work } from '../kernel/index.ts'
import { getStockedProduct, stockedProduct } from '../warehouse/index.ts'
import {
  createProduct,
  listProducts,
  type ProductChanges,
  type ProductStatus,
  productTransitions,
  updateProduct,
  variantsById,
} from './index.ts'

let laku: TestLaku
let market: Market
let skus = 0

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
})
afterAll(() => laku.close())

const variant = (more: object = {}) => ({
  sku: `p-${++skus}`,
  name: 'M',
  weightG: 200,
  priceIdr: 50_000,
  ...more,
})
const create = (more: object = {}) =>
  laku.as(admin, async (work) => {
    const input = { factoryId: market.factoryId, name: 'Tas', variants: [variant()], ...more }
    return await stockedProduct(work.tx, await createProduct(work, input))
  })
const change = (productId: string, changes: ProductChanges) =>
  laku.as(admin, (work) => updateProduct(work, { productId, ...changes }))
const see = (id: string, withInactive = false) =>
  laku.system((work) => getStockedProduct(work.tx, id, { withInactive }))

describe('a product', () => {
  it('is a draft that nobody sees until it is put on sale; a SKU is in capitals and nobody else has it', async () => {
    const product = await create()
    expect(product).toMatchObject({
      status: 'draft',
      variants: [{ sku: `P-${skus}`, wholesaleUnit: 1, inStock: false }],
    })
    expect(await refusal(see(product.id))).toBe('product.not_found')
    await change(product.id, { status: 'active' })
    expect((await see(product.id)).name).toBe('Tas')
    expect(await refusal(create({ variants: [{ ...variant(), sku: `P-1` }] }))).toBe('product.sku_taken')
    expect(await refusal(create({ variants: [] }))).toBe('product.no_variants')
    expect(await refusal(create({ factoryId: newId() }))).toBe('product.factory_not_found')
  })

  it('goes on and off sale, and never back to a draft', async () => {
    const { id } = await create({ status: 'active' })
    expect(await refusal(change(id, { status: 'draft' }))).toBe('kernel.illegal_transition')
    await change(id, { status: 'inactive' })
    expect(await refusal(see(id))).toBe('product.not_found')
    expect((await change(id, { status: 'active' })).status).toBe('active')
  })

  it('makes every move of its table, and no other', async () => {
    const { id } = await create({ status: 'active' })
    const to = (status: ProductStatus) =>
      [status, (work: Work) => updateProduct(work, { productId: id, status })] as const
    const uses = [to('draft'), to('active'), to('inactive')]
    await expectMoves(laku, { machine: productTransitions, table: 'products', id, uses, mayStay: true })
  })

  it('is sold only while its factory is active', async () => {
    const { id } = await create()
    await laku.db
      .updateTable('factories')
      .set({ status: 'suspended' })
      .where('id', '=', market.factoryId)
      .execute()
    expect(await refusal(change(id, { status: 'active' }))).toBe('product.factory_not_active')
    expect(await refusal(create({ status: 'active' }))).toBe('product.factory_not_active')
    await laku.db
      .updateTable('factories')
      .set({ status: 'active' })
      .where('id', '=', market.factoryId)
      .execute()
  })

  it('keeps each price it had, and a session keeps the one it was made with', async () => {
    const product = await create({ status: 'active' })
    const [first] = product.variants
    const session = await market.session({
      productId: product.id,
      tiers: [{ minUnits: 1, unitPriceIdr: 40_000 }],
    })
    laku.clock.shift(1)
    await change(product.id, { variants: [{ id: first!.id, priceIdr: 45_000 }] })
    await change(product.id, { variants: [{ id: first!.id, priceIdr: 45_000, name: 'Medium' }] })
    const prices = await laku.db
      .selectFrom('priceHistory')
      .select('priceIdr')
      .where('variantId', '=', first!.id)
      .orderBy('since')
      .execute()
    expect(prices.map((row) => row.priceIdr)).toEqual([50_000, 45_000])
    expect((await market.see(session.id)).tiers).toMatchObject([{ minUnits: 1, unitPriceIdr: 40_000 }])
    const other = await create()
    const foreign = change(product.id, { variants: [{ id: other.variants[0]!.id, priceIdr: 1 }] })
    expect(await refusal(foreign)).toBe('product.variant_not_found')
  })

  it('is not cheaper on the shelf than in a session that sells it, or will', async () => {
    const product = await create({ status: 'active' })
    const [first] = product.variants
    const tiers = [
      { minUnits: 1, unitPriceIdr: 45_000 },
      { minUnits: 5, unitPriceIdr: 40_000 },
    ]
    const terms = { productId: product.id, tiers, moq: 5 }
    const sessions = [await market.session(terms), await market.session({ ...terms, status: 'draft' })]
    const lower = (priceIdr: number) => change(product.id, { variants: [{ id: first!.id, priceIdr }] })
    expect(await refusal(lower(45_000))).toBe('ok')
    expect(await lower(44_999).catch((error: unknown) => error)).toMatchObject({
      code: 'group_buying.shelf_below_session',
      details: {
        sessions: sessions
          .map(({ code }) => ({ session: code, sku: first!.sku, sessionIdr: 45_000, shelfIdr: 44_999 }))
          .toSorted((a, b) => (a.session < b.session ? -1 : 1)),
      },
    })
    for (const { id } of sessions)
      await laku.as(admin, (work) => cancelSession(work, { sessionId: id, reason: 'a test' }))
    expect(await refusal(lower(30_000))).toBe('ok')
    // A session that is created while the price changes is seen by the change, or sees the new price.
    const dear = { ...terms, tiers: [{ minUnits: 1, unitPriceIdr: 30_000 }] }
    let changed: Promise<string> | undefined
    await laku.as(admin, async (work) => {
      await createSession(work, { ...dear, endsAt: secondsAfter(work.now, 86_400) })
      changed = refusal(lower(29_999))
      await waitForLock(laku)
    })
    expect(await changed).toBe('group_buying.shelf_below_session')
  })

  it('says whether any of it is free in the warehouse', async () => {
    await market.addStock(3)
    const inStock = async () => (await see(market.productId)).variants.map((variant) => variant.inStock)
    expect(await inStock()).toEqual([true, false])
    await laku.db.updateTable('warehouseInventory').set({ reserved: 3 }).execute()
    expect(await inStock()).toEqual([false, false])
    await laku.db.updateTable('warehouseInventory').set({ reserved: 0 }).execute()
  })

  it('is charged by its volume where that is more than its weight', async () => {
    const size = { lengthCm: 60, widthCm: 50, heightCm: 40 }
    const product = await create({ variants: [variant({ size }), variant()] })
    expect(product.variants.map((variant) => variant.size)).toEqual([size, null])
    const details = await laku.system((work) =>
      variantsById(
        work.tx,
        product.variants.map((variant) => variant.id),
      ),
    )
    // The volume of 120,000 cm3 is divided by 6,000 cm3 per kilogram.
    expect([...details.values()].map((detail) => detail.chargeableG).sort((a, b) => a - b)).toEqual([
      200, 20_000,
    ])
    const smaller = { lengthCm: 10, widthCm: 10, heightCm: 10 }
    await change(product.id, { variants: [{ id: product.variants[0]!.id, size: smaller }] })
    const after = await laku.system((work) => variantsById(work.tx, [product.variants[0]!.id]))
    expect([...after.values()][0]?.chargeableG).toBe(200)
  })

  it('is listed by keyset, to buyers only what is on sale', async () => {
    const draft = await create()
    const open = await laku.system((work) => listProducts(work.tx, { limit: 100 }))
    expect(open.data.some((product) => product.id === draft.id)).toBe(false)
    const first = await laku.system((work) => listProducts(work.tx, { status: 'any', limit: 1 }))
    expect(first.data[0]?.id).toBe(draft.id)
    const next = await laku.system((work) =>
      listProducts(work.tx, { status: 'any', limit: 1, cursor: first.nextCursor! }),
    )
    expect(next.data[0]!.id < draft.id).toBe(true)
  })
})
