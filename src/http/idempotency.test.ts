import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { giveGoodwill } from '../../test/goodwill.ts'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import type { Buyer } from '../../test/market.ts'
import { enrol } from '../../test/staff.ts'
import { customer, Storefront } from '../../test/storefront.ts'
import { deleteAddress } from '../domain/address/index.ts'
import { newId } from '../domain/kernel/index.ts'
import { requestWithdrawal } from '../domain/wallet/index.ts'
import { buildServer } from './server.ts'

const AT_ONCE = 64
const account = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'Siti' }
const bank = { channel_code: 'ID_BCA', account_number: '1234567890', account_holder_name: 'Siti' }

describe('one idempotency key', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let shop: Storefront
  let ana: Buyer
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true, policy: { customerRequestsPerMinute: 1_000 } })
    app = await buildServer(laku)
    shop = await Storefront.open(laku)
    await shop.market.addStock(1_000)
    ana = (await shop.market.buyers(1))[0]!
  })
  afterAll(async () => {
    await shop.market.expectAllTrue()
    await app.close()
    await laku.close()
  })

  const ask = (url: string, payload: object, key: string) => {
    const token = app.signAccessToken({ userId: ana.id, authSessionId: newId() })
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key }
    return app.inject({ method: 'POST', url, payload, headers })
  }
  const items = (quantity: number) => [{ variant_id: shop.market.variantId, quantity }]
  const count = async (table: 'groupParticipants' | 'orders' | 'withdrawals' | 'payments') => {
    const { n } = await laku.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .executeTakeFirstOrThrow()
    return Number(n)
  }

  /**
   * Sends the same request several times at once: every answer is the same 201. Then sends a different body
   * under the same key.
   */
  async function expectOneAnswer(url: string, body: object, other: object): Promise<void> {
    const key = newId()
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(url, body, key)))
    expect(new Set(answers.map((answer) => `${answer.statusCode} ${answer.body}`)).size).toBe(1)
    expect(answers[0]?.statusCode).toBe(201)
    const reused = await ask(url, other, key)
    expect(reused.statusCode).toBe(422)
    expect(reused.json()).toMatchObject({ code: 'kernel.idempotency_key_reused' })
  }

  it('of a join takes one place, however often it is sent at once', async () => {
    const { id } = await shop.market.session()
    const url = `/api/group-sessions/${id}/join`
    const body = { items: items(2), address_id: ana.addressId }
    await expectOneAnswer(url, body, { ...body, items: items(1) })
    expect(await count('groupParticipants')).toBe(1)
    expect(await shop.market.see(id)).toMatchObject({ heldUnits: 2 })
  })

  it('keeps codes and amounts, no names and no addresses, and ends, whatever it was for', async () => {
    const place = {
      label: 'Rumah',
      recipient_name: 'Siti Rahmawati',
      phone: '+6281234567890',
      street: 'Jl. Kenanga 7',
      district: 'Coblong',
      city: 'Bandung',
      province: 'Jawa Barat',
      postal_code: '40132',
    }
    const [key, orderKey] = [newId(), newId()]
    const made = await ask('/api/addresses', place, key)
    expect(made.json()).toMatchObject(place)
    const { id } = await shop.market.session()
    const body = { items: items(1), address_id: made.json().id }
    const placed = [
      await ask('/api/orders', body, orderKey),
      await ask(`/api/group-sessions/${id}/join`, body, newId()),
    ]
    expect(placed.map(({ statusCode }) => statusCode)).toEqual([201, 201])
    // The same complete answer comes again: the address in it is read from the address's own row.
    expect((await ask('/api/addresses', place, key)).json()).toEqual(made.json())
    expect((await ask('/api/orders', body, orderKey)).json()).toEqual(placed[0]!.json())
    const kept = await laku.db.selectFrom('idempotencyKeys').select(['response', 'expiresAt']).execute()
    expect(kept.length).toBeGreaterThanOrEqual(3)
    expect(JSON.stringify(kept)).not.toMatch(/Siti|Kenanga|Coblong|81234567890|40132|sealed/)
    expect(JSON.stringify(kept)).toContain(placed[0]!.json().order.code)
    expect(kept.filter(({ expiresAt }) => expiresAt === null)).toEqual([])
    // The address is deleted: a repeated request neither returns it nor creates it again.
    const { id: addressId } = made.json()
    await laku.as(customer(ana), (work) => deleteAddress(work, addressId))
    expect((await ask('/api/addresses', place, key)).json().code).toBe('address.not_found')
  })

  it('of an order makes one', async () => {
    const [orders, payments] = [await count('orders'), await count('payments')]
    const body = { items: items(1), address_id: ana.addressId }
    await expectOneAnswer('/api/orders', body, { ...body, items: items(3) })
    expect([await count('orders'), await count('payments')]).toEqual([orders + 1, payments + 1])
  })

  it('of a withdrawal takes the money once', async () => {
    await laku.system((work) => giveGoodwill(work, ana.id, 500_000))
    // The bank account is already known, so no code is needed.
    await laku.as(customer(ana), (work) =>
      requestWithdrawal(work, { amountIdr: 20_000, bank: account, otpVerifiedAt: work.now }),
    )
    const [withdrawals, money] = [await count('withdrawals'), await shop.market.walletOf(ana)]
    await expectOneAnswer(
      '/api/wallet/withdrawals',
      { amount_idr: 50_000, bank },
      { amount_idr: 60_000, bank },
    )
    expect(await count('withdrawals')).toBe(withdrawals + 1)
    expect(await shop.market.walletOf(ana)).toBe(money - 52_500)
  })

  it('is somebody’s own: another customer’s same key is another', async () => {
    const key = newId()
    const body = {
      label: 'rumah',
      recipient_name: 'A',
      phone: '08120000001',
      street: 'x',
      district: 'x',
      city: 'x',
      province: 'x',
      postal_code: '40132',
    }
    const first = await ask('/api/addresses', body, key)
    const before = ana
    ana = (await shop.market.buyers(1))[0]!
    const second = await ask('/api/addresses', body, key)
    ana = before
    expect([first.statusCode, second.statusCode]).toEqual([201, 201])
    expect(first.json().id).not.toBe(second.json().id)
  })
})

