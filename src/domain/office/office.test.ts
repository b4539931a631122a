import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, someone, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { officePlace } from '../../../test/offices.ts'
import { enrol, hire, staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { expectMoves } from '../../../test/tried.ts'
import { type Actor, newId, type Work } from '../kernel/index.ts'
import { createPurchaseOrder, sendPurchaseOrder, showPurchaseOrder } from '../warehouse/index.ts'
import {
  assignAgent,
  assignFactory,
  cancelPickup,
  completePickup,
  createOffice,
  failPickup,
  getPickup,
  listOffices,
  listPickups,
  type OfficeStatus,
  type OfficeView,
  officeTransitions,
  type PickupView,
  pickupTransitions,
  schedulePickup,
  startPickup,
  updateOffice,
} from './index.ts'

let laku: TestLaku
let market: Market
let office: OfficeView
let other: OfficeView
let agent: Actor
let stranger: Actor

const asAdmin = <T>(use: (work: Work) => Promise<T>) => laku.as(admin, use)
async function newAgent(officeId: string, name: string): Promise<Actor> {
  const { id } = await enrol(laku, 'agent', name)
  await asAdmin((work) => assignAgent(work, { officeId, staffId: id }))
  return someone({ id, name, role: 'agent', reason: 'a test' })
}

beforeAll(async () => {
  laku = await openTestLaku({ watched: true, jobs: [] })
  market = await Market.open(laku)
  office = await asAdmin((work) => createOffice(work, { name: 'Kantor Bandung', ...officePlace }))
  other = await asAdmin((work) => createOffice(work, { name: 'Kantor Solo', ...officePlace }))
  agent = await newAgent(office.id, 'dedi')
  stranger = await newAgent(other.id, 'tono')
  await asAdmin((work) => assignFactory(work, { officeId: office.id, factoryId: market.factoryId }))
})
afterAll(() => laku.close())

/** Makes a purchase order of both variants that was sent to the factory. */
const sentOrder = () =>
  asAdmin(async (work) => {
    const lines = [
      { variantId: market.variantId, quantity: 10 },
      { variantId: market.otherVariantId, quantity: 5 },
    ]
    const { code } = await createPurchaseOrder(work, { lines })
    return await sendPurchaseOrder(work, code)
  })

const schedule = (purchaseOrder: string) =>
  asAdmin((work) => schedulePickup(work, { purchaseOrder, scheduledFor: '2026-11-26' }))
const start = (pickupId: string, actor = agent) => laku.as(actor, (work) => startPickup(work, { pickupId }))
const proof = { photoUrl: 'https://p.test/1.jpg', signedBy: 'Asep', signatureUrl: 'https://p.test/2.png' }
const complete = ({ id, items }: PickupView, counted: number[], actor = agent) =>
  laku.as(actor, (work) =>
    completePickup(work, {
      pickupId: id,
      counts: counted.map((pieces, i) => ({ variantId: items[i]?.variantId ?? newId(), counted: pieces })),
      ...proof,
    }),
  )
async function started(): Promise<PickupView> {
  const { code } = await sentOrder()
  return await start((await schedule(code)).id)
}
const attention = async (subjectId: string) =>
  (await laku.db.selectFrom('attention').select('kind').where('subjectId', '=', subjectId).execute()).map(
    (row) => row.kind,
  )

describe('an office', () => {
  it('has a name of its own, agents who work for no other, and factories that no other looks after', async () => {
    expect(await refusal(asAdmin((work) => createOffice(work, { name: office.name, ...officePlace })))).toBe(
      'office.name_taken',
    )
    const boss = await enrol(laku, 'finance', 'boss')
    const wrong = asAdmin((work) => assignAgent(work, { officeId: office.id, staffId: boss.id }))
    expect(await refusal(wrong)).toBe('office.not_an_agent')
    const moved = await asAdmin((work) =>
      assignFactory(work, { officeId: other.id, factoryId: market.factoryId }),
    )
    expect(moved.factories).toHaveLength(1)
    const back = await asAdmin((work) =>
      assignFactory(work, { officeId: office.id, factoryId: market.factoryId }),
    )
    expect(back.factories.map((factory) => factory.id)).toEqual([market.factoryId])
    expect(
      await refusal(
        laku.as(agent, (work) => assignFactory(work, { officeId: office.id, factoryId: market.factoryId })),
      ),
    ).toBe('kernel.forbidden')
  })

  it('is seen by its own agents, and whole by other staff', async () => {
    const mine = await laku.as(agent, (work) => listOffices(work, { limit: 10 }))
    expect(mine.data.map((office) => office.name)).toEqual(['Kantor Bandung'])
    const all = await laku.as(staff('support'), (work) => listOffices(work, { limit: 10 }))
    expect(all.data).toHaveLength(2)
    const nowhere = await laku.as(staff('agent'), (work) => listOffices(work, { limit: 10 }))
    expect(nowhere.data).toEqual([])
  })

  it('is closed only when it has no pickup under way, and takes nothing on while it is', async () => {
    const closing = () => asAdmin((work) => updateOffice(work, { officeId: office.id, status: 'closed' }))
    const { code } = await sentOrder()
    const pickup = await schedule(code)
    expect(await refusal(closing())).toBe('office.has_open_pickups')
    await asAdmin((work) => cancelPickup(work, { pickupId: pickup.id, reason: 'closing' }))
    expect((await closing()).status).toBe('closed')
    expect(await refusal(schedule(code))).toBe('office.factory_without_office')
    const assigning = asAdmin((work) =>
      assignFactory(work, { officeId: office.id, factoryId: market.factoryId }),
    )
    expect(await refusal(assigning)).toBe('office.closed')
    await asAdmin((work) => updateOffice(work, { officeId: office.id, status: 'active', city: 'Cimahi' }))
  })
})

it('an office makes every move of its table, and no other', async () => {
  const to = (status: OfficeStatus) =>
    [status, (work: Work) => updateOffice(work, { officeId: other.id, status })] as const
  const uses = [to('active'), to('closed')]
  await expectMoves(laku, {
    machine: officeTransitions,
    table: 'agent_offices',
    id: other.id,
    uses,
    mayStay: true,
  })
})

describe('a pickup', () => {
  it('makes every move of its table, and no other', async () => {
    const { id, items } = await started()
    const counts = items.map(({ variantId, expected }) => ({ variantId, counted: expected }))
    const why = { pickupId: id, reason: 'a test' }
    const uses = [
      ['in_progress', (work: Work) => startPickup(work, { pickupId: id })],
      ['completed', (work: Work) => completePickup(work, { pickupId: id, counts, ...proof })],
      ['failed', (work: Work) => failPickup(work, why)],
      ['cancelled', (work: Work) => cancelPickup(work, why)],
    ] as const
    const along = () => sql`photo_url = 'x', signed_by = 'x', signature_url = 'x'`
    const actor = await hire(laku, 'admin')
    await expectMoves(laku, { machine: pickupTransitions, table: 'pickup_tasks', id, along, uses, actor })
  })

  it('lists what its purchase order lacks, and there is one at a time', async () => {
    const { code } = await sentOrder()
    const pickup = await schedule(code)
    expect(pickup).toMatchObject({
      status: 'scheduled',
      scheduledFor: '2026-11-26',
      office: { id: office.id },
    })
    expect(pickup.items.map((item) => item.expected).sort()).toEqual([10, 5])
    expect(await refusal(schedule(code))).toBe('office.pickup_scheduled_already')
    expect(await refusal(schedule('PO-000000-XXXXXX'))).toBe('office.purchase_order_not_found')
  })

  it('counts every item, with a photo and a signature, and tells the warehouse what will be missing', async () => {
    const pickup = await started()
    const { id: orderId } = pickup.purchaseOrder
    const expected = pickup.items.map((item) => item.expected)
    expect(await refusal(complete(pickup, [expected[0]!]))).toBe('office.not_every_item_counted')
    expect(await refusal(complete(pickup, [expected[0]! + 1, 0]))).toBe('office.not_every_item_counted')
    expect(await refusal(complete(pickup, [...expected, 1]))).toBe('office.not_every_item_counted')
    const done = await complete(pickup, [expected[0]!, expected[1]! - 2])
    expect(done).toMatchObject({ status: 'completed', signedBy: 'Asep' })
    const order = await asAdmin((work) => showPurchaseOrder(work.tx, orderId))
    expect(order.status).toBe('shipped')
    expect(order.items.map((item) => item.pickedUp)).toEqual([expected[0], expected[1]! - 2])
    expect(await attention(orderId)).toEqual(['pickup_short'])
    expect(await refusal(complete(pickup, expected))).toBe('kernel.illegal_transition')
  })

  it('that found all raises nothing; one that found nothing ships nothing', async () => {
    const whole = await started()
    await complete(
      whole,
      whole.items.map((item) => item.expected),
    )
    expect(await attention(whole.purchaseOrder.id)).toEqual([])
    const empty = await started()
    await complete(empty, [0, 0])
    const order = await asAdmin((work) => showPurchaseOrder(work.tx, empty.purchaseOrder.id))
    expect(order.status).toBe('sent')
  })

  it('is seen and worked by agents of its office alone', async () => {
    const pickup = await started()
    expect(await refusal(complete(pickup, [1, 1], stranger))).toBe('office.pickup_not_found')
    expect(await refusal(laku.as(stranger, (work) => getPickup(work, pickup.id)))).toBe(
      'office.pickup_not_found',
    )
    expect((await laku.as(stranger, (work) => listPickups(work, { limit: 10 }))).data).toEqual([])
    expect(await refusal(laku.as(agent, (work) => cancelPickup(work, { pickupId: pickup.id })))).toBe(
      'kernel.forbidden',
    )
    expect(await refusal(start(pickup.id, staff('support')))).toBe('kernel.forbidden')
  })

  it('that failed or was cancelled says why, and is followed by another', async () => {
    const pickup = await started()
    const failed = await laku.as(agent, (work) =>
      failPickup(work, { pickupId: pickup.id, reason: 'nobody there' }),
    )
    expect(failed).toMatchObject({ status: 'failed', statusReason: 'nobody there' })
    const again = await schedule(pickup.purchaseOrder.code)
    expect(again.id).not.toBe(pickup.id)
  })
})
