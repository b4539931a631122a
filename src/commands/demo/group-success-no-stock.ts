import type { Buyer } from './buyer.ts'
import { type Goods, openSession, type SessionAnswer, stockGoods } from './catalogue.ts'
import { expectThat, type Flow } from './flow.ts'
import { until } from './poll.ts'
import type { Shop } from './shop.ts'

const UNIT_PRICE_IDR = 80_000
/** The buyers who join, with their units: together the units are the MOQ. */
const joining = [
  { name: 'Bayu', units: 2 },
  { name: 'Citra', units: 1 },
  { name: 'Eka', units: 1 },
  { name: 'Fitri', units: 1 },
]

interface PurchaseOrder {
  code: string
  status: string
  items: { sku: string; quantity: number; received: number; damaged: number }[]
  freight_idr: number | null
}

interface Fulfilment {
  outcome: string
  purchase_order?: PurchaseOrder
}

interface Message {
  id: string
  body: string
}

/**
 * The flow of path 2 of the service map (docs/service-map.md) when the goods are not in stock. The factory
 * gets a purchase order and delivers in two parts. The buyers who paid first get their orders after the first
 * part.
 */
export const groupSuccessNoStock: Flow = {
  name: 'group-success-no-stock',
  description: 'Four buyers make a session of 5; nothing is in stock, the factory delivers in two parts',
  act: async (shop, step) => {
    const goods = await step('staff list a product that its factory sells by six; none is in stock', () =>
      stockGoods(shop, { name: 'Jaket Denim', sku: 'DEMO-JAKET', priceIdr: 95_000, stock: 0, bundle: 6 }),
    )
    const session = await step(
      'staff open a session with an MOQ of 5',
      () => openSession(shop, goods, { moq: 5, unitPriceIdr: UNIT_PRICE_IDR, endsInS: 3_600 }),
      (made) => ({ detail: made.code }),
    )
    const buyers = await step('Bayu, Citra, Eka and Fitri log in', () =>
      Promise.all(joining.map(({ name }) => shop.newBuyer(name))),
    )
    const paid = await step(
      'they join and pay one after another, Bayu for two units',
      () => joinInTurn(buyers, session.id, goods),
      (amounts) => ({ amountIdr: amounts.reduce((sum, amount) => sum + amount, 0), detail: 'into escrow' }),
    )
    const called = await step(
      'the MOQ is met, the stock is short: a bundle is ordered',
      () =>
        until(
          'the purchase order with its freight',
          () => fulfilment(shop, session),
          ({ purchase_order: order }) => order?.status === 'sent' && order.freight_idr !== null,
        ),
      ({ purchase_order: order }) => ({
        ...(order?.freight_idr ? { amountIdr: order.freight_idr } : {}),
        detail: `estimated freight of ${order?.code}, ${order?.items[0]?.quantity} pieces for 5`,
      }),
    )
    const { code } = called.purchase_order as PurchaseOrder
    const message = await step(
      'the factory is told on WhatsApp',
      () => messageOf(shop, goods, code),
      (message) => ({ detail: message.body }),
    )
    await step('it replies "ok siap", which confirms the purchase order', async () => {
      const reply = { from: goods.factoryPhone, body: 'ok siap', context_id: message.id }
      await shop.sandbox.ask('POST', '/control/whatsapp/reply', reply)
      await until(
        'the confirmation',
        () => fulfilment(shop, session),
        ({ purchase_order: order }) => order?.status === 'confirmed',
      )
    })
    await step(
      'staff count the first delivery in: 3 good pieces, 1 damaged',
      () => receive(shop, code, '--line', `${goods.sku}=3,1`, '--delivery-note', 'SJ-1'),
      (order) => ({ detail: order.status }),
    )
    await step(
      'who paid first is served first: Bayu and Citra have orders, the others wait',
      async () => {
        await until(
          'two orders',
          () => ordersOf(buyers),
          (counts) => counts.join() === '1,1,0,0',
        )
        const { status } = await seen(shop, session)
        expectThat(status === 'orders_created', `${session.code} is ${status}, not orders_created`)
        const waitingIdr = (paid[2] ?? 0) + (paid[3] ?? 0)
        const escrowIdr = await balance(shop, `escrow:${session.id}`)
        expectThat(escrowIdr === waitingIdr, `the escrow holds ${escrowIdr}, not ${waitingIdr}`)
        return escrowIdr
      },
      (escrowIdr) => ({ amountIdr: escrowIdr, detail: 'of those who wait is still in escrow' }),
    )
    await step(
      'staff count in the rest, with a good piece for the damaged one',
      () => receive(shop, code, '--all', '--delivery-note', 'SJ-2'),
      (order) => ({ detail: order.status }),
    )
    await step(
      'nobody waits any more: the session succeeds',
      () =>
        until(
          'the session to succeed',
          () => seen(shop, session),
          (now) => now.status === 'success',
        ),
      (now) => ({ detail: now.status }),
    )
    await step(
      'all four have orders; the factory is owed for 5 pieces and not for the sixth',
      async () => {
        const counts = await ordersOf(buyers)
        expectThat(counts.join() === '1,1,1,1', `the buyers have ${counts.join()} orders`)
        const factoryIdr = await balance(shop, `factory:${goods.factoryId}`)
        // The factory gets 95 % of the sales: the default commission of laku's policy is 5 %.
        const shareIdr = 5 * UNIT_PRICE_IDR * 0.95
        expectThat(factoryIdr === shareIdr, `the factory is owed ${factoryIdr}, not ${shareIdr}`)
        return factoryIdr
      },
      (factoryIdr) => ({ amountIdr: factoryIdr, detail: 'owed to the factory, 5 % commission taken' }),
    )
  },
}

