import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { rate } from '../../test/market.ts'
import { staff } from '../../test/staff.ts'
import { Storefront } from '../../test/storefront.ts'
import { endGone } from '../domain/composition/attention-ends.ts'
import { cancelSession } from '../domain/group-buying/index.ts'
import type { JobDefinition } from './define-job.ts'
import { groupsFulfilJob } from './groups/fulfil.ts'
import { groupsSweepJob } from './groups/sweep.ts'
import { notifyJob } from './notify.ts'
import { ordersSweepJob } from './orders/sweep.ts'
import { paymentsSweepJob } from './payments/sweep.ts'
import { paymentsCancelJob } from './payments/withdraw.ts'
import { shipmentsBookJob } from './shipments/book.ts'
import { shipmentsSweepJob } from './shipments/sweep.ts'
import { usersSweepJob } from './users/sweep.ts'

const DAY_S = 86_400

/** Two things of one kind. The database refuses every change of the first (issue 11, case 11). */
interface Pair {
  job: JobDefinition
  /** The table, and the row's condition there, at which the first one fails. */
  table: string
  bad: string
  /** The ids of both, as attention names them. */
  ids: [bad: string, good: string]
  /** A job's data, if it is no sweep. */
  data?: object[]
  /** Whether it is done, by id. */
  isDone: (id: string) => Promise<boolean>
}

