import { type Actor, type AttentionKind, newId } from '../../src/domain/kernel/index.ts'
import { showSuspense } from '../../src/domain/suspense/index.ts'
import { changeUser } from '../../src/domain/user/index.ts'
import { receiveWebhook } from '../../src/domain/webhooks/index.ts'
import { admin } from '../laku.ts'
import { codeNow, makeOld } from '../staff.ts'
import type { CommandScenes, Named } from './command-scenes.ts'

/**
 * Makes the object of a command, and returns the words that follow the command's name. The contract test adds
 * --reason and --json.
 */
export type Fixture = (scenes: CommandScenes) => Promise<readonly string[]>

const confirmed = (code: string) => [code, '--confirm', code]
const address = [
  ...['--label', 'rumah', '--recipient-name', 'Ana', '--phone', '0812-0000-0001', '--street', 'Jl. Melati 1'],
  ...['--district', 'Coblong', '--city', 'Bandung', '--province', 'Jawa Barat', '--postal-code', '40132'],
]

/** A fixture for every command that changes something, by the words of the command. */
export const fixtures: Record<string, Fixture> = {
  'sessions create': async ({ market }) => [
    ...['--product', market.productId, '--moq', '5', '--tier', '1=50000', '--ends', '+3d'],
  ],
  'sessions open': async (s) => [(await s.session({ status: 'draft' })).code],
  'sessions join': async (s) => {
    const [{ code }, buyer] = [await s.session(), await s.buyer()]
    return [code, '--user', buyer.id, '--item', `${s.market.sku}=1`]
  },
  'sessions leave': async (s) => {
    const { code, buyer } = await s.paidSession()
    return [code, '--user', buyer.id]
  },
  'sessions check': async (s) => [(await s.paidSession()).code],
  'sessions close': async (s) => {
    const session = await s.session({ moq: 1, closePolicy: 'at_deadline' })
    await s.market.joinAndPay([await s.buyer()], session.id)
    return [session.code]
  },
  'sessions extend': async (s) => [(await s.session()).code, '--until', '+3d'],
  'sessions cancel': async (s) => confirmed((await s.paidSession()).code),
  'sessions fulfil': async (s) => [(await s.closedSession()).code],
  'sessions refund': async (s) => confirmed((await s.closedSession()).code),
  'orders create': async (s) => {
    const buyer = await s.filled()
    return [`${s.market.sku}=1`, '--user', buyer.id, '--wallet']
  },
  'orders set-status': async (s) => [(await s.paidOrder()).code, 'processing'],
  'orders cancel': async (s) => [(await s.paidOrder()).code],
  'orders hold': async (s) => [(await s.paidOrder()).code],
  'orders release': async (s) => {
    const { code } = await s.paidOrder()
    await s.ask('orders', 'hold', code, '--reason', 'a test')
    return [code]
  },
  'orders returns accept': async (s) => [await s.returnAsked()],
  'orders returns refuse': async (s) => [await s.returnAsked()],
  'payments expire': async (s) => [await s.unpaid()],
  'payments release-escrow': async (s) => {
    const { code } = await s.closedSession()
    return confirmed(code)
  },
  'payments chargeback': async (s) => {
    const { code } = await s.ask('payments', 'show', await s.paidAtSource())
    return [...confirmed(code), '--transaction', `cb-${s.next()}`, '--amount', '5000']
  },
  'payments claim': async (s) => [await s.owed(), '--write-off'],
  'payments quarantine apply': async (s) => [await s.quarantined(), '--wallet'],
  'payments quarantine refund': async (s) => [await s.quarantined()],
  'shipments top-up': async (s) => ['5000', '--reference', `BCA-${s.next()}`],
  'suspense put': async (s) => [`payment:${await s.paidLongAgo()}:confirmed`],
  'payouts declare-dead': async (s) => confirmed(await s.lostPayout()),
  'payouts keep': async (s) => [await s.lostPayout(true)],
  'suspense offset': async (s) => [...confirmed(await s.suspended()), '--factory', s.market.factoryId],
  'suspense to-wallet': async (s) => [
    ...confirmed(await s.suspended(-5_000)),
    '--user',
    (await s.buyer()).id,
  ],
  'suspense collect': async (s) => [...confirmed(await s.suspended()), '--reference', `BCA-${s.next()}`],
  'suspense write-off': async (s) => confirmed(await s.suspended()),
  'suspense reassign': async (s) => [...confirmed(await s.suspended()), '--fee'],
  'suspense split': async (s) => [await s.suspended(), '2000'],
  'suspense undo': async (s) => {
    const words = confirmed(await s.suspended())
    await s.ask('suspense', 'write-off', ...words, '--reason', 'a test')
    return words
  },
  'suspense approve': async (s) => {
    const code = await s.suspendedAsked()
    const { request } = await s.laku.system(({ tx }) => showSuspense(tx, code))
    return [code, '--request', request ?? '']
  },
  'suspense reject': async (s) => [await s.suspendedAsked()],
  'refunds create': async (s) => [(await s.paidOrder()).paymentId, '5000'],
  'refunds approve': async (s) => [await s.refund(10)],
  'refunds reject': async (s) => [await s.refund(10)],
  'refunds retry': async (s) => [await s.refund(1)],
  'refunds declare-dead': async (s) => [await s.lostRefund()],
  'refunds keep': async (s) => [await s.lostRefund(true)],
  'wallets adjust': async (s) => [(await s.buyer()).id, '5000', '--confirm', '5000'],
  'wallets withdrawals approve': async (s) => [(await s.withdrawal()).code],
  'wallets withdrawals reject': async (s) => [(await s.withdrawal()).code],
  'wallets withdrawals retry': async (s) => [await s.failedWithdrawal()],
  'wallets withdrawals returned': async (s) => [
    await s.handWithdrawal(),
    '--reference',
    `BCA ${s.next()}111`,
  ],
  'wallets withdrawals arrived': async (s) => {
    const code = await s.handWithdrawal()
    await s.ask('wallets', 'withdrawals', 'returned', code, '--never-sent', '--reason', 'a test')
    return [code, '--reference', `BCA ${s.next()}222`]
  },
  'wallets adjustments approve': async (s) => [await s.adjustment()],
  'wallets adjustments reject': async (s) => [await s.adjustment()],
  'settle approve': async (s) => [await s.settlement()],
  'settle hold': async (s) => [await s.settlement()],
  'settle release': async (s) => {
    const code = await s.settlement()
    await s.ask('settle', 'hold', code, '--reason', 'a test')
    return [code]
  },
  'settle void': async (s) => [await s.settlement()],
  'settle pay': async (s) => confirmed(await s.approvedSettlement()),
  'settle retry': async (s) => confirmed(await s.failedSettlement()),
  'settle run': async (s) => {
    const factoryId = await s.f.factory('131313')
    await s.f.sell(factoryId)
    await s.f.gather()
    return ['--factory', factoryId]
  },
  'settle batches confirm': async (s) => [await s.bankBatch(), '--reference', `BCA ${s.next()}000`],
  'settle batches correct': async (s) => {
    const reference = `BCA ${s.next()}222`
    await s.ask('settle', 'batches', 'confirm', await s.bankBatch(), '--reference', reference)
    return [reference, '--to', `BCA ${s.next()}333`]
  },
  'settle batches cancel': async (s) => [await s.bankBatch()],
  'settle batches adopt': async (s) => {
    const transfer = 'ID_BCA,BCA,131313,PT Uji,95000'
    const code = await s.approvedSettlement()
    await s.bankFilesMissing()
    return [
      s.file(`code,channel_code,bank,account_number,account_holder_name,amount_idr\n${code},${transfer}\n`),
    ]
  },
  'settle import': async (s) => [s.file(`code,decision,reason\n${await s.settlement()},approve,\n`)],
  'stock adjust': async (s) => [s.market.sku, '5'],
  'payments book': async (s) => [await s.line()],
  'payments sync': async (s) => [await s.invoiced()],
  'payments adopt': async (s) => {
    await s.restored()
    return []
  },
  'shipments create': async (s) => [(await s.paidOrder()).code],
  'shipments track': async (s) => [await s.shipment()],
  'shipments set-status': async (s) => [await s.shipment(), 'picked_up'],
  'purchase-orders create': async (s) => ['--line', `${s.market.sku}=6`],
  'purchase-orders send': async (s) => [await s.purchaseOrder()],
  'purchase-orders confirm': async (s) => [await s.purchaseOrder('send')],
  'purchase-orders receive': async (s) => [await s.purchaseOrder('send'), '--all'],
  'purchase-orders close': async (s) => [await s.purchaseOrder('send', 'receive')],
  'purchase-orders cancel': async (s) => [await s.purchaseOrder('send')],
  'products create': async (s) => [
    ...['--factory', s.market.factoryId, '--name', 'Kaos', '--variant', `N-${s.next()}:M:200:60000`],
  ],
  'products import': async (s) => [
    s.file(
      `factory_id,product,sku,variant,weight_g,price_idr\n${s.market.factoryId},Kaos,I-${s.next()},M,200,60000\n`,
    ),
  ],
  'products update': async (s) => [await s.product(), '--name', 'Kaos baru'],
  'products activate': async (s) => [await s.product()],
  'products deactivate': async (s) => [await s.product(s.market.factoryId, `D-${s.next()}`, true)],
  'offices create': async (s) => ['--name', 'Kantor Baru', ...s.place],
  'offices update': async (s) => [await s.office(), '--name', `Kantor ${s.next()}`],
  'offices assign': async (s) => [await s.office(), '--factory', s.market.factoryId],
  'offices pickups schedule': async (s) => {
    await s.ask('offices', 'assign', await s.office(), '--factory', s.market.factoryId)
    return [await s.purchaseOrder('send')]
  },
  'offices pickups start': async (s) => [await s.pickup()],
  'offices pickups complete': async (s) => {
    const id = await s.pickup('start')
    const { items } = await s.ask<{ items: { sku: string }[] }>('offices', 'pickups', 'show', id)
    const proof = [
      '--photo',
      'https://p.test/1.jpg',
      '--signed-by',
      'Asep',
      '--signature',
      'https://p.test/2.png',
    ]
    return [id, '--count', `${items[0]?.sku}=6`, ...proof]
  },
  'offices pickups fail': async (s) => [await s.pickup('start')],
  'offices pickups cancel': async (s) => [await s.pickup()],
  'users create': async (s) => ['--phone', `0813${String(20_000_000 + s.next())}`, '--name', 'Ana'],
  'users update': async (s) => [(await s.buyer()).id, '--name', 'Ana'],
  'users send-code': async (s) => [(await s.buyer()).id, '--phone', `0813${String(20_000_000 + s.next())}`],
  'users suspend': async (s) => [(await s.buyer()).id],
  'users activate': async (s) => {
    const { id } = await s.buyer()
    await s.ask('users', 'suspend', id, '--reason', 'a test')
    return [id]
  },
  'users erase': async (s) => confirmed((await s.buyer()).id),
  'users export': async (s) => [(await s.buyer()).id],
  'addresses create': async (s) => ['--user', (await s.buyer()).id, ...address],
  'addresses update': async (s) => [(await s.buyer()).addressId, '--label', 'kantor'],
  'addresses delete': async (s) => [(await s.buyer()).addressId],
  'addresses set-default': async (s) => [
    (await s.ask('addresses', 'create', '--user', (await s.buyer()).id, ...address)).id,
  ],
  'notifications send': async (s) => [
    ...[(await s.buyer()).id, '--template', 'order_delayed', '--param', 'ORD-261125-3R9APGJRQW', '2'],
  ],
  'notifications cancel': async (s) => [await s.notice()],
  'notifications resend': async (s) => {
    const id = await s.notice()
    const failed = s.laku.db.updateTable('notificationDeliveries').set({ status: 'failed' })
    await failed.where('notificationId', '=', id).execute()
    return [id]
  },
  'whatsapp retry': async () => [],
  'whatsapp cancel': async (s) => [await s.queuedMessage()],
  'whatsapp send': async () => ['0812-0000-0001', '--body', 'Barang Anda dikirim hari ini'],
  'reviews publish': async (s) => {
    const id = await s.review()
    await s.laku.db.updateTable('reviews').set({ status: 'hidden' }).where('id', '=', id).execute()
    return [id]
  },
  'reviews hide': async (s) => [await s.review()],
  'factories create': async (s) => [
    ...['--name', 'Konveksi Dago', '--phone', `0812${String(30_000_000 + s.next())}`, '--city', 'Bandung'],
    ...['--province', 'Jawa Barat', '--postal-code', '40135'],
  ],
  'factories update': async (s) => [await s.factory(), '--name', 'Konveksi Baru'],
  'factories send-code': async (s) => [await s.factory(), '--phone', `0813${String(20_000_000 + s.next())}`],
  'factories submit': async (s) => [await s.factory()],
  'factories verify': async (s) => {
    const id = await s.factory()
    await s.ask('factories', 'submit', id)
    return [id]
  },
  'factories reject': async (s) => {
    const id = await s.factory()
    await s.ask('factories', 'submit', id)
    return [id]
  },
  'factories suspend': async (s) => [await s.factory('verify', 'activate')],
  'factories activate': async (s) => [await s.factory('verify', 'activate', 'suspend')],
  'factories set-bank': async (s) => [
    ...[await s.factory('verify'), '--channel', 'ID_BCA', '--account', '1234567890', '--holder', 'PT Maju'],
  ],
  'factories approve-bank': async (s) => [await s.bankWaits(), '--account', '1234567890'],
  'factories write-off': async (s) => {
    const id = await s.factory('verify', 'activate', 'suspend')
    // The refund is larger than the factory's balance, because the factory was already paid for the rest. So
    // the factory owes money.
    await s.f.refund(await s.f.sell(id, 50_000), 60_000)
    return confirmed(id)
  },
  'limits allow': async () => ['write_off', newId(), '5000000'],
  'attention resolve': async (s) => [await s.attention()],
  'ledger declare-break': async (s) => {
    await s.brokenChain()
    return ['--confirm', 'break']
  },
  'webhooks discard': async (s) => [await s.webhook()],
  'webhooks replay': async (s) => {
    const webhook = { provider: 'xendit', dedupeKey: newId(), headers: {}, body: '{"strange":1}' } as const
    return [await s.laku.system((work) => receiveWebhook(work, webhook))]
  },
  'jobs retry': async (s) => [await s.job(true)],
  'jobs cancel': async (s) => [await s.job()],
  'jobs redrive': async (s) => {
    await s.job(true)
    return ['notify']
  },
  'switches pause': async () => ['sms'],
  'switches resume': async (s) => {
    await s.ask('switches', 'pause', 'email', '--reason', 'a test')
    return ['email']
  },
  'auth staff add': async (s) => [`staf-${s.next()}`, '--role', 'finance'],
  'auth staff revoke': async (s) => {
    const name = `staf-${s.next()}`
    await s.ask('auth', 'staff', 'add', name, '--role', 'finance')
    return [name]
  },
  'auth staff activate': async (s) => {
    const name = await s.colleague()
    await s.ask('auth', 'staff', 'revoke', name, '--reason', 'a test')
    return [name]
  },
  'auth staff renew': async (s) => [await s.colleague()],
  'auth staff rename': async (s) => [await s.colleague(), `nama-${s.next()}`],
  'auth staff role': async (s) => [await s.colleague(), 'support'],
  'auth factor enrol': async (s) => {
    await s.codeCounted()
    return []
  },
  'auth factor confirm': async (s) => {
    await s.codeCounted()
    const { secret } = await s.ask<{ secret: string }>('auth', 'factor', 'enrol')
    return [codeNow(secret)]
  },
  'auth factor reset': async (s) => {
    const name = await s.colleague()
    const { id } = await s.ask('auth', 'factor', 'show', name)
    await makeOld(s.laku, id)
    return [name]
  },
  'audit reveal': async (s) => {
    const { id } = await s.buyer()
    const phone = `0814${Date.now() % 100_000_000}`.padEnd(12, '7')
    await s.laku.as(admin, (work) => changeUser(work, { userId: id, phone, phoneProven: true }))
    const { data } = await s.ask<{ data: Named[] }>('audit', 'list', '--subject', id)
    return [data[0]?.id ?? '']
  },
  'commands stop': async (s) => [await s.running()],
  'auth revoke-sessions': async (s) => [(await s.buyer()).id],
}

