import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { Market } from '../../../../test/market.ts'
import { staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { type Actor, insertRows, newId, runChecks } from '../../kernel/index.ts'
import { sendMessages } from '../../whatsapp/index.ts'
import {
  cancelPurchaseOrder,
  closePurchaseOrder,
  confirmPurchaseOrder,
  createPurchaseOrder,
  estimateFreight,
  listPurchaseOrders,
  listStock,
  type PurchaseOrderStatus,
  type PurchaseOrderView,
  purchaseOrder,
  purchaseOrdersDue,
  purchaseOrderTransitions,
  type ReceiptLine,
  receivePurchaseOrder,
  sendPurchaseOrder,
  showPurchaseOrder,
  sweepPurchaseOrders,
  warehouseChecks,
} from '../index.ts'

let laku: TestLaku
let market: Market

beforeAll(async () => {
  laku = await openTestLaku({ watched: true, sandbox: true, jobs: [] })
  market = await Market.open(laku)
})
afterAll(() => laku.close())

const warehouse = staff('warehouse', 'a test')
const draft = (quantity = 5, actor: Actor = warehouse) =>
  laku.as(actor, (work) => createPurchaseOrder(work, { lines: [{ variantId: market.variantId, quantity }] }))
const send = (id: string) => laku.as(warehouse, (work) => sendPurchaseOrder(work, id))
const confirm = (id: string, shipped = false) =>
  laku.as(warehouse, (work) => confirmPurchaseOrder(work, { purchaseOrder: id, shipped }))
const receive = (id: string, good: number, damaged = 0, more: Partial<ReceiptLine> = {}) =>
  laku.as(warehouse, (work) =>
    receivePurchaseOrder(work, {
      purchaseOrder: id,
      lines: [{ variantId: market.variantId, good, damaged, ...more }],
    }),
  )
const close = (id: string) => laku.as(warehouse, (work) => closePurchaseOrder(work, { purchaseOrder: id }))
const cancel = (id: string) => laku.as(warehouse, (work) => cancelPurchaseOrder(work, { purchaseOrder: id }))
const see = (id: string) => laku.system((work) => purchaseOrder(work.tx, id))
const sent = async (quantity = 5) => send((await draft(quantity)).id)

const faults = (...list: object[]) =>
  fetch(`${laku.sandbox.url}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(list),
  })

async function attentionOf(id: string): Promise<string[]> {
  const rows = await laku.db.selectFrom('attention').select('kind').where('subjectId', '=', id).execute()
  return rows.map((row) => row.kind)
}

async function expectAllTrue(): Promise<void> {
  const results = await laku.system((work) => runChecks(warehouseChecks, work.tx, work.vault))
  expect(results.filter((result) => !result.ok)).toEqual([])
}

/** Makes a purchase order in each state, in the shortest way. */
const ways: Record<PurchaseOrderStatus, () => Promise<PurchaseOrderView>> = {
  draft: () => draft(),
  sent: () => sent(),
  confirmed: async () => confirm((await sent()).id),
  shipped: async () => confirm((await sent()).id, true),
  partially_received: async () => receive((await sent()).id, 2, 1),
  received: async () => receive((await sent()).id, 5),
  closed: async () => close((await receive((await sent()).id, 5)).id),
  cancelled: async () => cancel((await sent()).id),
}

/** The acts that lead to each state. One of 5 pieces does not complete a purchase order. */
const moves: Partial<Record<PurchaseOrderStatus, (id: string) => Promise<unknown>>> = {
  sent: send,
  confirmed: (id) => confirm(id),
  shipped: (id) => confirm(id, true),
  received: async (id) => {
    const { items } = await see(id)
    return await receive(id, (items[0]?.quantity ?? 0) - (items[0]?.received ?? 0))
  },
  closed: close,
  cancelled: cancel,
}

describe('the life of a purchase order', () => {
  for (const from of Object.keys(purchaseOrderTransitions) as PurchaseOrderStatus[]) {
    for (const [to, move] of Object.entries(moves) as [
      PurchaseOrderStatus,
      (id: string) => Promise<unknown>,
    ][]) {
      const legal = purchaseOrderTransitions[from].includes(to)
      it(`${from} -> ${to} is ${legal ? 'made' : 'a conflict'}`, async () => {
        const { id, status } = await ways[from]()
        expect(status).toBe(from)
        const outcome = await refusal(move(id))
        if (legal) {
          expect([outcome, (await see(id)).status]).toEqual(['ok', to])
        } else {
          const again = from === 'sent' && to === 'sent'
          expect(outcome).toBe(again ? 'warehouse.message_under_way' : 'kernel.illegal_transition')
          expect((await see(id)).status).toBe(from)
        }
      })
    }
  }

  it('keeps every count in the movements, and what is damaged off the shelves', async () => {
    await expectAllTrue()
    const before = (await stock()).onHand
    const { id } = await sent(10)
    expect((await stock()).onTheWay).toBeGreaterThanOrEqual(10)
    await receive(id, 4, 2)
    expect((await stock()).onHand - before).toBe(4)
    expect(await see(id)).toMatchObject({
      status: 'partially_received',
      items: [{ received: 4, damaged: 2 }],
    })
    expect(await refusal(receive(id, 7))).toBe('warehouse.over_received')
    await receive(id, 6)
    expect((await stock()).onHand - before).toBe(10)
    const { receipts } = await laku.system((work) => showPurchaseOrder(work.tx, id))
    expect(receipts.map(({ kind, pieces }) => [kind, pieces]).sort()).toEqual([
      ['received', 6],
      ['received', 6],
      ['written_off', -2],
    ])
    await expectAllTrue()
  })

  it('issue 11, case 14: takes no more pieces than are owed, damaged ones too', async () => {
    const { id } = await sent(24)
    expect(await refusal(receive(id, 0, 500))).toBe('warehouse.over_received')
    expect(await refusal(receive(id, 20, 5))).toBe('warehouse.over_received')
    expect(await receive(id, 0, 24)).toMatchObject({ items: [{ received: 0, damaged: 24 }] })
  })

  it('issue 11, case 14: knows a delivery note again however it is written, and never drops a second sheet of it', async () => {
    const { id } = await sent(10)
    const noted = (deliveryNote: string, good: number) =>
      laku.as(warehouse, (work) =>
        receivePurchaseOrder(work, {
          purchaseOrder: id,
          lines: [{ variantId: market.variantId, good, damaged: 0 }],
          deliveryNote,
        }),
      )
    await noted('SJ-0817', 4)
    for (const again of ['sj-0817', ' SJ‑0817 ', 'ＳＪ-0817'])
      expect((await noted(again, 4)).items).toMatchObject([{ received: 4 }])
    expect(await refusal(noted('sj-0817', 3))).toBe('warehouse.note_counted')
    expect((await noted('SJ-0817/2', 3)).items).toMatchObject([{ received: 7 }])
    expect(await refusal(noted(' ', 1))).toBe('warehouse.invalid_note')
  })

  it('owes what came damaged: it is not whole before that is replaced', async () => {
    const { id } = await sent(5)
    expect(await receive(id, 3, 2)).toMatchObject({ status: 'partially_received' })
    expect(await receive(id, 2)).toMatchObject({ status: 'received', items: [{ received: 5, damaged: 2 }] })
    await expectAllTrue()
  })

  const stock = async () => {
    const { data } = await laku.system((work) =>
      listStock(work.tx, { productId: market.productId, limit: 10 }),
    )
    return data.find((row) => row.variantId === market.variantId)!
  }

  it('refuses what is no purchase order and no receipt', async () => {
    const [a, b] = [market.variantId, newId()]
    const create = (
      lines: { variantId: string; quantity: number }[],
      session?: { id: string; productId: string },
    ) => refusal(laku.as(admin, (work) => createPurchaseOrder(work, { lines, session })))
    expect(await create([])).toBe('warehouse.no_lines')
    expect(await create([{ variantId: a, quantity: 0 }])).toBe('warehouse.invalid_quantity')
    expect(await create([{ variantId: b, quantity: 1 }])).toBe('warehouse.variant_not_found')
    const other = await Market.open(laku)
    const both = [a, other.variantId].map((variantId) => ({ variantId, quantity: 1 }))
    expect(await create(both)).toBe('warehouse.several_factories')
    const { id: sessionId } = await other.session()
    const session = { id: sessionId, productId: other.productId }
    expect(await create([{ variantId: a, quantity: 1 }], session)).toBe('warehouse.not_of_session')
    const mine = [{ variantId: other.variantId, quantity: 1 }]
    expect(await create(mine, session)).toBe('ok')
    expect(await create(mine, session)).toBe('warehouse.session_has_purchase_order')
    const { id } = await sent()
    expect(await refusal(receive(id, 0))).toBe('warehouse.no_lines')
    expect(await refusal(receive(id, -1))).toBe('warehouse.invalid_quantity')
    expect(await refusal(receive(id, 1, 0, { variantId: market.otherVariantId }))).toBe(
      'warehouse.not_in_purchase_order',
    )
    expect(await refusal(see(newId()))).toBe('warehouse.purchase_order_not_found')
    const unsaid = laku.as({ ...warehouse, reason: undefined } as never, (work) =>
      cancelPurchaseOrder(work, { purchaseOrder: id }),
    )
    expect(await refusal(unsaid)).toBe('kernel.reason_required')
  })

  it('is warehouse work', async () => {
    const support = staff('support')
    expect(await refusal(draft(1, support))).toBe('kernel.forbidden')
    expect(await refusal(draft(1, { kind: 'customer', id: newId() }))).toBe('kernel.forbidden')
  })

  it('is listed newest first, by keyset pages, and written to the audit log', async () => {
    const [first, second] = [await sent(), await sent()]
    const filter = { status: 'sent' as const, factoryId: market.factoryId }
    const page = await laku.system((work) => listPurchaseOrders(work.tx, { ...filter, limit: 1 }))
    expect(page.data.map((purchaseOrder) => purchaseOrder.id)).toEqual([second.id])
    const next = await laku.system((work) =>
      listPurchaseOrders(work.tx, { ...filter, limit: 1, cursor: page.nextCursor! }),
    )
    expect(next.data.map((purchaseOrder) => purchaseOrder.id)).toEqual([first.id])
    const audit = await laku.db
      .selectFrom('auditLog')
      .select('command')
      .where('subjectId', '=', first.id)
      .execute()
    expect(audit.map((row) => row.command).sort()).toEqual(['purchase-orders create', 'purchase-orders send'])
  })

  it('is counted in by one of two receipts at once, never twice', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await sent(3)
      const outcomes = await Promise.all([refusal(receive(id, 3)), refusal(receive(id, 3))])
      expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1)
      const other = await sent(3)
      const lines = [{ variantId: market.variantId, good: 1, damaged: 0 }]
      const noted = () =>
        laku.as(warehouse, (work) =>
          receivePurchaseOrder(work, { purchaseOrder: other.id, lines, deliveryNote: 'SJ-1' }),
        )
      await Promise.all([noted(), noted()])
      expect((await see(other.id)).items).toMatchObject([{ received: 1 }])
    }
    await expectAllTrue()
  })
})

describe('a factory that does not answer', () => {
  const due = async () => {
    const { rows } = await sql<{
      due: boolean
    }>`select ${purchaseOrdersDue(laku.clock.now())} as due`.execute(laku.db)
    return rows[0]?.due
  }

  it('for 24 hours is shown to a person, once', async () => {
    laku.clock.shift(24 * 3600)
    await laku.system(sweepPurchaseOrders)
    const [silent, answered, received] = [await sent(), await sent(), await sent()]
    await confirm(answered.id)
    await receive(received.id, 1)
    laku.clock.shift(24 * 3600 - 1)
    expect(await due()).toBe(false)
    laku.clock.shift(1)
    expect(await due()).toBe(true)
    expect(await laku.system(sweepPurchaseOrders)).toBe(1)
    expect(await due()).toBe(false)
    expect(await attentionOf(silent.id)).toEqual(['purchase_order_unanswered'])
    expect([...(await attentionOf(answered.id)), ...(await attentionOf(received.id))]).toEqual([])
  })

  it('because WhatsApp is down stops nothing: a person is told, and the message goes out again when it is healed', async () => {
    const { id, code } = await sent()
    expect(await refusal(send(id))).toBe('warehouse.message_under_way')
    await faults({ provider: 'whatsapp', kind: 'refuse' })
    await deliver(id)
    await faults()
    expect(await attentionOf(id)).toEqual(['purchase_order_not_told'])
    expect(await told(code)).toEqual([])
    expect(await send(id)).toMatchObject({ status: 'sent' })
    await deliver(id)
    expect(await told(code)).toEqual([`purchase_order: Pabrik Uji, ${code}, ${market.sku} 5 pcs`])
    await receive(id, 5)
    expect((await see(id)).status).toBe('received')
  })

  /** Processes the messages of a purchase order, as the worker does. */
  async function deliver(id: string): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select id from whatsapp_messages where dedupe_key like ${`purchase_order:${id}:%`} and status = 'queued'`.execute(
      laku.db,
    )
    const context = { unitOfWork: laku.unitOfWork, actor: system, whatsapp: laku.providers.whatsapp }
    await sendMessages(
      context,
      rows.map((row) => row.id),
    )
  }

  async function told(code: string): Promise<string[]> {
    const answer = await fetch(`${laku.sandbox.url}/control/messages?channel=whatsapp`)
    const messages = (await answer.json()) as { body: string }[]
    return messages.flatMap(({ body }) => (body.includes(code) ? [body] : []))
  }
})

