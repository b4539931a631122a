import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { fromWire, statesOf, toWire } from '../../domain/kernel/index.ts'
import { createProduct, productTransitions, updateProduct } from '../../domain/product/index.ts'
import { getStockedProduct, listStockedProducts, stockedProduct } from '../../domain/warehouse/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { byId, listOf, paging } from '../wire-parts.ts'

const status = z.enum(statesOf(productTransitions))
const product = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  status,
  factory: z.object({ id: z.uuid(), name: z.string() }),
  rating: z.object({ average: z.number().nullable(), count: z.int() }),
  variants: z.array(
    z.object({
      id: z.uuid(),
      sku: z.string(),
      name: z.string(),
      weight_g: z.int(),
      size: z.object({ length_cm: z.int(), width_cm: z.int(), height_cm: z.int() }).nullable(),
      price_idr: z.int(),
      wholesale_unit: z.int(),
      max_excess_units: z.int(),
      in_stock: z.boolean(),
    }),
  ),
})

const name = z.string().trim().min(1).max(200)
const description = z.string().max(10_000)
const cm = z.int().min(1).max(1_000)
const size = z.strictObject({ length_cm: cm, width_cm: cm, height_cm: cm })
const variantFields = {
  name,
  // The largest weight is a tonne (1,000,000 g), because a pallet weighs less.
  weight_g: z.int().min(1).max(1_000_000),
  size,
  price_idr: z.int().min(1).max(1_000_000_000),
  wholesale_unit: z.int().min(1).max(100_000),
  max_excess_units: z.int().min(0).max(100_000),
}

const newProduct = z.strictObject({
  factory_id: z.uuid(),
  name,
  description: description.optional(),
  variants: z
    .array(
      z.strictObject({
        ...variantFields,
        sku: z.string().regex(/^[\w./-]{1,64}$/, 'letters, digits, and . / - _'),
        size: size.optional(),
        wholesale_unit: variantFields.wholesale_unit.optional(),
        max_excess_units: variantFields.max_excess_units.optional(),
      }),
    )
    .min(1)
    .max(200),
  status: z.enum(['draft', 'active']).optional(),
})

const changes = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  status: z.enum(['active', 'inactive']).optional(),
  variants: z
    .array(z.strictObject({ id: z.uuid(), ...z.object(variantFields).partial().shape }))
    .max(200)
    .refine((all) => new Set(all.map((item) => item.id)).size === all.length, 'each variant once')
    .optional(),
})

const page = z.strictObject({
  factory_id: z.uuid().optional(),
  ...paging,
})
const products = listOf(product)

/** The routes of products: everybody may read them, and staff edit them. */
export const productRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/api/products',
      {
        config: { access: 'open' },
        schema: { summary: 'Active products', querystring: page, response: { 200: products } },
      },
      async (request) => {
        const filter = fromWire(request.query)
        return toWire(
          await request.readPublic(`products ${JSON.stringify(filter)}`, (work) =>
            listStockedProducts(work.tx, filter),
          ),
        )
      },
    )

    app.get(
      '/api/products/:id',
      {
        config: { access: 'open' },
        schema: { summary: 'A product and its variants', params: byId, response: { 200: product } },
      },
      async (request) =>
        toWire(
          await request.readPublic(`product ${request.params.id}`, (work) =>
            getStockedProduct(work.tx, request.params.id),
          ),
        ),
    )

    app.post(
      '/api/products',
      {
        config: { access: 'staff', keyExpires: true },
        schema: { summary: 'Add a product', body: newProduct, response: { 201: product } },
      },
      async (request, reply) =>
        await request.change(reply, 201, async (work) =>
          stockedProduct(work.tx, await createProduct(work, fromWire(request.body))),
        ),
    )

    app.patch(
      '/api/products/:id',
      {
        config: { access: 'staff', keyExpires: true },
        schema: {
          summary: 'Change a product, its variants or its state',
          params: byId,
          body: changes,
          response: { 200: product },
        },
      },
      async (request, reply) => {
        const input = { productId: request.params.id, ...fromWire(request.body) }
        return await request.change(reply, 200, async (work) =>
          stockedProduct(work.tx, await updateProduct(work, input)),
        )
      },
    )
  }
