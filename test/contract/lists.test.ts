import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/domain/kernel/index.ts'
import { createOffice } from '../../src/domain/office/index.ts'
import { createProduct } from '../../src/domain/product/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { giveGoodwill } from '../goodwill.ts'
import { admin, openTestLaku, type TestLaku } from '../laku.ts'
import { enrol } from '../staff.ts'
import { AccessWorld } from './access-world.ts'

interface Paths {
  paths: Record<string, { get?: { responses: Record<string, object> } }>
}
const document = JSON.parse(await readFile('openapi.json', 'utf8')) as Paths
const lists = Object.entries(document.paths)
  .filter(([, { get }]) => JSON.stringify(get?.responses['200'])?.includes('next_cursor'))
  .map(([path]) => path)

const AT_FIRST = 5
const PAGE = 2

interface Listed {
  data: Record<string, unknown>[]
  next_cursor: string | null
}

describe('lists by pages', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let world: AccessWorld
  let staffToken: string
  let customerToken: string
  let made = 0
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true })
    app = await buildServer(laku)
    world = await AccessWorld.open(laku)
    const issued = await enrol(laku, 'admin', 'dewi')
    staffToken = issued.token
    customerToken = app.signAccessToken({ userId: world.owner.id, authSessionId: newId() })
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const product = () =>
    laku.as(admin, (work) =>
      createProduct(work, {
        factoryId: world.market.factoryId,
        name: 'Topi',
        status: 'active',
        variants: [{ sku: `TOPI-${++made}`, name: 'Topi', weightG: 100, priceIdr: 20_000 }],
      }),
    )
  /** The functions that add one more row to each list. */
  const makers: Record<string, () => Promise<unknown>> = {
    '/api/addresses': () => world.address(),
    '/api/group-sessions': () => world.market.session(),
    '/api/notifications': () => world.notification(),
    '/api/offices': () =>
      laku.as(admin, (work) =>
        createOffice(work, {
          name: `Kantor ${++made}`,
          phone: '+62215551234',
          street: 'Jl. Kenanga 1',
          city: 'Bandung',
          province: 'Jawa Barat',
          postalCode: '40132',
        }),
      ),
    '/api/orders': () => world.order(),
    '/api/products': product,
    '/api/products/{id}/reviews': async () => {
      const { id } = await world.review()
      await laku.db.updateTable('reviews').set({ status: 'published' }).where('id', '=', id!).execute()
    },
    '/api/wallet/entries': () => laku.system((work) => giveGoodwill(work, world.owner.id, 1_000)),
    '/api/warehouse/inventory': product,
  }
  const forStaff = ['/api/offices', '/api/warehouse/inventory']

  const get = async (path: string, query: Record<string, string | number> = {}) => {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
    )
    const token = forStaff.includes(path) ? staffToken : customerToken
    const url = `${path.replace('{id}', world.market.productId)}?${search}`
    const answer = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
    return { status: answer.statusCode, body: answer.json() as Listed & { code: string } }
  }
  const idOf = (row: Record<string, unknown>) => String(row.id ?? row.variant_id)

  it('are all walked here', () => {
    expect(Object.keys(makers).sort()).toEqual(lists.sort())
  })

  it.each(lists)('%s: each row once, in one order, while rows are added', async (path) => {
    for (let n = 0; n < AT_FIRST; n++) await makers[path]?.()
    const before = (await get(path, { limit: 100 })).body
    expect(before.data.length).toBeGreaterThanOrEqual(AT_FIRST)
    expect(before.next_cursor).toBeNull()
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof get>> = await get(path, {
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      })
      expect(page.status).toBe(200)
      seen.push(...page.body.data.map(idOf))
      cursor = page.body.next_cursor
      expect(page.body.data).toHaveLength(cursor ? PAGE : Math.min(PAGE, page.body.data.length))
      if (seen.length <= 2 * PAGE) await makers[path]?.()
    } while (cursor)
    expect(seen).toEqual(before.data.map(idOf))
  })

  it.each(lists)('%s: a cursor or a limit that is none is refused', async (path) => {
    for (const query of [
      { cursor: 'x' },
      { cursor: '' },
      { cursor: "' or 1=1" },
      { cursor: '-1' },
      { limit: 0 },
      { limit: 101 },
      { limit: -1 },
      { limit: 1.5 },
      { limit: 'all' },
      { page: 2 },
    ] as Record<string, string | number>[]) {
      const { status, body } = await get(path, query)
      expect([status, body.code], JSON.stringify(query)).toEqual([400, 'http.invalid'])
    }
    // If the cursor's row was deleted, the next page starts at its position.
    const isNumber = path === '/api/wallet/entries'
    const first = isNumber ? '0' : '00000000-0000-7000-8000-000000000000'
    expect((await get(path, { cursor: first })).body).toMatchObject({ data: [], next_cursor: null })
  })
})
