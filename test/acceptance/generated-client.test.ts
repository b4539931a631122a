import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stockGoods } from '../../src/commands/demo/catalogue.ts'
import { HttpClient } from '../../src/commands/demo/http-client.ts'
import { until } from '../../src/commands/demo/poll.ts'
import { Shop } from '../../src/commands/demo/shop.ts'

const run = promisify(execFile)
const client = 'test/contract/client'
// The client has a TypeScript 5 of its own, because openapi-typescript needs the compiler's API, which
// version 7 does not have.
const bin = (name: string) => `${client}/node_modules/.bin/${name}`

// The file is imported by its URL, so that only the client's own compiler checks it, after the types are
// generated.
const flow = new URL('../contract/client/flow.ts', import.meta.url).href

interface Flow {
  groupFlow: (
    shop: {
      baseUrl: string
      staffToken: string
      codeFor: (phone: string) => Promise<string>
      pay: (invoiceUrl: string) => Promise<void>
    },
    goods: { productId: string; variantId: string },
  ) => Promise<{
    session: () => Promise<{ status: string; paid_units: number }>
    orders: () => Promise<{ total_idr: number }[]>
  }>
}

describe('a client made from openapi.json by somebody else', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await Shop.open()
  }, 60_000)
  afterAll(() => shop.close())

  it('compiles, and takes two buyers from their phones to their orders', async () => {
    await run(process.execPath, [bin('openapi-typescript'), 'openapi.json', '-o', `${client}/api.d.ts`])
    // Throws the compiler's message if the client and the API description do not fit.
    await run(process.execPath, [bin('tsc'), '-p', client])
    const { groupFlow } = (await import(flow)) as Flow
    const goods = await stockGoods(shop, { name: 'Tas', sku: 'CLIENT', priceIdr: 60_000, stock: 5 })
    const sandbox = new HttpClient(shop.at.sandbox)
    const { session, orders } = await groupFlow(
      {
        baseUrl: shop.at.http,
        staffToken: shop.at.admin_token,
        codeFor: async (phone) => {
          const [message] = await until(
            'the code',
            () =>
              sandbox.ask<{ code?: string }[]>(
                'GET',
                `/control/messages?channel=whatsapp&to=${encodeURIComponent(phone)}`,
              ),
            (messages) => messages[0]?.code !== undefined,
          )
          return message?.code as string
        },
        pay: async (invoiceUrl) => {
          const page = await new HttpClient(shop.at.http).send<string>('GET', invoiceUrl)
          await sandbox.ask('POST', page.body, { channel: 'DANA' })
        },
      },
      goods,
    )
    const closed = await until('success', session, (item) => item.status === 'success')
    expect(closed.paid_units).toBe(2)
    expect((await orders()).map((order) => order.total_idr > 50_000)).toEqual([true, true])
  }, 60_000)
})
