import { createFactory, updateFactory } from '../../domain/factory/index.ts'
import { createSession, listSessions, type SessionView } from '../../domain/group-buying/index.ts'
import { secondsAfter, type Work } from '../../domain/kernel/index.ts'
import { createProduct, getProduct, type ProductView, variantsBySku } from '../../domain/product/index.ts'
import { adjustStock } from '../../domain/warehouse/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { seedFactory, seedProducts, seedSession, seedStock } from './seed-data.ts'

export interface SeedResult {
  products: ProductView[]
  session: SessionView
}

/**
 * Inserts those parts of the seed data that are missing, by the same use cases that staff use, in one
 * transaction.
 */
export async function insertSeed(laku: Laku): Promise<SeedResult> {
  return await laku.unitOfWork.run({ kind: 'system', name: 'seed' }, async (work) => {
    const products = (await existingProducts(work)) ?? (await insertProducts(work))
    const [first] = products
    if (!first) throw new Error('the seed data has no products')
    return {
      products,
      session: (await openSessionOf(work, first.id)) ?? (await insertSession(work, first.id)),
    }
  })
}

/**
 * Returns the products that an earlier seeding inserted, found by their SKUs; undefined if any of them is
 * missing.
 */
async function existingProducts(work: Work): Promise<ProductView[] | undefined> {
  const skus = seedProducts.map((product) => product.variants[0]?.sku ?? '')
  const found = await variantsBySku(work.tx, skus)
  if (found.length < skus.length) return undefined
  found.sort((a, b) => skus.indexOf(a.sku) - skus.indexOf(b.sku))
  const products: ProductView[] = []
  for (const { productId } of found) {
    products.push(await getProduct(work.tx, productId, { withInactive: true }))
  }
  return products
}

async function insertProducts(work: Work): Promise<ProductView[]> {
  const { id: factoryId } = await createFactory(work, seedFactory)
  await updateFactory(work, { factoryId, verification: 'pending' })
  await updateFactory(work, { factoryId, verification: 'verified', status: 'active' })
  const products: ProductView[] = []
  for (const product of seedProducts) {
    const made = await createProduct(work, { factoryId, status: 'active', ...product })
    for (const { id } of made.variants) {
      await adjustStock(work, { variantId: id, change: seedStock, reason: 'seed data' })
    }
    products.push(made)
  }
  return products
}

// The seed session is searched for among this many newest forming sessions. A hundred are enough, because the
// seed session ends long before a hundred other sessions have begun.
const LOOKED_AT = 100

async function openSessionOf(work: Work, productId: string): Promise<SessionView | undefined> {
  const { data } = await listSessions(work.tx, { status: 'forming', limit: LOOKED_AT })
  return data.find((session) => session.product.id === productId)
}

function insertSession(work: Work, productId: string): Promise<SessionView> {
  const { openDays, ...terms } = seedSession
  return createSession(work, { productId, endsAt: secondsAfter(work.now, openDays * 86_400), ...terms })
}
