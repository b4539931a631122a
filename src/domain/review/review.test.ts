import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Buyer } from '../../../test/market.ts'
import { customer, orderChoreography, refusal, Storefront } from '../../../test/storefront.ts'
import { expectMoves } from '../../../test/tried.ts'
import { runChecks, type Work } from '../kernel/index.ts'
import {
  createReview,
  editReview,
  hideReview,
  listReviews,
  publishReview,
  reviewChecks,
  reviewsOfProduct,
  reviewTransitions,
} from './index.ts'
import { maskedName } from './read-reviews.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: orderChoreography, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
})
afterEach(async () => {
  const results = await laku.system((work) => runChecks(reviewChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
})
afterAll(() => laku.close())

/** Makes a buyer with an item that has arrived. */
async function delivered(): Promise<{ buyer: Buyer; itemId: string }> {
  const [buyer] = await shop.market.buyers(1)
  const placed = await shop.paidOrder(buyer!)
  await sql`update orders set status = 'delivered', delivered_at = ${laku.clock.now()} where id = ${placed.order.id}`.execute(
    laku.db,
  )
  return { buyer: buyer!, itemId: placed.order.items[0]!.id }
}

const write = (buyer: Buyer, orderItemId: string, rating: number) =>
  laku.as(customer(buyer), (work) => createReview(work, { orderItemId, rating, body: 'bagus' }))
const edit = (buyer: Buyer, reviewId: string, rating: number) =>
  laku.as(customer(buyer), (work) => editReview(work, { reviewId, rating }))
const staff = <T>(use: (work: Work) => Promise<T>) => laku.as(admin, use)
const ratings = async () => {
  const { rows } = await sql<{ product: string; factory: string }>`
    select p.rating_sum || '/' || p.rating_count as product, f.rating_sum || '/' || f.rating_count as factory
    from products p join factories f on f.id = p.factory_id where p.id = ${shop.market.productId}`.execute(
    laku.db,
  )
  return rows[0]
}

describe('a review', () => {
  it('is of an item that has arrived, by who bought it, once', async () => {
    const { buyer, itemId } = await delivered()
    const [other] = await shop.market.buyers(1)
    const waiting = await shop.paidOrder(buyer)
    expect(await refusal(write(buyer, waiting.order.items[0]!.id, 5))).toBe('review.not_delivered')
    expect(await refusal(write(other!, itemId, 5))).toBe('review.item_not_found')
    const review = await write(buyer, itemId, 5)
    expect(review).toMatchObject({
      status: 'pending',
      rating: 5,
      photos: [],
      productId: shop.market.productId,
    })
    expect(await refusal(write(buyer, itemId, 1))).toBe('review.reviewed_already')
  })

  it('written twice at the same moment is there once', async () => {
    const { buyer, itemId } = await delivered()
    const answers = await Promise.all([1, 2, 3, 4].map((stars) => refusal(write(buyer, itemId, stars))))
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'review.reviewed_already')).toHaveLength(3)
  })

  it('counts in the ratings while it is published, and only then', async () => {
    const before = (await ratings())!
    const { buyer, itemId } = await delivered()
    const { id: reviewId } = await write(buyer, itemId, 4)
    expect(await ratings()).toEqual(before)
    await staff((work) => publishReview(work, { reviewId }))
    expect(await ratings()).toEqual({ product: '4/1', factory: '4/1' })
    await edit(buyer, reviewId, 2)
    expect(await ratings()).toEqual({ product: '2/1', factory: '2/1' })
    const { data } = await laku.system((work) =>
      reviewsOfProduct(work.tx, { productId: shop.market.productId, limit: 5 }),
    )
    expect(data).toMatchObject([{ id: reviewId, rating: 2, author: 'B***' }])
    await staff((work) => hideReview(work, { reviewId, reason: 'foul words' }))
    expect(await ratings()).toEqual({ product: '0/0', factory: '0/0' })
    await edit(buyer, reviewId, 5)
    await staff((work) => publishReview(work, { reviewId }))
    expect(await ratings()).toEqual({ product: '5/1', factory: '5/1' })
    expect(await refusal(staff((work) => publishReview(work, { reviewId })))).toBe(
      'kernel.illegal_transition',
    )
    await staff((work) => hideReview(work, { reviewId, reason: 'foul words' }))
  })

  it('makes every move of its table, and no other', async () => {
    const { buyer, itemId } = await delivered()
    const { id } = await write(buyer, itemId, 4)
    const uses = [
      ['published', (work: Work) => publishReview(work, { reviewId: id })],
      ['hidden', (work: Work) => hideReview(work, { reviewId: id, reason: 'a test' })],
    ] as const
    await expectMoves(laku, { machine: reviewTransitions, table: 'reviews', id, uses })
  })

  it('a pending one that is hidden changes no rating', async () => {
    const { buyer, itemId } = await delivered()
    const { id: reviewId } = await write(buyer, itemId, 1)
    const before = await ratings()
    const hidden = await staff((work) => hideReview(work, { reviewId, reason: 'an advertisement' }))
    expect(hidden).toMatchObject({ status: 'hidden', statusReason: 'an advertisement' })
    expect(await ratings()).toEqual(before)
  })

  it('many published and hidden at once are counted right', async () => {
    const written = await Promise.all(
      [5, 4, 3, 5].map(async (stars) => {
        const { buyer, itemId } = await delivered()
        return await write(buyer, itemId, stars)
      }),
    )
    await Promise.all(written.map(({ id }) => staff((work) => publishReview(work, { reviewId: id }))))
    expect(await ratings()).toEqual({ product: '17/4', factory: '17/4' })
    await Promise.all(
      written.map(({ id }) => staff((work) => hideReview(work, { reviewId: id, reason: 'test' }))),
    )
    expect(await ratings()).toEqual({ product: '0/0', factory: '0/0' })
  })

  it('is edited by its writer alone, for 30 days', async () => {
    const { buyer, itemId } = await delivered()
    const [other] = await shop.market.buyers(1)
    const { id } = await write(buyer, itemId, 3)
    expect(await refusal(edit(other!, id, 1))).toBe('review.not_found')
    laku.clock.shift(30 * 86_400)
    expect(await refusal(edit(buyer, id, 4))).toBe('ok')
    laku.clock.shift(1)
    expect(await refusal(edit(buyer, id, 5))).toBe('review.edit_window_over')
  })

  it('is moderated by support alone, and listed by keyset', async () => {
    const { buyer, itemId } = await delivered()
    const { id: reviewId } = await write(buyer, itemId, 3)
    const warehouse = laku.as({ kind: 'staff', id: buyer.id, name: 'udin', role: 'warehouse' }, (work) =>
      publishReview(work, { reviewId }),
    )
    expect(await refusal(warehouse)).toBe('kernel.forbidden')
    const first = await staff((work) => listReviews(work, { status: 'pending', limit: 1 }))
    expect(first.data[0]?.id).toBe(reviewId)
    const second = await staff((work) =>
      listReviews(work, { status: 'pending', limit: 1, cursor: first.nextCursor! }),
    )
    expect(second.data[0]!.id < reviewId).toBe(true)
  })
})

it('hides all of a name but its first letter', () => {
  expect(['budi santoso', '  Élodie', '', null].map((name) => maskedName(name))).toEqual([
    'B***',
    'É***',
    '***',
    '***',
  ])
})
