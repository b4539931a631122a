import { sql } from 'kysely'
import { type Choreography, insertRows, newCode, newId, secondsAfter } from '../src/domain/kernel/index.ts'
import { balanceIdr } from '../src/domain/ledger/index.ts'
import { createPayments, freeParts, type Payment, type PayWith } from '../src/domain/payment/index.ts'
import { createXenditGateway } from '../src/providers/xendit/gateway.ts'
import { giveGoodwill } from './goodwill.ts'
import { openTestLaku, type TestLaku, type TestOptions } from './laku.ts'
import { brokenMoney } from './money-checks.ts'
import { MUCH_IDR } from './payouts.ts'

/** Returns the provider's client with short timeouts, so that a lost answer costs a test only a moment. */
export const shortTimeoutGateway = (laku: TestLaku) =>
  createXenditGateway({
    url: laku.config.xenditApiUrl,
    secretKey: laku.config.xenditSecretKey,
    timeoutMs: 400,
    breaker: { troubles: 1000 },
  })

/** The choreography of the payment domain alone. Reactions of other domains are tested in those domains. */
const alone: Partial<Choreography> = {
  'payment.paid': {},
  'payment.expired': { reactions: [freeParts] },
  'payment.failed': { reactions: [freeParts] },
  'payment.withdrawn': {},
  'refund.decided': {},
  'refund.succeeded': {},
  'refund.failed': {},
  'refund.waiting': {},
  'webhook.received': {},
}

export interface Buyer {
  userId: string
  sessionId: string
  participantId: string
}

/** Opens a laku with a session of a product, and helpers that tests of payments need. */
export async function openPaymentFixture(options: TestOptions = {}) {
  const laku = await openTestLaku({
    watched: true,
    sandbox: true,
    // In most tests refunds are sent at once, because the balance is large. Tests about unsettled money set
    // it to 0.
    floatIdr: MUCH_IDR,
    ...options,
    choreography: { ...alone, ...options.choreography },
  })
  const shop = await openShop(laku)
  const ways = waysOf(laku, shop.sessionId)
  // No server listens, so the sandbox drops its webhooks. Otherwise each would be retried for ten seconds.
  await ways.webhooks({ drop_rate: 1 })
  return { laku, ...shop, ...ways }
}

async function openShop(laku: TestLaku) {
  const [factoryId, productId, variantId, sessionId] = [newId(), newId(), newId(), newId()]
  await laku.system(async ({ tx, now }) => {
    const at = { createdAt: now, updatedAt: now }
    const factory = {
      id: factoryId,
      name: 'F',
      phone: '+62811',
      city: 'B',
      province: 'J',
      postalCode: '40111',
    }
    await insertRows(tx, 'factories', [
      { ...factory, verification: 'verified', status: 'active', commissionBps: 500, ...at },
    ])
    await insertRows(tx, 'products', [{ id: productId, factoryId, name: 'P', status: 'active', ...at }])
    const variant = { id: variantId, productId, sku: variantId, name: 'V', weightG: 500, priceIdr: 100_000 }
    await insertRows(tx, 'productVariants', [
      { ...variant, wholesaleUnit: 1, maxExcessUnits: 0, createdAt: now },
    ])
  })
  await insertSession(laku, sessionId, productId, factoryId)
  return { factoryId, productId, variantId, sessionId }
}

async function insertSession(
  laku: TestLaku,
  id: string,
  productId: string,
  factoryId: string,
): Promise<void> {
  const now = laku.clock.now()
  await sql`
    insert into group_buying_sessions (id, code, product_id, factory_id, status, moq, commission_bps, starts_at, ends_at, created_at, updated_at)
    values (${id}, ${newCode('GBS', now)}, ${productId}, ${factoryId}, 'forming', 10, 500, ${now}, ${secondsAfter(now, 86_400)}, ${now}, ${now})
  `.execute(laku.db)
}