describe('one bad item of a batch is set aside, and the one beside it is done', () => {
  let laku: TestLaku
  let shop: Storefront
  beforeAll(async () => {
    laku = await openTestLaku({ jobs: [] })
    shop = await Storefront.open(laku)
    await shop.market.addStock(100)
  })
  afterAll(() => laku.close())
  const heals: string[] = []
  const heal = () => query(laku.ownerUrl, ...heals.splice(0))
  afterEach(heal)

  const poison = async ({ table, bad }: Pair) => {
    await query(
      laku.ownerUrl,
      `create function poison() returns trigger language plpgsql as $$ begin raise exception 'poisoned'; end $$`,
      `create trigger poison before insert or update on ${table} for each row when (${bad}) execute function poison()`,
    )
    heals.push(`drop trigger poison on ${table}`, 'drop function poison()')
  }
  const orders = async () => {
    const buyers = await shop.market.buyers(2)
    const [bad, good] = [await shop.order(buyers[0]!, 1, { rate }), await shop.order(buyers[1]!, 1, { rate })]
    return { bad, good, ids: [bad.order.id, good.order.id] as [string, string] }
  }
  const paid = async () => {
    const made = await orders()
    await shop.market.pay(made.bad.payment.id, made.good.payment.id)
    return made
  }
  const isIn = (table: string, status: string) => async (id: string) => {
    const { rows } = await sql<{ status: string }>`
      select status from ${sql.table(table)} where id = ${id}`.execute(laku.db)
    return rows[0]?.status === status
  }
  const parcelOf = async (orderId: string) => {
    const row = laku.db.selectFrom('shipments').select('id').where('orderId', '=', orderId)
    return (await row.executeTakeFirst()) !== undefined
  }

  const pairs: Record<string, () => Promise<Pair>> = {
    'an order to complete': async () => {
      const { ids } = await paid()
      for (const id of ids)
        await shop.move(id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'delivered')
      laku.clock.shift(9 * DAY_S)
      const bad = `new.id = '${ids[0]}'`
      return { job: ordersSweepJob, table: 'orders', bad, ids, isDone: isIn('orders', 'completed') }
    },
    'a lost parcel to refund': async () => {
      const { bad: one, ids } = await paid()
      for (const id of ids)
        await shop.move(id, 'processing', 'ready_for_pickup', 'picked_up', 'in_transit', 'failed')
      const bad = `new.payment_id = '${one.payment.id}'`
      const isDone = async (id: string) => (await isIn('orders', 'failed')(id)) === false
      return { job: ordersSweepJob, table: 'refunds', bad, ids, isDone }
    },
    'a payment without an invoice to expire': async () => {
      const { bad: one, good } = await orders()
      laku.clock.shift(2 * DAY_S)
      const ids: [string, string] = [one.payment.id, good.payment.id]
      const bad = `new.id = '${one.payment.id}'`
      return { job: paymentsSweepJob, table: 'payments', bad, ids, isDone: isIn('payments', 'expired') }
    },
    'a payment whose order throws': async () => {
      const { bad: one, good } = await orders()
      laku.clock.shift(2 * DAY_S)
      const ids: [string, string] = [one.payment.id, good.payment.id]
      const bad = `new.id = '${one.order.id}'`
      return { job: paymentsSweepJob, table: 'orders', bad, ids, isDone: isIn('payments', 'expired') }
    },
    'a payment to cancel': async () => {
      const { bad: one, good } = await orders()
      const ids: [string, string] = [one.payment.id, good.payment.id]
      const data = ids.map((paymentId) => ({ paymentId }))
      const bad = `new.id = '${one.payment.id}'`
      return {
        job: paymentsCancelJob,
        table: 'payments',
        bad,
        ids,
        data,
        isDone: isIn('payments', 'expired'),
      }
    },
    'a session to fail': async () => {
      const [one, other] = [
        await shop.market.session({ moq: 5, endsInS: 3600 }),
        await shop.market.session({ moq: 5, endsInS: 3600 }),
      ]
      const buyers = await shop.market.buyers(2)
      await shop.market.joinAndPay([buyers[0]!], one.id)
      await shop.market.joinAndPay([buyers[1]!], other.id)
      laku.clock.shift(3700)
      const bad = `exists_payment_of(new.payment_id, '${buyers[0]!.id}')`
      await query(
        laku.ownerUrl,
        `create function exists_payment_of(uuid, uuid) returns boolean language sql as $$ select exists (select from payments where id = $1 and user_id = $2) $$`,
        'grant execute on function exists_payment_of(uuid, uuid) to public',
      )
      const isDone = async (id: string) => (await isIn('group_buying_sessions', 'forming')(id)) === false
      return { job: groupsSweepJob, table: 'refunds', bad, ids: [one.id, other.id], isDone }
    },
    'a closed account to erase': async () => {
      const [one, other] = await shop.market.buyers(2)
      const at = laku.clock.now()
      const ids: [string, string] = [one!.id, other!.id]
      await sql`update users set closing_since = ${at}, closing_due_at = ${at} where id = any(${ids}::uuid[])`.execute(
        laku.db,
      )
      const bad = `new.id = '${one!.id}'`
      return { job: usersSweepJob, table: 'users', bad, ids, isDone: isIn('users', 'deleted') }
    },
    'a courier to book': async () => {
      const { ids } = await paid()
      const data = ids.map((orderId) => ({ orderId }))
      const bad = `new.order_id = '${ids[0]}'`
      return { job: shipmentsBookJob, table: 'shipments', bad, ids, data, isDone: parcelOf }
    },
    'a courier whose job was lost': async () => {
      const { ids } = await paid()
      laku.clock.shift(300)
      const bad = `new.order_id = '${ids[0]}'`
      return { job: shipmentsSweepJob, table: 'shipments', bad, ids, isDone: parcelOf }
    },
    'a notice': async () => {
      const { bad: one, good } = await orders()
      const [first, second] = [one.order.userId, good.order.userId]
      const events = await laku.db
        .selectFrom('events')
        .select('id')
        .where('type', '=', 'order.created')
        .where('aggregateId', 'in', [one.order.id, good.order.id])
        .execute()
      const data = events.map(({ id }) => ({ eventId: id }))
      const isDone = async (userId: string) => {
        const row = laku.db.selectFrom('notifications').select('id').where('userId', '=', userId)
        return (await row.executeTakeFirst()) !== undefined
      }
      const bad = `new.user_id = '${first}'`
      return { job: notifyJob, table: 'notifications', bad, ids: [first, second], data, isDone }
    },
  }

  it.each(Object.entries(pairs))('%s', async (_, make) => {
    const pair = await make()
    const { job, ids, data, isDone } = pair
    const done = () => Promise.all(ids.map(isDone))
    const run = (some: object[] = [{}]) =>
      job.run(
        laku,
        some.map((one, i) => ({ id: String(i), data: one as never })),
      )
    const open = async () => {
      const { rows } = await sql<{ subjectId: string }>`
        select subject_id from attention where kind = 'item_set_aside' and resolved_at is null and subject_id = any(${ids})`.execute(
        laku.db,
      )
      return rows.map((row) => row.subjectId)
    }
    await poison(pair)
    const failures = await run(data)
    expect(await done()).toEqual([false, true])
    if (data) {
      // The queue tries the bad one again, and tells a person when its tries are used up.
      expect(failures).toMatchObject([{ error: expect.objectContaining({ message: 'poisoned' }) }])
      await heal()
      await run(data)
    } else {
      expect(await open()).toEqual([ids[0]])
      const { rows } = await sql<{ due: boolean }>`select ${job.sweep?.due(laku.clock.now())} as due`.execute(
        laku.db,
      )
      expect(rows).toEqual([{ due: false }])
      await heal()
      laku.clock.shift(901)
      await run()
      await laku.system(endGone)
      expect(await open()).toEqual([])
    }
    expect(await done()).toEqual([true, true])
  })

  it('a session that staff cancel before its fulfilment is no failure of its job', async () => {
    const [buyer] = await shop.market.buyers(1)
    const { id: sessionId } = await shop.market.session({ moq: 1 })
    await shop.market.joinAndPay([buyer!], sessionId)
    await laku.as(staff('finance', 'a test'), (work) => cancelSession(work, { sessionId }))
    expect(await groupsFulfilJob.run(laku, [{ id: '1', data: { sessionId } }])).toEqual([])
  })
})
