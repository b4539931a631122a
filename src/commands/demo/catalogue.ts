import type { Shop } from './shop.ts'

export interface Goods {
  factoryId: string
  productId: string
  variantId: string
  sku: string
  factoryPhone: string
}

export interface SessionAnswer {
  id: string
  code: string
  status: string
  paid_units: number
  held_units: number
}

const FACTORY_PHONE = '+628112345678'

/**
 * Creates a verified factory and an active product with one variant, as staff over HTTP. Enters the product's
 * stock by the CLI.
 */
export async function stockGoods(
  shop: Shop,
  product: {
    name: string
    sku: string
    priceIdr: number
    stock: number
    bundle?: number
    factoryEmail?: string
  },
): Promise<Goods> {
  const factory = await shop.staff.ask<{ id: string }>('POST', '/api/factories', {
    name: `Pabrik ${product.name}`,
    phone: FACTORY_PHONE,
    ...(product.factoryEmail ? { email: product.factoryEmail } : {}),
    city: 'Bandung',
    province: 'Jawa Barat',
    postal_code: '40111',
  })
  for (const change of [{ verification: 'pending' }, { verification: 'verified' }, { status: 'active' }]) {
    await shop.staff.ask('PATCH', `/api/factories/${factory.id}`, change)
  }
  const made = await shop.staff.ask<{ id: string; variants: { id: string; sku: string }[] }>(
    'POST',
    '/api/products',
    {
      factory_id: factory.id,
      name: product.name,
      status: 'active',
      variants: [
        {
          sku: product.sku,
          name: product.name,
          weight_g: 400,
          price_idr: product.priceIdr,
          ...(product.bundle ? { wholesale_unit: product.bundle, max_excess_units: product.bundle } : {}),
        },
      ],
    },
  )
  const variantId = made.variants[0]?.id
  if (!variantId) throw new Error('the product came back without its variant')
  if (product.stock > 0)
    await shop.laku('stock', 'adjust', product.sku, String(product.stock), '--reason', 'counted in')
  return {
    factoryId: factory.id,
    productId: made.id,
    variantId,
    sku: product.sku,
    factoryPhone: FACTORY_PHONE,
  }
}

/** Creates a session that is open at once. */
export function openSession(
  shop: Shop,
  goods: Goods,
  terms: { moq: number; capacity?: number; unitPriceIdr: number; endsInS: number },
): Promise<SessionAnswer> {
  return shop.staff.ask('POST', '/api/group-sessions', {
    product_id: goods.productId,
    moq: terms.moq,
    ...(terms.capacity ? { capacity: terms.capacity } : {}),
    ends_at: new Date(Date.now() + terms.endsInS * 1000).toISOString(),
    tiers: [{ min_units: 1, unit_price_idr: terms.unitPriceIdr }],
  })
}