function waysOf(laku: TestLaku, sessionId: string) {
  let phones = 0
  const ways = {
    /** Makes a user with a held place in the session. */
    async buyer(): Promise<Buyer> {
      const [userId, participantId, now] = [newId(), newId(), laku.clock.now()]
      await laku.db
        .insertInto('users')
        .values({
          id: userId,
          phone: `+62812${String(++phones).padStart(8, '0')}`,
          name: 'Budi',
          createdAt: now,
          updatedAt: now,
        })
        .execute()
      await sql`
        insert into group_participants (id, session_id, user_id, status, units, goods_idr, shipping_idr, total_idr,
          courier_company, courier_type, address, joined_at, hold_expires_at)
        values (${participantId}, ${sessionId}, ${userId}, 'held', 1, 100000, 10000, 110000, 'jne', 'reg', '{}', ${now}, ${now})
      `.execute(laku.db)
      return { userId, sessionId, participantId }
    },
    /** Makes a payment of 110,000 rupiah that is open for an hour. */
    async payment(method: PayWith = 'invoice', buyer?: Buyer, walletIdr?: number): Promise<Payment> {
      const { userId, participantId } = buyer ?? (await ways.buyer())
      const expiresAt = secondsAfter(laku.clock.now(), 3600)
      const subject = { participantId, sessionId }
      const draft = { userId, subject, amountIdr: 110_000, method, walletIdr, expiresAt }
      const [made] = await laku.system((work) => createPayments(work, [draft]))
      return made as Payment
    },
    fillWallet: (userId: string, amountIdr: number) =>
      laku.system((work) => giveGoodwill(work, userId, amountIdr)),
    row: (id: string) =>
      laku.db.selectFrom('payments').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    refundsOf: (paymentId: string) =>
      laku.db.selectFrom('refunds').selectAll().where('paymentId', '=', paymentId).orderBy('id').execute(),
    balance: (key: Parameters<typeof balanceIdr>[1]) => laku.system((work) => balanceIdr(work.tx, key)),
    events: async (type: string, paymentId: string) => {
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from events where type = ${type} and payload ->> 'paymentId' = ${paymentId}`.execute(
        laku.db,
      )
      return rows[0]?.n ?? 0
    },
    attention: async () => {
      const rows = await laku.db.selectFrom('attention').select(['kind', 'subjectId']).execute()
      return rows.map((row) => `${row.kind} ${row.subjectId}`)
    },
    /** Returns the violated invariants; empty if all hold. */
    broken: () => brokenMoney(laku),
    ...sandboxWays(laku),
  }
  return ways
}

interface SandboxBook {
  invoices: { id: string; external_id: string; status: string }[]
  refunds: { id: string; reference_id: string; amount: number; status: string }[]
}

/** Helpers for the buyer at the provider's page, and for a provider that misbehaves. */
function sandboxWays(laku: TestLaku) {
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${laku.sandbox.url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.status === 204 ? undefined : ((await response.json()) as unknown)
  }
  return {
    pay: (
      invoiceId: string,
      how: { channel?: string; source?: string; amount?: number; late?: boolean } = {},
    ) => send('POST', `/xendit/pay/${invoiceId}`, { channel: 'DANA', ...how }),
    faults: (...faults: object[]) => send('PUT', '/control/faults', faults),
    /** Sets how the sandbox's webhook deliveries misbehave; `{}` makes them normal. */
    webhooks: (how: object) => send('PUT', '/control/webhooks', how),
    /** Sets the provider's behaviour where several are possible (docs/sandbox.md). */
    profile: (switches: object) => send('PUT', '/control/profile', switches),
    /** Sets the company's own money at the provider (IDR), beyond settled payments. */
    float: (float_idr: number) => send('PUT', '/control/balance', { float_idr }),
    /** Sets the company's own money so that this sum can be spent. */
    spendable: (spendable_idr: number) => send('PUT', '/control/balance', { spendable_idr }),
    /** Lets the days pass after which payments can be spent. */
    settle: () => send('POST', '/control/settle', {}),
    /** Sets the lag of the provider's lists (s). */
    lists: (lag_s: number) => send('PUT', '/control/lists', { lag_s }),
    age: (seconds: number) => send('POST', '/control/age', { seconds }),
    /** Forces a refund into a state that the provider's own rules forbid. */
    force: (id: string, told: { status: string; amount?: number }) =>
      send('POST', `/control/refunds/${id}`, { ...told, force: true }),
    refundOutcome: (outcome: 'SUCCEEDED' | 'FAILED' | 'PENDING', failure_code?: string) =>
      send('PUT', '/control/refunds', { outcome, ...(failure_code ? { failure_code } : {}) }),
    book: async () => (await send('GET', '/control/book')) as SandboxBook,
    settled: () => laku.sandbox.settleWebhooks(),
  }
}

export type PaymentFixture = Awaited<ReturnType<typeof openPaymentFixture>>