/** Lets the buyers join in turn: each pays before the next one joins. Returns the amounts paid. */
async function joinInTurn(buyers: readonly Buyer[], sessionId: string, goods: Goods): Promise<number[]> {
  const amounts: number[] = []
  for (const [i, buyer] of buyers.entries()) {
    const { payment } = await buyer.join(sessionId, goods.variantId, joining[i]?.units)
    await buyer.pay(payment, 'DANA')
    await until(
      `${buyer.name}'s payment`,
      () => buyer.paymentById(payment.id),
      (now) => now.status === 'paid',
    )
    amounts.push(payment.amount_idr)
  }
  return amounts
}

const seen = (shop: Shop, session: SessionAnswer) =>
  shop.staff.ask<SessionAnswer>('GET', `/api/group-sessions/${session.id}`)

/**
 * Calls `POST /api/warehouse/fulfill-demand` of the service map. Its answer states the goods that are
 * reserved or ordered for a session. A repeated call changes nothing.
 */
async function fulfilment(shop: Shop, session: SessionAnswer): Promise<Fulfilment> {
  const { status, body } = await shop.staff.send<Fulfilment>('POST', '/api/warehouse/fulfill-demand', {
    session_id: session.id,
  })
  return status === 200 ? body : { outcome: `answered ${status}` }
}

async function messageOf(shop: Shop, goods: Goods, code: string): Promise<Message> {
  const query = `channel=whatsapp&to=${encodeURIComponent(goods.factoryPhone)}`
  const ofOrder = (all: Message[]) => all.find((message) => message.body.includes(code))
  const all = await until(
    'the message to the factory',
    () => shop.sandbox.ask<Message[]>('GET', `/control/messages?${query}`),
    (messages) => ofOrder(messages) !== undefined,
  )
  return ofOrder(all) as Message
}

async function receive(shop: Shop, code: string, ...counts: string[]): Promise<PurchaseOrder> {
  const answer = await shop.laku<PurchaseOrder & { error?: { message: string } }>(
    'purchase-orders',
    'receive',
    code,
    ...counts,
  )
  expectThat(answer.error === undefined, `laku purchase-orders receive: ${answer.error?.message}`)
  return answer
}

async function ordersOf(buyers: readonly Buyer[]): Promise<number[]> {
  return (await Promise.all(buyers.map((buyer) => buyer.orders()))).map((orders) => orders.length)
}

async function balance(shop: Shop, account: string): Promise<number> {
  const { data } = await shop.laku<{ data: { balance_idr: number }[] }>('ledger', 'balances', account)
  return data[0]?.balance_idr ?? 0
}
