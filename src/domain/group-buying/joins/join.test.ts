import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { answerOf, codeOf, groupChoreography, Market } from '../../../../test/market.ts'
import { newId } from '../../kernel/index.ts'
import { fulfilSession } from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ choreography: groupChoreography, jobs: [] })
  market = await Market.open(laku)
})
afterAll(async () => {
  await market.expectAllTrue()
  await laku.close()
})

describe('a join', () => {
  it('holds its units and answers with what is to be paid, and where', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session({
      moq: 5,
      tiers: [
        { minUnits: 1, unitPriceIdr: 50_000 },
        { minUnits: 5, unitPriceIdr: 40_000 },
      ],
    })
    const items = [
      { variantId: market.variantId, quantity: 1 },
      { variantId: market.otherVariantId, quantity: 1 },
      { variantId: market.variantId, quantity: 1 },
    ]
    const answer = await market.join(buyer!, session.id, 1, { items })
    expect(answer.participation).toMatchObject({
      status: 'held',
      units: 3,
      goodsIdr: 150_000,
      shippingIdr: 10_000,
      totalIdr: 160_000,
    })
    expect(answer.payment).toMatchObject({
      status: 'pending',
      amountIdr: 160_000,
      invoiceUrl: `http://laku.test/pay/${answer.payment.code}`,
    })
    expect(await market.see(session.id)).toMatchObject({ heldUnits: 3, paidUnits: 0, participants: 0 })
    const lines = await laku.db
      .selectFrom('participantItems')
      .select(['variantId', 'quantity'])
      .where('participantId', '=', answer.participation.id)
      .orderBy('quantity')
      .execute()
    expect(lines).toEqual([
      { variantId: market.otherVariantId, quantity: 1 },
      { variantId: market.variantId, quantity: 2 },
    ])
    expect(await market.eventsOf(answer.participation.id)).toEqual(['participant.joined'])
  })

  it('issue 11, case 13: charges each variant its own price, and gives back to each what the sold units took off it', async () => {
    const [buyer, other] = await market.buyers(2)
    await sql`update product_variants set price_idr = 250000 where id = ${market.otherVariantId}`.execute(
      laku.db,
    )
    const tiers = [
      { minUnits: 1, offPercent: 10 },
      { minUnits: 3, offPercent: 20 },
    ]
    const session = await market.session({ moq: 3, tiers })
    expect(session.tiers[0]?.variantPrices?.map((variantPrice) => variantPrice.unitPriceIdr).sort()).toEqual([
      225_000, 54_000,
    ])
    const both = [market.variantId, market.otherVariantId].map((variantId) => ({ variantId, quantity: 1 }))
    const joinAnswer = await market.join(buyer!, session.id, 2, { items: both })
    expect(joinAnswer.participation.goodsIdr).toBe(54_000 + 225_000)
    // A variant that is added to the product later is not sold in the session, nor shown with its price.
    const alike = both.map(({ variantId: variant }) => ({ variant, unitPriceIdr: 50_000 }))
    const even = await market.session({ tiers: [{ minUnits: 1, variantPrices: alike }] })
    expect(even.tiers[0]?.variantPrices).toBeNull()
    await sql`
      insert into product_variants (id, product_id, sku, name, weight_g, price_idr, created_at)
      values (${newId()}, ${market.productId}, 'LATE', 'late', 100, 900000, now())`.execute(laku.db)
    const { rows } = await sql<{ id: string }>`select id from product_variants where sku = 'LATE'`.execute(
      laku.db,
    )
    const late = market.join(other!, session.id, 1, { items: [{ variantId: rows[0]!.id, quantity: 1 }] })
    await expect(late).rejects.toMatchObject({ code: 'group_buying.variant_not_in_session' })
    const shown = (await market.see(even.id)).tiers[0]?.variantPrices
    expect(shown?.map((variantPrice) => variantPrice.unitPriceIdr)).toEqual([50_000, 50_000])
    await query(laku.ownerUrl, "delete from product_variants where sku = 'LATE'")
    await market.addStock(5)
    await market.addStock(5, market.otherVariantId)
    await market.pay(joinAnswer.payment.id)
    await market.joinAndPay([other!], session.id)
    expect((await market.see(session.id)).status).toBe('moq_reached')
    await fulfilSession({ unitOfWork: laku.unitOfWork, actor: { kind: 'system', name: 'test' } }, session.id)
    expect([await market.walletOf(buyer!), await market.walletOf(other!)]).toEqual([6_000 + 25_000, 6_000])
    await sql`update product_variants set price_idr = 60000 where id = ${market.otherVariantId}`.execute(
      laku.db,
    )
  })

  it('never holds past the end of the session', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session({ endsInS: 600 })
    const answer = await market.join(buyer!, session.id)
    expect(new Date(answer.payment.expiresAt)).toEqual(session.endsAt)
  })

  it('comes too late when the time is over, though no sweep has looked yet', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session({ endsInS: 60 })
    laku.clock.shift(60)
    const [late] = await market.joinAll([market.joinOf(buyer!, session.id)])
    expect(codeOf(late)).toBe('group_buying.session_not_open')
    expect(await market.see(session.id)).toMatchObject({ status: 'forming', heldUnits: 0 })
  })

  it('takes a cached quote, and names the parcel where there is none', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session()
    const bare = { ...market.joinOf(buyer!, session.id), rate: undefined }
    const [missing] = await market.joinAll([bare])
    expect(codeOf(missing)).toBe('logistics.quote_missing')
    const details = missing?.ok === false && 'details' in missing.error && missing.error.details
    expect(details).toEqual({ originPostalCode: '13960', destinationPostalCode: '40132', weightG: 250 })
    const expiresAt = new Date(laku.clock.now().getTime() + 3_600_000)
    await sql`
      insert into shipping_rates values ('13960', '40132', 1, 'jne', 'reg', 'REG', 9000, '1 day', ${expiresAt})`.execute(
      laku.db,
    )
    const [found] = await market.joinAll([bare])
    expect(answerOf(found).participation.shippingIdr).toBe(9_000)
    await sql`delete from shipping_rates`.execute(laku.db)
  })
})