/** An attention item that this person may see and resolve: the warehouse sees those about goods alone. */
export const ofTheirs = (actor: Actor): AttentionKind | undefined =>
  actor.kind === 'staff' && actor.role === 'warehouse' ? 'shipment_not_booked' : undefined

/** The words of the commands that only read, where they are not those of the list's first row. */
const reading: Record<string, (s: CommandScenes, actor: Actor) => Promise<readonly string[]>> = {
  'wallets show': async (s) => [(await s.buyer()).id],
  'wallets entries': async (s) => [(await s.filled()).id],
  'stock movements': async (s) => [s.market.sku],
  'shipments rates': async () => ['40132', '1000'],
  'ledger explain': async (s) => [await s.paidAtSource()],
  'ledger as-of': async () => ['now'],
  'ledger entries': async () => ['--account', 'gateway'],
  'payments quarantine list': async () => ['--all'],
  'suspense list': async () => ['--all'],
  'attention list': async () => ['--all'],
  'addresses list': async (s) => ['--user', (await s.buyer()).id],
  'addresses show': async (s) => [(await s.buyer()).addressId],
  'commands show': async (s, actor) => [await s.running(actor)],
  'auth factor show': async () => [],
  'attention show': async (s, actor) => [await s.attention(ofTheirs(actor))],
  'stock show': async (s) => [s.market.sku],
  'jobs dead': async (s) => {
    await s.job(true)
    return []
  },
}

/** Returns the words after the name of a command that only reads, for an object that exists. */
export async function wordsToRead(s: CommandScenes, name: string, actor: Actor): Promise<readonly string[]> {
  const own = reading[name]
  if (own) return await own(s, actor)
  const [verb, ...noun] = name.split(' ').toReversed()
  if (verb !== 'show' || name === 'limits show') return []
  const list = [...noun.toReversed(), 'list']
  const words = (await reading[list.join(' ')]?.(s, actor)) ?? []
  const { data } = await s.ask<{ data: (Named & { number: number })[] }>(...list, ...words, '--limit', '1')
  const [first] = data
  return [first?.id ?? first?.code ?? String(first?.number)]
}
