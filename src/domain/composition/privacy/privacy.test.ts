import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import type { Buyer } from '../../../../test/market.ts'
import { staff } from '../../../../test/staff.ts'
import { customer, refusal, Storefront } from '../../../../test/storefront.ts'
import { newId, runChecks } from '../../kernel/index.ts'
import { ledgerChecks } from '../../ledger/index.ts'
import { notifyByStaff } from '../../notification/index.ts'
import { changeUser, registerUser, updateMe } from '../../user/index.ts'
import { personalTables } from './personal-data.ts'
import { erasePerson, exportPerson } from './privacy.ts'

let laku: TestLaku
let shop: Storefront

beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, jobs: [] })
  shop = await Storefront.open(laku)
  await shop.market.addStock(100)
})
afterAll(() => laku.close())

const support = staff('support', 'asked by letter')
const word = { template: 'message', params: ['Halo', 'Kabar'] }
const erase = (buyer: Buyer) => laku.as(customer(buyer), (work) => erasePerson(work))
const phoneOf = async ({ id }: Buyer) => {
  const row = await laku.db.selectFrom('users').select('phone').where('id', '=', id).executeTakeFirstOrThrow()
  return row.phone
}

/** Makes a buyer whose only order was completed long ago, with a notice and a message about it. */
async function quietBuyer(): Promise<{ buyer: Buyer; orderId: string; phone: string }> {
  const [buyer] = await shop.market.buyers(1)
  const { order } = await shop.paidOrder(buyer!)
  const phone = (await phoneOf(buyer!)) as string
  await sql`update orders set status = 'completed', delivered_at = now() where id = ${order.id}`.execute(
    laku.db,
  )
  await sql`
    insert into whatsapp_messages (id, dedupe_key, to_phone, template, params, status, created_at, updated_at)
    values (${newId()}, ${newId()}, ${phone}, 'laku_notice', '["Halo Budi"]', 'sent', now(), now())`.execute(
    laku.db,
  )
  await sql`
    insert into webhook_inbox (id, provider, dedupe_key, headers, body, status, received_at, next_attempt_at)
    values (${newId()}, 'whatsapp', ${newId()}, '{}', ${`{"from":"${phone.slice(1)}"}`}, 'processed', now(), now())`.execute(
    laku.db,
  )
  return { buyer: buyer!, orderId: order.id, phone }
}

describe('exporting a person', () => {
  it('gives the person all that is kept of them, and nobody else', async () => {
    const { buyer, phone } = await quietBuyer()
    await quietBuyer()
    const mine = await laku.as(customer(buyer), (work) => exportPerson(work))
    expect(mine).toMatchObject({ profile: { id: buyer.id, phone }, walletBalanceIdr: 0 })
    expect(mine.orders).toHaveLength(1)
    expect(mine.addresses).toHaveLength(1)
    expect(mine.payments).toMatchObject([{ status: 'paid' }])
    expect(mine.whatsappMessages).toMatchObject([{ template: 'laku_notice' }])
    const other = laku.as(customer(buyer), (work) => exportPerson(work, { userId: newId() }))
    expect(await refusal(other)).toBe('kernel.forbidden')
    const bySupport = await laku.as(support, (work) => exportPerson(work, { userId: buyer.id }))
    expect(bySupport.profile).toEqual(mine.profile)
  })
})