describe('a batch', () => {
  it('gives each its own outcome, and no bad join spoils another', async () => {
    const [good, stranger, suspended, twice, greedy, late] = await market.buyers(6)
    const session = await market.session({ perUserLimit: 4 })
    const draft = await market.session({ status: 'draft' })
    const over = await market.session({ endsInS: 60 })
    const other = await Market.open(laku)
    await sql`update users set status = 'suspended' where id = ${suspended!.id}`.execute(laku.db)
    laku.clock.shift(61)
    const outcomes = await market.joinAll([
      market.joinOf(good!, session.id, 2),
      market.joinOf(stranger!, session.id, 1, { addressId: good!.addressId }),
      market.joinOf(suspended!, session.id),
      market.joinOf(twice!, session.id),
      market.joinOf(twice!, session.id),
      market.joinOf(greedy!, session.id, 5),
      market.joinOf(late!, over.id),
      market.joinOf(late!, draft.id),
      market.joinOf(late!, newId()),
      market.joinOf(late!, session.id, 1, { items: [{ variantId: other.variantId, quantity: 1 }] }),
      market.joinOf(late!, session.id, 0),
      market.joinOf(late!, session.id, 1),
    ])
    expect(outcomes.map(codeOf)).toEqual([
      'ok',
      'group_buying.address_not_found',
      'group_buying.user_not_active',
      'ok',
      'group_buying.already_joined',
      'group_buying.per_user_limit',
      'group_buying.session_not_open',
      'group_buying.session_not_found',
      'group_buying.session_not_found',
      'group_buying.variant_not_in_session',
      'group_buying.no_items',
      'ok',
    ])
    expect((await market.see(session.id)).heldUnits).toBe(4)
    const [again] = await market.joinAll([market.joinOf(good!, session.id)])
    expect(codeOf(again)).toBe('group_buying.already_joined')
  })

  it('fills a session in order of arrival, over several sessions at once', async () => {
    const buyers = await market.buyers(5)
    const [small, large] = [await market.session({ capacity: 3 }), await market.session()]
    const outcomes = await market.joinAll([
      ...[2, 2, 1, 1].map((quantity, i) => market.joinOf(buyers[i]!, small.id, quantity)),
      market.joinOf(buyers[4]!, large.id, 9),
    ])
    expect(outcomes.map(codeOf)).toEqual([
      'ok',
      'group_buying.session_full',
      'ok',
      'group_buying.session_full',
      'ok',
    ])
    expect((await market.see(small.id)).heldUnits).toBe(3)
    expect((await market.see(large.id)).heldUnits).toBe(9)
  })

  it('waits while staff have paused joins', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session()
    await sql`update switches set paused = true where name = 'joins'`.execute(laku.db)
    expect((await market.joinAll([market.joinOf(buyer!, session.id)])).map(codeOf)).toEqual(['kernel.paused'])
    await sql`update switches set paused = false where name = 'joins'`.execute(laku.db)
    expect((await market.joinAll([market.joinOf(buyer!, session.id)])).map(codeOf)).toEqual(['ok'])
  })
})