describe('a request that died', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let shop: Storefront
  let dies = false
  beforeAll(async () => {
    laku = await openTestLaku({
      sandbox: true,
      choreography: {
        'order.created': {
          reactions: [
            async (work) => {
              if (!dies) return
              dies = false
              await sql`select pg_terminate_backend(pg_backend_pid())`.execute(work.tx)
            },
          ],
        },
      },
    })
    laku.pool.on('error', () => {})
    app = await buildServer(laku)
    shop = await Storefront.open(laku)
    await shop.market.addStock(10)
  })
  afterAll(async () => {
    await shop.market.expectAllTrue()
    await app.close()
    await laku.close()
  })

  it('with its connection, between its key and its end, left nothing: sent again it is done once', async () => {
    const [ana] = await shop.market.buyers(1)
    const token = app.signAccessToken({ userId: ana!.id, authSessionId: newId() })
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'one' }
    const payload = {
      items: [{ variant_id: shop.market.variantId, quantity: 1 }],
      address_id: ana!.addressId,
    }
    const order = () => app.inject({ method: 'POST', url: '/api/orders', headers, payload })
    dies = true
    const died = await order()
    expect([died.statusCode >= 500, died.headers['content-type']]).toEqual([true, 'application/problem+json'])
    expect(await laku.db.selectFrom('idempotencyKeys').selectAll().execute()).toEqual([])
    const done = await order()
    expect(done.statusCode).toBe(201)
    expect((await order()).body).toBe(done.body)
    expect(await laku.db.selectFrom('orders').select('id').execute()).toHaveLength(1)
  })
})

describe('the id of a request', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let shop: Storefront
  beforeAll(async () => {
    laku = await openTestLaku({ sandbox: true })
    app = await buildServer(laku)
    shop = await Storefront.open(laku)
    await shop.market.addStock(10)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const requestIds = async (type: string) => {
    const rows = await laku.db.selectFrom('events').select('requestId').where('type', '=', type).execute()
    return rows.map((row) => row.requestId)
  }

  it('stands in every answer, in its problem, and in the events of what it did, of gathered joins too', async () => {
    const { id } = await shop.market.session({ capacity: 3 })
    const buyers = await shop.market.buyers(5)
    const answers = await Promise.all(
      buyers.map((buyer) =>
        app.inject({
          method: 'POST',
          url: `/api/group-sessions/${id}/join`,
          payload: {
            items: [{ variant_id: shop.market.variantId, quantity: 1 }],
            address_id: buyer.addressId,
          },
          headers: {
            authorization: `Bearer ${app.signAccessToken({ userId: buyer.id, authSessionId: newId() })}`,
          },
        }),
      ),
    )
    const idsOf = (status: number) =>
      answers.filter((answer) => answer.statusCode === status).map((answer) => answer.headers['x-request-id'])
    expect(idsOf(201)).toHaveLength(3)
    expect((await requestIds('participant.joined')).sort()).toEqual(idsOf(201).sort())
    for (const refused of answers.filter((answer) => answer.statusCode === 409))
      expect(refused.json().request_id).toBe(refused.headers['x-request-id'])
    const lost = await app.inject({ url: '/nothing' })
    expect(lost.json().request_id).toBe(lost.headers['x-request-id'])
  })

  it('stands in the audit of what staff did', async () => {
    const { token } = await enrol(laku, 'admin', 'dewi')
    const answer = await app.inject({
      method: 'PATCH',
      url: `/api/factories/${shop.market.factoryId}`,
      payload: { name: 'Pabrik Baru' },
      headers: { authorization: `Bearer ${token}`, 'x-reason': 'a new name' },
    })
    expect(answer.statusCode).toBe(200)
    const row = await laku.db
      .selectFrom('auditLog')
      .selectAll()
      .where('requestId', '=', String(answer.headers['x-request-id']))
      .executeTakeFirst()
    expect(row).toMatchObject({ reason: 'a new name', actorName: 'dewi', subjectId: shop.market.factoryId })
  })
})