describe('erasing a person', () => {
  it('takes what was written to a number that they had before, and leaves it to nobody who has it now', async () => {
    const { buyer, phone } = await quietBuyer()
    await laku.as(support, (work) => notifyByStaff(work, { ...word, userId: buyer.id }, 'http://laku.test'))
    await laku.as(support, (work) =>
      changeUser(work, { userId: buyer.id, phone: '0813-7777-0001', phoneProven: true }),
    )
    const heir = await laku.system((work) => registerUser(work, { phone: '0813-7777-0002' }))
    await laku.db.updateTable('users').set({ phone }).where('id', '=', heir.id).execute()
    const messages = async (id: string) =>
      (await laku.as({ kind: 'customer', id }, (work) => exportPerson(work))).whatsappMessages as unknown[]
    expect([await messages(buyer.id), await messages(heir.id)]).toMatchObject([
      [{ template: 'laku_notice', status: 'queued' }],
      [{ template: 'laku_notice', status: 'sent' }],
    ])
    await erase(buyer)
    const { rows } = await sql<{ row: string; status: string }>`
      select m::text as row, status from whatsapp_messages m where user_id = ${buyer.id}`.execute(laku.db)
    expect(rows).toMatchObject([{ status: 'failed', row: expect.not.stringContaining(phone) }])
    expect(await messages(heir.id)).toHaveLength(1)
  })

  it('takes what providers wrote of them, by their number as they write it or by their address', async () => {
    const { buyer, phone } = await quietBuyer()
    await laku.as(customer(buyer), (work) => updateMe(work, { email: 'siti_w@example.test' }))
    const heard = async (body: object, status = 'failed') => {
      const id = newId()
      await sql`
        insert into webhook_inbox (id, provider, dedupe_key, headers, body, status, received_at, next_attempt_at)
        values (${id}, 'xendit', ${id}, '{}', ${JSON.stringify(body)}, ${status}, now(), now())`.execute(
        laku.db,
      )
      return id
    }
    const theirs = [
      await heard({ payment_destination: `0${phone.slice(3)}` }),
      await heard({ mobile_number: phone }),
      await heard({ payer_email: 'Siti_W@example.test' }, 'processed'),
    ]
    const others = [await heard({ payer_email: 'sitixw@example.test' }), await heard({ to: '081299990000' })]
    await erase(buyer)
    const left = await laku.db.selectFrom('webhookInbox').select('id').where('body', 'is not', null).execute()
    const known = new Set(left.map(({ id }) => id))
    expect([theirs.filter((id) => known.has(id)), others.filter((id) => known.has(id))]).toEqual([[], others])
  })

  it('leaves nothing that names them in any table, and the book as it was', async () => {
    const { buyer, orderId, phone } = await quietBuyer()
    const entries = async () =>
      (await sql<{ n: number }>`select count(*)::int as n from ledger_entries`.execute(laku.db)).rows[0]?.n
    const before = await entries()
    await erase(buyer)
    for (const table of await everyTable()) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(table)} t`.execute(
        laku.db,
      )
      const named = rows.filter(({ row }) => row.includes(phone) || row.includes(phone.slice(1)))
      expect(named, table).toEqual([])
    }
    const { rows } = await sql<{ recipient: string; city: string }>`
      select address ->> 'recipientName' as recipient, address ->> 'city' as city from orders where id = ${orderId}`.execute(
      laku.db,
    )
    expect(rows[0]).toEqual({ recipient: '', city: 'Bandung' })
    expect(await entries()).toBe(before)
    const results = await laku.system((work) => runChecks(ledgerChecks, work.tx, work.vault))
    expect(results.filter((result) => !result.ok)).toEqual([])
    expect(await refusal(erase(buyer))).toBe('user.not_found')
  })

  it('is refused while something is open, and says what', async () => {
    const [buyer] = await shop.market.buyers(1)
    await shop.paidOrder(buyer!)
    const refused = await laku
      .as(customer(buyer!), (work) => erasePerson(work))
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'user.still_open', details: { open: { orders: 1 } } })
    const [saver] = await shop.market.buyers(1)
    const session = await shop.market.session({ moq: 50 })
    await shop.market.joinAndPay([saver!], session.id)
    await shop.market.leave(saver!, session.id)
    const withMoney = await laku
      .as(customer(saver!), (work) => erasePerson(work))
      .catch((error: unknown) => error)
    expect(withMoney).toMatchObject({ code: 'user.still_open', details: { open: { balanceIdr: 60_000 } } })
    // Staff said that the order has arrived, and its parcel is with the courier still.
    const [waiting] = await shop.market.buyers(1)
    const { order } = await shop.paidOrder(waiting!)
    await shop.book(order.id)
    await sql`update orders set status = 'completed', delivered_at = now() where id = ${order.id}`.execute(
      laku.db,
    )
    const early = await erase(waiting!).catch((error: unknown) => error)
    expect(early).toMatchObject({ code: 'user.still_open', details: { open: { parcels: 1 } } })
    await sql`update shipments set status = 'delivered' where order_id = ${order.id}`.execute(laku.db)
    expect(await refusal(erase(waiting!))).toBe('ok')
  })

  it('frees the number for somebody new, ends every log-in, and is an administrator’s for another person', async () => {
    const { buyer, phone } = await quietBuyer()
    const login = {
      id: newId(),
      userId: buyer.id,
      tokenHash: newId(),
      rotatedAt: laku.clock.now(),
      createdAt: laku.clock.now(),
    }
    await laku.db
      .insertInto('authSessions')
      .values({ ...login, expiresAt: new Date('2030-01-01') })
      .execute()
    expect(await refusal(laku.as(support, (work) => erasePerson(work, { userId: buyer.id })))).toBe(
      'kernel.forbidden',
    )
    await laku.as(admin, (work) => erasePerson(work, { userId: buyer.id }))
    const session = await laku.db
      .selectFrom('authSessions')
      .select('endedBecause')
      .where('id', '=', login.id)
      .executeTakeFirst()
    expect(session?.endedBecause).toBe('suspended')
    const taken = await laku.db.selectFrom('users').select('id').where('phone', '=', phone).execute()
    expect(taken).toEqual([])
  })
})

/**
 * For each table, the section of the export that has its data, or the reason why the export leaves it out.
 */
const sectionOf: Record<string, string> = {
  addresses: 'addresses',
  group_participants: 'participations',
  orders: 'orders',
  shipments: 'shipments',
  shipment_events: 'shipments',
  order_returns: 'returns',
  way_changes: 'waysIn',
  payments: 'payments',
  refunds: 'refunds',
  wallet_adjustments: 'walletAdjustments',
  withdrawals: 'withdrawals',
  withdrawal_destinations: 'withdrawalAccounts',
  limit_uses: 'withdrawals',
  payouts: 'withdrawals',
  reviews: 'reviews',
  notifications: 'notifications',
  notification_deliveries: 'notifications',
  notification_preferences: 'notificationPreferences',
  push_subscriptions: 'pushBrowsers',
  whatsapp_messages: 'whatsappMessages',
  otp_challenges: 'codes',
  users: 'profile',
}
const notExported: Record<string, string> = {
  way_keys: 'a key of ours, under which what was changed is kept sealed',
  suspense_items: 'the account to which a payout went: the same as that of its withdrawals',
  paces: 'how much of a limit is used up',
  called_codes: 'a code that is over in minutes',
  whatsapp_pace: 'when the next message may go',
  idempotency_keys: 'answers that the person had already',
  webhook_inbox: 'what providers wrote, until it is read: the same as its payments and parcels',
}

it('exports every table that it erases, or says why not', async () => {
  const { buyer } = await quietBuyer()
  const exported = await laku.as(customer(buyer), (work) => exportPerson(work))
  for (const { table } of personalTables) {
    if (table in notExported) continue
    expect(Object.keys(exported), table).toContain(sectionOf[table])
  }
})

const everyTable = async () =>
  (
    await sql<{ name: string }>`
      select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name not like 'kysely%'`.execute(
      laku.db,
    )
  ).rows.map((row) => row.name)

/** Columns that look personal but belong to nobody among the customers, with their meaning. */
const notOfCustomers: Record<string, string> = {
  'purchase_order_receipts.note': 'the number of a factory’s delivery note',
  'agent_offices.*': 'an office of the company',
  'audit_log.*':
    'written once: holds ids, states and amounts; fields with personal data are named, and those that were ways in sealed under a key that goes with their user',
  'attention.*': 'codes and amounts, for staff',
  'events.*': 'written once: ids, codes and amounts',
  'factories.*': 'a supplier, kept by contract and tax law',
  'factory_bank_accounts.*': 'a supplier',
  'staff.name': 'a member of the staff',
  'products.*': 'goods',
  'product_variants.*': 'goods',
  'order_items.name': 'goods',
  'pickup_tasks.*': 'a supplier and the staff',
  'switches.*': 'staff',
  'stock_movements.*': 'staff',
  'settlements.*': 'a supplier',
  'quarantined_money.*': 'a provider’s ids and amounts',
  'suspense_items.*': 'codes, amounts and the words of staff',
  'webhook_inbox.headers': 'kept without secrets, names nobody',
  'webhook_inbox.error': 'a code',
  'group_buying_sessions.*': 'an offer',
  'warehouse_purchase_orders.*': 'a supplier',
  'notifications.template': 'a name of ours',
  'whatsapp_messages.template': 'a name of ours',
  'payments.status_reason': 'a code',
  'withdrawals.closes_account': 'whether it does',
  'orders.status_reason': 'a code',
  'orders.tracking_status': 'a state',
  'order_returns.reason': 'a code',
  'refunds.reason': 'a code',
  'refunds.send_after': 'a time',
  'payout_channels.*': 'banks that the provider pays to',
  'ledger_chain.*': 'hashes, and the words of staff for a break',
  'reviews.status_reason': 'staff',
  'bank_batches.status_reason': 'staff',
  'bank_references.*': 'a bank’s words, and staff',
  'limit_clearances.reason': 'staff',
  'payout_channels.name': 'a bank',
  'provider_pace.*': 'calls to providers',
  'shipping_rates.*': 'prices between postcodes',
  'staff_names.name': 'staff',
  'clock.*': 'development',
  'database_environment.*': 'what this database is',
}

it('knows every column that sounds personal', async () => {
  const { rows } = await sql<{ table: string; column: string }>`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = current_schema() and table_name not like 'kysely%'
      and column_name ~ '(phone|name$|email|street|district|recipient|address|account|holder|fingerprint|body|params|note|photo|label|endpoint|p256dh|^auth$|^ip$|title|link|waybill|tracking|response|url|tax_id|reason|message$|details|before|after|headers|payload|signature|signed)'
      and column_name !~ '_id$' and column_name !~ '^account_id$'`.execute(laku.db)
  const known = new Set(
    personalTables.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`)),
  )
  const forgotten = rows
    .map(({ table, column }) => [`${table}.${column}`, `${table}.*`] as const)
    .filter(
      ([column, whole]) => !known.has(column) && !(column in notOfCustomers) && !(whole in notOfCustomers),
    )
    .map(([column]) => column)
  expect(
    forgotten,
    'add these to composition/privacy/personal-data.ts, or say in this test whose they are',
  ).toEqual([])
})

it('names only columns that there are', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns where table_schema = current_schema()`.execute(
    laku.db,
  )
  const there = new Set(rows.map((row) => row.name))
  const named = personalTables.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))
  expect(named.filter((name) => !there.has(name))).toEqual([])
})
