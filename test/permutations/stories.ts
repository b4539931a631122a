import { sql } from 'kysely'
import type { GatewayInvoiceStatus, GatewayRefundStatus } from '../../src/domain/payment/gateway.ts'
import { openInvoice, submitRefunds } from '../../src/domain/payment/index.ts'
import type { GatewayPayoutStatus } from '../../src/domain/payout/gateway.ts'
import type { WebhookProvider } from '../../src/domain/webhooks/index.ts'
import { system } from '../laku.ts'
import { customer } from '../storefront.ts'
import { waits } from '../wallets.ts'
import { type PermutedShop, type Subject, several } from './world.ts'

export interface Story {
  provider: WebhookProvider
  /** Makes this many objects, each with five updates in the order in which they happened. */
  begin: (world: PermutedShop, count: number) => Promise<Subject[]>
  /** Returns laku's data about an object, without ids, codes and times, which differ between objects. */
  state: (world: PermutedShop, subject: Subject) => Promise<Record<string, unknown>>
  /** The state in which all of them end. */
  end: Record<string, unknown>
}

const gatewayOf = ({ laku }: PermutedShop) => ({
  unitOfWork: laku.unitOfWork,
  actor: system,
  gateway: laku.providers.gateway,
  publicUrl: 'http://laku.test',
})

/** Makes a direct order whose invoice the buyer has opened. */
async function openedOrder(world: PermutedShop) {
  const { shop, laku } = world
  const [buyer] = await shop.market.buyers(1)
  const { order, payment } = await shop.order(buyer!)
  await openInvoice(gatewayOf(world), payment.code)
  const [open] = await laku.providers.gateway.findInvoices(payment.code)
  if (!open) throw new Error('there is no invoice')
  return { buyer: buyer!, order, payment, open }
}

