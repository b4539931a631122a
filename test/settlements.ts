import { sql } from 'kysely'
import { approveBankAccount, setBankAccount, updateFactory } from '../src/domain/factory/index.ts'
import {
  type Actor,
  type Choreography,
  insertRows,
  newCode,
  newId,
  secondsAfter,
  type Work,
} from '../src/domain/kernel/index.ts'
import {
  type AccountKey,
  balanceIdr,
  credit,
  debit,
  factoryAccount,
  post,
} from '../src/domain/ledger/index.ts'
import { applyPayoutAnswers, submitPayouts } from '../src/domain/payout/index.ts'
import {
  approveSettlement,
  calculateSettlements,
  gatherLines,
  getSettlement,
  paySettlement,
  type SettlementQuery,
} from '../src/domain/settlement/index.ts'
import { sandboxControl } from './control.ts'
import { admin, openTestLaku, someone, system, type TestOptions } from './laku.ts'
import { Market } from './market.ts'
import { brokenMoney } from './money-checks.ts'
import { MUCH_IDR, shortTimeoutPayouts } from './payouts.ts'

/** Two members of finance: one calculates, the other approves. */
export const sinta: Actor = someone({ name: 'sinta', role: 'finance' })
export const budi: Actor = someone({ name: 'budi', role: 'finance' })

/** The entries of the choreography that settlement needs, without jobs. */
const quiet: Partial<Choreography> = { 'payout.created': {}, 'settlement.paid': {} }

const DAY_S = 86_400

export interface Sold {
  orderId: string
  orderItemId: string
  factoryId: string
}

/** Opens a laku with factories, their sales, and the people who settle them. */
export async function openSettlementFixture(options: TestOptions = {}) {
  const laku = await openTestLaku({
    watched: true,
    sandbox: true,
    // The payouts of these tests need money at the sandbox, because no payments came in there.
    floatIdr: MUCH_IDR,
    ...options,
    choreography: { ...quiet, ...options.choreography },
  })
  const market = await Market.open(laku)
  const [buyer] = await market.buyers(1)
  const payouts = shortTimeoutPayouts(laku)
  const send = sandboxControl(laku)
  // No server listens, so the sandbox drops its webhooks. Otherwise each would be retried for four seconds.
  await send('PUT', '/webhooks', { drop_rate: 1 })

  const ways = {
    /** Makes a factory with a test account number as its bank account, or without a bank account. */
    async factory(accountNumber?: string, email: string | null = null): Promise<string> {
      const id = newId()
      await laku.system(async ({ tx, now }) => {
        const place = { city: 'Bandung', province: 'Jawa Barat', postalCode: '40111' }
        const facts = { verification: 'verified', status: 'active', commissionBps: 500 }
        const at = { createdAt: now, updatedAt: now }
        const factory = { id, name: `Pabrik ${id.slice(-4)}`, phone: '+628110000002', email }
        await insertRows(tx, 'factories', [{ ...factory, ...place, ...facts, ...at }])
      })
      if (accountNumber) await ways.account(id, accountNumber)
      return id
    },
    /** Adds a bank account whose waiting time is over. */
    async account(factoryId: string, accountNumber: string): Promise<void> {
      const account = { factoryId, channelCode: 'ID_CIMB', accountNumber, accountHolderName: 'PT Uji' }
      const { id } = await laku.as(sinta, (work) => setBankAccount(work, account))
      await laku.as(budi, (work) => approveBankAccount(work, { factoryId, account: id }))
      await sql`update factory_bank_accounts set usable_from = ${laku.clock.now()} where factory_id = ${factoryId}`.execute(
        laku.db,
      )
    },
    /**
     * Makes an order of one item, delivered this many days ago, whose money was earned; the commission is 5
     * %.
     */
    sell: (factoryId: string, goodsIdr = 100_000, daysAgo = 8): Promise<Sold> =>
      laku.system((work) => sell(work, market, buyer?.id as string, factoryId, goodsIdr, daysAgo)),
    /** Refunds a part of the goods to the buyer after the release of the escrow. */
    refund: (sold: Sold, goodsIdr: number): Promise<void> =>
      laku.system(async (work) => {
        const commissionIdr = Math.floor(goodsIdr * 0.05)
        const { orderItemId, factoryId } = sold
        const of = { orderItemId, factoryId }
        const entries = [
          debit(factoryAccount(factoryId), goodsIdr - commissionIdr, of),
          debit('commission', commissionIdr, of),
          credit('adjustments', goodsIdr),
        ]
        const id = newId()
        await post(work, [
          { key: `refund:${id}:decided`, kind: 'refund.decided', subject: ['refund', id], entries },
        ])
      }),
    suspend: (factoryId: string) =>
      laku.as(admin, (work) => updateFactory(work, { factoryId, status: 'suspended' })),
    orderStatus: async (orderId: string, status: string): Promise<void> => {
      await laku.db.updateTable('orders').set({ status }).where('id', '=', orderId).execute()
    },
    gather: () => gatherLines({ unitOfWork: laku.unitOfWork, actor: system }),
    async run(query: SettlementQuery = {}, actor: Actor = sinta) {
      await ways.gather()
      return await laku.as(actor, (work) => calculateSettlements(work, query))
    },
    /** Runs the settlement of this factory's sales and returns it. */
    async settled(factoryId: string) {
      const { settlements } = await ways.run({ factoryId })
      const made = settlements.find((settlement) => settlement.status === 'calculated')
      if (!made?.code) throw new Error('nothing was settled')
      return made.code
    },
    approve: (settlement: string, actor: Actor = budi) =>
      laku.as(actor, (work) => approveSettlement(work, { settlement })),
    pay: (settlement: string) => laku.as(budi, (work) => paySettlement(work, { settlement })),
    async paying(factoryId: string): Promise<string> {
      const code = await ways.settled(factoryId)
      await ways.approve(code)
      await ways.pay(code)
      await ways.submit(code)
      return code
    },
    payoutOf: async (code: string) => {
      const row = await laku.db
        .selectFrom('settlements as s')
        .innerJoin('payouts as p', 'p.id', 's.payoutId')
        .selectAll('p')
        .where('s.code', '=', code)
        .executeTakeFirstOrThrow()
      return row
    },
    submit: async (code: string) => {
      const { id } = await ways.payoutOf(code)
      await submitPayouts({ unitOfWork: laku.unitOfWork, actor: system, payouts }, [id])
    },
    /** Sets the outcome of the provider's payout, and lets laku read it. */
    outcome: async (code: string, status: string) => {
      const { providerPayoutId } = await ways.payoutOf(code)
      await send('POST', `/payouts/${providerPayoutId}`, { status })
    },
    hear: async (code: string) => {
      const { providerPayoutId } = await ways.payoutOf(code)
      const answer = await payouts.getPayout(providerPayoutId as string)
      await laku.system((work) => applyPayoutAnswers(work, [answer]))
      return answer
    },
    see: (code: string) => laku.system((work) => getSettlement(work.tx, code)),
    balance: (key: AccountKey) => laku.system((work) => balanceIdr(work.tx, key)),
    broken: () => brokenMoney(laku, ['refunds']),
  }
  return { laku, market, payouts, ...ways }
}