describe('an idempotency key', () => {
  const key = (name: string, requestHash = 'h') => ({ scope: 'customer:x', key: name, requestHash })

  it('gets the first answer again, within a batch and after it, and a 422 for another request', async () => {
    const [a, b] = await market.buyers(2)
    const session = await market.session()
    const name = newId()
    const [first, same, other] = await market.joinAll([
      market.joinOf(a!, session.id, 1, { idempotency: key(name) }),
      market.joinOf(a!, session.id, 1, { idempotency: key(name) }),
      market.joinOf(b!, session.id, 1, { idempotency: key(name, 'another') }),
    ])
    expect(same).toEqual(first)
    expect(codeOf(other)).toBe('kernel.idempotency_key_reused')
    const [later] = await market.joinAll([market.joinOf(a!, session.id, 1, { idempotency: key(name) })])
    expect(answerOf(later)).toEqual(answerOf(first))
    expect((await market.see(session.id)).heldUnits).toBe(1)
  })

  it('is free again after a join that got no place', async () => {
    const [a, b] = await market.buyers(2)
    const session = await market.session({ capacity: 3 })
    const name = newId()
    const mine = market.joinOf(a!, session.id, 2, { idempotency: key(name) })
    const theirs = await market.join(b!, session.id, 2)
    expect((await market.joinAll([mine])).map(codeOf)).toEqual(['group_buying.session_full'])
    await market.expire(theirs.payment.id)
    expect((await market.joinAll([mine])).map(codeOf)).toEqual(['ok'])
  })
})

describe('races', () => {
  it('one key from many processes at once: one place, one answer for all, the last unit or not', async () => {
    for (let round = 0; round < 5; round++) {
      const [buyer] = await market.buyers(1)
      const session = await market.session({ moq: 1, capacity: round % 2 === 0 ? 1 : 9 })
      const idempotency = { scope: 'customer:x', key: newId(), requestHash: 'h' }
      const mine = market.joinOf(buyer!, session.id, 1, { idempotency })
      const outcomes = (await Promise.all(Array.from({ length: 8 }, () => market.joinAll([mine])))).flat()
      expect(outcomes.map(codeOf)).toEqual(Array.from({ length: 8 }, () => 'ok'))
      expect(new Set(outcomes.map((outcome) => answerOf(outcome).payment.code)).size).toBe(1)
      expect((await market.see(session.id)).heldUnits).toBe(1)
    }
  })

  it('one key for two sessions at once: one place, and a 422 for the other request', async () => {
    for (let round = 0; round < 5; round++) {
      const [buyer] = await market.buyers(1)
      const sessions = [await market.session(), await market.session()]
      const key = newId()
      const outcomes = await Promise.all(
        sessions.map(({ id }) => {
          const idempotency = { scope: 'customer:x', key, requestHash: id }
          return market.joinAll([market.joinOf(buyer!, id, 1, { idempotency })])
        }),
      )
      expect(outcomes.flat().map(codeOf).toSorted()).toEqual(['kernel.idempotency_key_reused', 'ok'])
      const held = await Promise.all(sessions.map(({ id }) => market.see(id)))
      expect(held[0]!.heldUnits + held[1]!.heldUnits).toBe(1)
    }
  })

  it('50 buyers at once for the last 3 units, 5 rounds: 3 winners each', async () => {
    for (let round = 0; round < 5; round++) {
      const buyers = await market.buyers(50)
      const session = await market.session({ capacity: 3 })
      const outcomes = await Promise.all(
        buyers.map((buyer) => market.joinAll([market.joinOf(buyer, session.id)])),
      )
      const codes = outcomes.flat().map(codeOf)
      expect(codes.filter((code) => code === 'ok')).toHaveLength(3)
      expect(new Set(codes)).toEqual(new Set(['ok', 'group_buying.session_full']))
      expect((await market.see(session.id)).heldUnits).toBe(3)
    }
  })

  it('one buyer from many processes at once gets one place', async () => {
    const [buyer] = await market.buyers(1)
    const session = await market.session()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => market.joinAll([market.joinOf(buyer!, session.id)])),
    )
    expect(outcomes.flat().map(codeOf).toSorted()).toEqual([
      ...Array.from({ length: 7 }, () => 'group_buying.already_joined'),
      'ok',
    ])
    expect((await market.see(session.id)).heldUnits).toBe(1)
  })

  it('joins against the close: whoever came too late holds nothing', async () => {
    for (let round = 0; round < 3; round++) {
      const [first, ...others] = await market.buyers(13)
      const session = await market.session({ moq: 1, capacity: 20 })
      const { payment } = await market.join(first!, session.id)
      const [, ...outcomes] = await Promise.all([
        market.pay(payment.id),
        ...others.map((buyer) => market.joinAll([market.joinOf(buyer, session.id)])),
      ])
      const codes = new Set(outcomes.flat().map(codeOf))
      for (const code of codes) expect(['ok', 'group_buying.session_not_open']).toContain(code)
      expect(await market.see(session.id)).toMatchObject({
        status: 'moq_reached',
        heldUnits: 0,
        paidUnits: 1,
      })
      await market.expectAllTrue()
    }
  })
})