async function paidInvoice(world: PermutedShop, id: string) {
  await fetch(`${world.laku.sandbox.url}/xendit/pay/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'DANA' }),
  })
  return await world.laku.providers.gateway.getInvoice(id)
}

const invoiceUpdate = (status: string, { id, externalId }: { id: string; externalId: string }) => ({
  id,
  external_id: externalId,
  status,
})

async function single<T>(world: PermutedShop, query: ReturnType<typeof sql<T>>): Promise<T> {
  const { rows } = await query.execute(world.laku.db)
  if (rows.length !== 1) throw new Error(`${rows.length} rows`)
  return rows[0] as T
}

const payments: Story = {
  provider: 'xendit',
  begin: (world, count) =>
    several(Array.from({ length: count }), async () => {
      const { order, payment, open } = await openedOrder(world)
      const paid = await paidInvoice(world, open.id)
      // Each pair has the status in the webhook and the status that a reading gives. An EXPIRED may be old:
      // the reading then says that the invoice is paid.
      const history: [said: GatewayInvoiceStatus, is: GatewayInvoiceStatus][] = [
        ['PENDING', 'PENDING'],
        ['PENDING', 'PENDING'],
        ['PAID', 'PAID'],
        ['SETTLED', 'SETTLED'],
        ['EXPIRED', 'SETTLED'],
      ]
      const updates = history.map(([said, status]) => ({
        body: invoiceUpdate(said, open),
        reading: status === 'PENDING' ? open : { ...paid, status },
      }))
      return { ids: [payment.id, order.id], updates }
    }),
  state: (world, { ids }) =>
    single(
      world,
      sql<Record<string, unknown>>`
        select p.status, p.channel, o.status as "order",
          (select count(*)::int from events e where e.type = 'payment.paid' and e.aggregate_id = p.id) as told
        from payments p join orders o on o.id = p.order_id where p.id = ${ids[0]}`,
    ),
  end: { status: 'paid', channel: 'DANA', order: 'paid', told: 1 },
}

const refunds = (answers: GatewayRefundStatus[], end: Record<string, unknown>): Story => ({
  provider: 'xendit',
  begin: async (world, count) => {
    const { laku, shop } = world
    const opened = await several(Array.from({ length: count }), () => openedOrder(world))
    const paid = await several(opened, async ({ open }) => ({
      body: invoiceUpdate('PAID', open),
      reading: await paidInvoice(world, open.id),
    }))
    await world.deliver('xendit', paid)
    return await several(opened, async ({ buyer, order, payment }) => {
      await shop.cancel(customer(buyer), order.id)
      const { id } = await laku.db
        .selectFrom('refunds')
        .select('id')
        .where('paymentId', '=', payment.id)
        .executeTakeFirstOrThrow()
      await submitRefunds(gatewayOf(world), [id])
      const { providerRefundId } = await laku.db
        .selectFrom('refunds')
        .select('providerRefundId')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const known = await laku.providers.gateway.getRefund(providerRefundId as string)
      const updates = answers.map((status) => ({
        body: {
          event: `refund.${status.toLowerCase()}`,
          data: { id: known.id, reference_id: known.referenceId, status },
        },
        reading: { ...known, status, ...(status === 'FAILED' && { failureCode: 'REFUND_FAILED' }) },
      }))
      return { ids: [id, payment.id, order.id], updates }
    })
  },
  state: (world, { ids }) =>
    single(
      world,
      sql<Record<string, unknown>>`
        select r.status, r.attempt, p.status as payment, o.status as "order",
          (select count(*)::int from events e where e.type = 'refund.succeeded' and e.payload ->> 'refundId' = r.id::text) as told
        from refunds r join payments p on p.id = r.payment_id join orders o on o.id = p.order_id where r.id = ${ids[0]}`,
    ),
  end,
})

const withdrawals = (answers: GatewayPayoutStatus[], end: Record<string, unknown>): Story => ({
  provider: 'xendit',
  begin: (world, count) =>
    several(Array.from({ length: count }), async () => {
      const { wallets, laku } = world
      const userId = await wallets.user()
      await wallets.known(userId, waits)
      await wallets.fill(userId, 500_000)
      const { id } = await wallets.withdraw(userId, 100_000, { bank: waits })
      await wallets.send(id)
      const payout = await wallets.payoutOf(id)
      const known = await laku.providers.payouts.getPayout(payout.providerPayoutId as string)
      const updates = answers.map((status) => ({
        body: { event: 'payout.succeeded', data: { id: known.id, reference_id: known.referenceId, status } },
        reading: { ...known, status, ...(status === 'FAILED' && { failureCode: 'INVALID_DESTINATION' }) },
      }))
      return { ids: [id, payout.id], updates }
    }),
  state: (world, { ids }) =>
    single(
      world,
      sql<Record<string, unknown>>`
        select w.status, p.status as payout, p.provider_status, p.attempt,
          (select array_agg(e.type order by e.type) from events e where e.aggregate_id = p.id and e.type not in ('payout.created', 'payout.submitted')) as told
        from withdrawals w join payouts p on p.subject_id = w.id where w.id = ${ids[0]}`,
    ),
  end,
})

const shipments: Story = {
  provider: 'biteship',
  begin: async (world, count) => {
    const { shop, laku } = world
    const placed = await several(await shop.market.buyers(count), (buyer) => shop.paidOrder(buyer))
    await shop.book(...placed.map(({ order }) => order.id))
    return await several(placed, async ({ order }) => {
      const parcel = await laku.db
        .selectFrom('shipments')
        .select(['id', 'providerOrderId'])
        .where('orderId', '=', order.id)
        .executeTakeFirstOrThrow()
      const courierOrderId = parcel.providerOrderId as string
      const updates: Subject['updates'] = []
      for (const status of ['allocated', 'picking_up', 'picked', 'dropping_off', 'delivered']) {
        await fetch(`${laku.sandbox.url}/control/shipments/${courierOrderId}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ status }),
        })
        const reading = await laku.providers.courier.getOrder(courierOrderId)
        updates.push({ body: { event: 'order.status', order_id: courierOrderId, status }, reading })
      }
      return { ids: [parcel.id, order.id], updates }
    })
  },
  state: (world, { ids }) =>
    single(
      world,
      sql<Record<string, unknown>>`
        select s.status, o.status as "order", s.price_idr is not null as priced,
          (select array_agg(e.status order by e.status) from shipment_events e where e.shipment_id = s.id) as seen
        from shipments s join orders o on o.id = s.order_id where s.id = ${ids[0]}`,
    ),
  end: {
    status: 'delivered',
    order: 'delivered',
    priced: true,
    seen: ['booked', 'booked', 'booked', 'delivered', 'in_transit', 'picked_up'],
  },
}

const untold = { told: 0 }

export const stories: Record<string, Story> = {
  'a payment': payments,
  'a refund that succeeds': refunds(['PENDING', 'PENDING', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'], {
    status: 'succeeded',
    attempt: 1,
    payment: 'refunded',
    order: 'refunded',
    told: 1,
  }),
  'a refund that fails': refunds(['PENDING', 'PENDING', 'FAILED', 'FAILED', 'FAILED'], {
    status: 'failed',
    attempt: 1,
    payment: 'paid',
    order: 'cancelled',
    ...untold,
  }),
  'a disbursement that comes back': withdrawals(
    ['ACCEPTED', 'REQUESTED', 'SUCCEEDED', 'SUCCEEDED', 'REVERSED'],
    {
      status: 'reversed',
      payout: 'reversed',
      told: ['payout.reversed', 'payout.succeeded'],
    },
  ),
  'a disbursement that fails': withdrawals(
    ['ACCEPTED', 'PENDING_COMPLIANCE_ASSESSMENT', 'REQUESTED', 'FAILED', 'FAILED'],
    {
      status: 'failed',
      payout: 'failed',
      told: ['payout.failed'],
    },
  ),
  'a shipment': shipments,
}