export type SettlementFixture = Awaited<ReturnType<typeof openSettlementFixture>>

async function sell(
  work: Work,
  market: Market,
  userId: string,
  factoryId: string,
  goodsIdr: number,
  daysAgo: number,
): Promise<Sold> {
  const [orderId, orderItemId] = [newId(), newId()]
  const deliveredAt = secondsAfter(work.now, -daysAgo * DAY_S)
  const money = { goodsIdr, shippingIdr: 0, totalIdr: goodsIdr }
  const order = { id: orderId, code: newCode('ORD', work.now), userId, status: 'delivered', allocated: true }
  const way = { address: {}, courierCompany: 'jne', courierType: 'reg' }
  const at = { createdAt: deliveredAt, deliveredAt, updatedAt: deliveredAt }
  await insertRows(work.tx, 'orders', [{ ...order, ...way, ...money, ...at }])
  const item = {
    id: orderItemId,
    orderId,
    productId: market.productId,
    variantId: market.variantId,
    factoryId,
  }
  const goods = { sku: 'SKU', name: 'Kaos, M', weightG: 250, quantity: 1, commissionBps: 500 }
  await insertRows(work.tx, 'orderItems', [{ ...item, ...goods, unitPriceIdr: goodsIdr, totalIdr: goodsIdr }])
  const of = { orderItemId, factoryId }
  const commissionIdr = Math.floor(goodsIdr * 0.05)
  const entries = [
    debit('adjustments', goodsIdr),
    credit(factoryAccount(factoryId), goodsIdr - commissionIdr, of),
    credit('commission', commissionIdr, of),
  ]
  await post(work, [
    { key: `order:${orderId}:earned`, kind: 'order.earned', subject: ['order', orderId], entries },
  ])
  return { orderId, orderItemId, factoryId }
}