describe('freight', () => {
  const context = () => ({
    unitOfWork: laku.unitOfWork,
    actor: system,
    courier: laku.providers.courier,
    destinationPostalCode: laku.config.warehousePostalCode,
  })

  it('is what couriers would take from the factory to the warehouse, asked once and then cached', async () => {
    const [first, second] = [await sent(7), await sent(7)]
    await estimateFreight(context(), first.id)
    await estimateFreight(context(), second.id)
    await estimateFreight(context(), second.id)
    const seen = [await see(first.id), await see(second.id)]
    expect(seen.map((purchaseOrder) => purchaseOrder.freightSource)).toEqual(['courier', 'cache'])
    expect(seen[0]!.freightIdr).toBeGreaterThan(0)
    expect(seen[1]!.freightIdr).toBe(seen[0]!.freightIdr)
  })

  it('goes by zone while couriers cannot be asked, and stops nothing', async () => {
    await faults({ provider: 'biteship', kind: 'error' })
    const { id } = await sent(100)
    await estimateFreight(context(), id)
    await faults()
    expect(await see(id)).toMatchObject({ status: 'sent', freightSource: 'zone' })
  })

  it('posts nothing: goods are on consignment', async () => {
    const before = await entries()
    const { id } = await sent(2)
    await estimateFreight(context(), id)
    await receive(id, 2)
    await close(id)
    expect(await entries()).toBe(before)
  })

  const entries = async () => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ledger_entries`.execute(laku.db)
    return rows[0]?.n
  }
})

it('a session has one open purchase order, whoever writes it', async () => {
  const session = await market.session()
  const row = () => ({
    id: newId(),
    code: `PO-${newId()}`,
    factoryId: market.factoryId,
    sessionId: session.id,
    status: 'sent',
    createdAt: laku.clock.now(),
    updatedAt: laku.clock.now(),
  })
  const insert = () => laku.system((work) => insertRows(work.tx, 'warehousePurchaseOrders', [row()]))
  await insert()
  await expect(insert()).rejects.toThrow(/purchase_orders_one_open_a_session/)
})
