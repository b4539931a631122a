import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { beginRun } from '../../src/domain/auth/index.ts'
import { choreography } from '../../src/domain/composition/choreography.ts'
import { setBankAccount } from '../../src/domain/factory/index.ts'
import { type Actor, type AttentionKind, newId, type StaffRole } from '../../src/domain/kernel/index.ts'
import { assignAgent, assignFactory } from '../../src/domain/office/index.ts'
import { requestReturn } from '../../src/domain/order/index.ts'
import { recordChargebacks } from '../../src/domain/payment/chargebacks/book.ts'
import {
  applyRefundAnswers,
  confirmPayments,
  createRefund,
  declareDead as declareRefundDead,
  disposeSuspense,
  getRefund,
  openInvoice,
} from '../../src/domain/payment/index.ts'
import { claimRefunds } from '../../src/domain/payment/refunds/claim.ts'
import {
  applyPayoutAnswers,
  declareDead,
  doubtBankFiles,
  handOutBatch,
  makeBatch,
  showBatch,
  submitPayouts,
} from '../../src/domain/payout/index.ts'
import { createReview } from '../../src/domain/review/index.ts'
import { claimForBank } from '../../src/domain/settlement/index.ts'
import { putIntoSuspense, type SuspenseKind } from '../../src/domain/suspense/index.ts'
import { adjustWallet, requestWithdrawal, sweepWithdrawals } from '../../src/domain/wallet/index.ts'
import { receiveWebhook } from '../../src/domain/webhooks/index.ts'
import { askLaku } from '../command-line.ts'
import { query } from '../global-setup.ts'
import { admin, system, type TestLaku } from '../laku.ts'
import { answerOf, type Buyer, type Market, rate, type SessionTerms } from '../market.ts'
import { openSettlementFixture, type SettlementFixture, sinta } from '../settlements.ts'
import { enrolAdmin, holderOf, staff } from '../staff.ts'
import { customer, Storefront } from '../storefront.ts'
import { good } from '../wallets.ts'

export interface Named {
  id: string
  code: string
}

/** Makes each new second factor look days old, so that its owner can act as a second person at once. */
const ageFactors = [
  `create function age_factor() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as
   $$ begin new.confirmed_at := new.confirmed_at - interval '2 days'; return new; end $$`,
  `create trigger factor_aged before update of confirmed_at on staff_factors for each row
   when (old.confirmed_at is null and new.confirmed_at is not null) execute function age_factor()`,
]

/**
 * The scenes that commands need: each makes an object in the state that a command requires. Each call makes a
 * new object.
 */
export class CommandScenes {
  readonly f: SettlementFixture
  readonly laku: TestLaku
  readonly shop: Storefront
  readonly market: Market
  readonly #folder = mkdtempSync(join(tmpdir(), 'laku-commands-'))
  #count = 0

  private constructor(f: SettlementFixture, shop: Storefront) {
    this.f = f
    this.laku = f.laku
    this.shop = shop
    this.market = shop.market
  }

  static async open(): Promise<CommandScenes> {
    // The limits of the policy for these scenes, which use the real choreography.
    const policy = {
      refundTwoPersonAboveIdr: 500_000,
      withdrawalApprovalAboveIdr: 100_000,
      settlementTwoPersonAboveIdr: 50_000_000,
    }
    const f = await openSettlementFixture({ choreography, policy })
    const scenes = new CommandScenes(f, await Storefront.open(f.laku))
    await scenes.market.addStock(10_000)
    await enrolAdmin(scenes.laku)
    await query(scenes.laku.ownerUrl, ...ageFactors)
    return scenes
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true })
    await this.laku.close()
  }

  /** Adds a member of finance and returns their name. */
  async colleague(): Promise<string> {
    const name = `staf-${this.next()}`
    await this.ask('auth', 'staff', 'add', name, '--role', 'finance')
    return name
  }

  /** Makes it look as if a code of the administrator's factor had been accepted a moment ago. */
  async codeCounted(): Promise<void> {
    await query(
      this.laku.ownerUrl,
      `insert into staff_factor_codes (factor_id, step, used_at)
       select f.id, ${this.next()}, shop_now() from staff_factors f join staff s on s.id = f.staff_id
       where s.name = 'ana' and f.confirmed_at is not null and f.ended_at is null`,
    )
  }

  /** Returns a number that no other scene has used. */
  next(): number {
    return ++this.#count
  }

  ask<T = Named>(...words: string[]): Promise<T> {
    return askLaku<T>(this.laku, words)
  }

  file(content: string): string {
    const path = join(this.#folder, `${this.next()}.csv`)
    writeFileSync(path, content)
    return path
  }

  async buyer(): Promise<Buyer> {
    return (await this.market.buyers(1))[0] as Buyer
  }

  async session(terms: SessionTerms = {}): Promise<Named> {
    return await this.market.session({ moq: 10, ...terms })
  }

  /** Makes a forming session with one buyer who has paid. */
  async paidSession(): Promise<Named & { buyer: Buyer }> {
    const [session, buyer] = [await this.session(), await this.buyer()]
    await this.market.joinAndPay([buyer], session.id)
    return { ...session, buyer }
  }

  /** Makes a session that reached its MOQ and whose goods are in stock. */
  async closedSession(): Promise<Named> {
    const session = await this.session({ moq: 1 })
    await this.market.joinAndPay([await this.buyer()], session.id)
    return session
  }

  async paidOrder(): Promise<Named & { paymentId: string }> {
    const { order, payment } = await this.shop.order(await this.buyer(), 1, { rate })
    await this.market.pay(payment.id)
    return { id: order.id, code: order.code, paymentId: payment.id }
  }

  /** Makes a batch of bank transfers whose file was not handed out. Returns its number. */
  async madeBatch(): Promise<string> {
    await this.bankFilesKnown()
    return await this.laku.as(sinta, async (work) =>
      String((await showBatch(work, await makeBatch(work))).number),
    )
  }

  /** Makes a batch with one settlement, whose file another person took. Returns the batch's number. */
  async bankBatch(): Promise<string> {
    const code = await this.approvedSettlement()
    return await this.laku.as(sinta, async (work) => {
      const id = await makeBatch(work)
      await claimForBank(work, { batch: async () => id, settlements: [code] })
      await handOutBatch(work, id)
      return String((await showBatch(work, id)).number)
    })
  }

  async unpaid(): Promise<string> {
    return (await this.shop.order(await this.buyer(), 1, { rate })).payment.id
  }

  /**
   * Makes an order whose buyer was sent to the provider's page and has not paid. Returns the payment's code.
   */
  async invoiced(): Promise<string> {
    const { payment } = await this.shop.order(await this.buyer(), 1, { rate })
    const { unitOfWork, providers, config } = this.laku
    const { publicUrl } = config
    await openInvoice({ unitOfWork, actor: system, gateway: providers.gateway, publicUrl }, payment.code)
    return payment.code
  }

  /** Makes a payment by e-wallet, so that its refunds go back to the source. */
  async paidAtSource(amountIdr?: number): Promise<string> {
    const { payment } = await this.shop.order(await this.buyer(), 1, { rate })
    await this.confirm(payment.id, amountIdr ?? payment.amountIdr)
    return payment.id
  }

  /**
   * Makes a payment that is old enough for the provider's list to show its line, and that has no line there.
   */
  async paidLongAgo(): Promise<string> {
    this.laku.clock.shift(-86_400)
    try {
      return await this.paidAtSource()
    } finally {
      this.laku.clock.shift(86_400)
    }
  }

  async confirm(paymentId: string, paidAmountIdr: number): Promise<void> {
    const paid = { paymentId, paidAmountIdr, channel: 'DANA', invoiceId: `invoice-${paymentId}` }
    await this.laku.system((work) => confirmPayments(work, [{ ...paid, paidAt: work.now }]))
  }

  /**
   * Makes a payment that laku refunded and that the card issuer also took back. Its buyer owes the refund.
   */
  async owed(): Promise<string> {
    const { payment } = await this.shop.order(await this.buyer(), 1, { rate })
    await this.confirm(payment.id, payment.amountIdr)
    const asked = { payment: payment.id, amountIdr: 60_000, note: 'a stain', borneBy: 'company' } as const
    const { id, code } = await this.laku.as(sinta, (work) => createRefund(work, asked))
    await this.laku.system(async (work) => {
      await claimRefunds(work, [id])
      const refunded = { id: `rfd-${code}`, referenceId: `${code}-1`, amountIdr: asked.amountIdr }
      await applyRefundAnswers(work, [{ ...refunded, status: 'SUCCEEDED' }])
      await recordChargebacks(work, [
        { transactionId: `cb-${code}`, paymentId: payment.id, amountIdr: payment.amountIdr },
      ])
    })
    return payment.code
  }

  /** Makes quarantined money: a payment that came in a rupiah short. */
  async quarantined(): Promise<string> {
    const paymentId = await this.paidAtSource(7)
    const row = this.laku.db.selectFrom('quarantinedMoney').select('id').where('paymentId', '=', paymentId)
    return (await row.executeTakeFirstOrThrow()).id
  }

  /**
   * Makes a line in the provider's list for a paid invoice of which laku has heard nothing. Returns the
   * line's id.
   */
  async line(): Promise<string> {
    const code = await this.invoiced()
    const { gateway } = this.laku.providers
    const [invoice] = await gateway.findInvoices(code)
    await fetch(`${this.laku.sandbox.url}/xendit/pay/${invoice?.id}`, { method: 'POST' })
    const { transactions } = await gateway.listTransactions({ referenceId: code, limit: 1 })
    return transactions[0]?.id as string
  }

  /** Makes money in suspense: a movement in the provider's list that cannot be assigned. */
  async suspended(amountIdr = 5_000, kind: SuspenseKind = 'movement'): Promise<string> {
    const code = `txn_${this.next()}`
    const money = { key: code, code, kind, amountIdr, why: 'a test' }
    await this.laku.system((work) => putIntoSuspense(work, money))
    return code
  }

  /** Makes money in suspense whose write-off was requested and is above the limit of one person. */
  async suspendedAsked(): Promise<string> {
    const code = await this.suspended(2_000_000_000_000)
    await this.laku.as(staff('finance', 'a test'), (work) =>
      disposeSuspense(work, code, { to: 'written_off' }),
    )
    return code
  }

  async refund(quantity: number): Promise<string> {
    const { payment } = await this.shop.order(await this.buyer(), quantity, { rate })
    await this.confirm(payment.id, payment.amountIdr)
    const amountIdr = quantity * 60_000
    const request = { payment: payment.id, amountIdr, note: 'a stain', borneBy: 'company' } as const
    return (await this.laku.as(sinta, (work) => createRefund(work, request))).code
  }

  /** Makes a refund whose call to the provider was lost two days ago. */
  async lostRefund(declared = false): Promise<string> {
    const code = await this.refund(1)
    const { id } = await this.laku.system((work) => getRefund(work.tx, code))
    await this.laku.system((work) => claimRefunds(work, [id]))
    const longAgo = new Date(this.laku.clock.now().getTime() - 2 * 86_400_000)
    const called = {
      calls: 1,
      firstCalledAt: longAgo,
      lastCalledAt: longAgo,
      leaseUntil: null,
      nextCheckAt: null,
    }
    await this.laku.db.updateTable('refunds').set(called).where('id', '=', id).execute()
    if (declared)
      await this.laku.as(staff('finance', 'a test'), (work) =>
        declareRefundDead(work, { refund: code, looked: 'taken for granted' }),
      )
    return code
  }

  async delivered() {
    const buyer = await this.buyer()
    const { order } = await this.shop.deliveredOrder(buyer, 1, { rate })
    return { buyer, order }
  }

  async returnAsked(): Promise<string> {
    const { buyer, order } = await this.delivered()
    await this.laku.as(customer(buyer), (work) =>
      requestReturn(work, { order: order.id, reason: 'damaged' } as never),
    )
    const row = this.laku.db.selectFrom('orderReturns').select('id').where('orderId', '=', order.id)
    return (await row.executeTakeFirstOrThrow()).id
  }

  async review(): Promise<string> {
    const { buyer, order } = await this.delivered()
    const orderItemId = order.items[0]?.id as string
    return (await this.laku.as(customer(buyer), (work) => createReview(work, { orderItemId, rating: 5 }))).id
  }

  async filled(amountIdr = 400_000): Promise<Buyer> {
    const buyer = await this.buyer()
    const gift = { userId: buyer.id, changeIdr: amountIdr, kind: 'goodwill', reason: 'a test' } as const
    await this.laku.as(admin, (work) => adjustWallet(work, gift))
    return buyer
  }

  /** Makes a withdrawal that is held until staff approve it. */
  async withdrawal(): Promise<Named> {
    const buyer = await this.filled()
    const bank = { ...good, accountNumber: String(1_000_000_000 + this.next()) }
    return await this.laku.as(customer(buyer), (work) =>
      requestWithdrawal(work, { amountIdr: 200_000, bank, otpVerifiedAt: work.now }),
    )
  }

  /** Makes a withdrawal that staff paid by hand from the bank. */
  async handWithdrawal(): Promise<string> {
    const { id, code } = await this.withdrawal()
    const usableAt = this.laku.clock.now()
    await this.laku.db
      .updateTable('withdrawals')
      .set({ byHand: true, dueAt: null })
      .where('id', '=', id)
      .execute()
    await this.laku.db.updateTable('withdrawalDestinations').set({ usableAt }).execute()
    await this.ask('wallets', 'withdrawals', 'approve', code, '--by-hand', `BCA ${this.next()}444`)
    return code
  }

  async failedWithdrawal(): Promise<string> {
    const { id, code } = await this.withdrawal()
    await this.ask('wallets', 'withdrawals', 'approve', code)
    await this.laku.db
      .updateTable('withdrawals')
      .set({ dueAt: this.laku.clock.now() })
      .where('id', '=', id)
      .execute()
    await sweepWithdrawals({ unitOfWork: this.laku.unitOfWork, actor: system })
    const payout = () =>
      this.laku.db.selectFrom('payouts').selectAll().where('subjectId', '=', id).executeTakeFirstOrThrow()
    const { payouts } = this.f
    await submitPayouts({ unitOfWork: this.laku.unitOfWork, actor: system, payouts }, [(await payout()).id])
    const { providerPayoutId } = await payout()
    const answer = await payouts.getPayout(providerPayoutId as string)
    const failed = { ...answer, status: 'FAILED', failureCode: 'INVALID_DESTINATION' } as never
    await this.laku.system((work) => applyPayoutAnswers(work, [failed]))
    return code
  }

  /** Makes a payout that was sent two days ago and that the provider's list does not contain. */
  async lostPayout(asked = false): Promise<string> {
    const code = await this.approvedSettlement()
    await this.f.pay(code)
    await this.f.submit(code)
    const { id } = await this.f.payoutOf(code)
    const long = new Date(this.laku.clock.now().getTime() - 2 * 86_400_000)
    const absentAt = this.laku.clock.now()
    const key = `${id.slice(-6).toUpperCase()}-LOST`
    await this.laku.db
      .updateTable('payouts')
      .set({
        key,
        providerPayoutId: null,
        providerStatus: null,
        calledAt: long,
        lastCalledAt: long,
        absentAt,
      })
      .where('id', '=', id)
      .execute()
    if (asked) await this.laku.as(staff('finance', 'a test'), (work) => declareDead(work, { payout: key }))
    return key
  }

  async adjustment(): Promise<string> {
    const { id: userId } = await this.buyer()
    const gift = { userId, changeIdr: 900_000, kind: 'goodwill', reason: 'a test' } as const
    return (await this.laku.as(sinta, (work) => adjustWallet(work, gift))).id
  }

  /**
   * An earlier scene may have restored a backup. This removes the doubt about bank files, as if all of them
   * were taken over.
   */
  async bankFilesKnown(): Promise<void> {
    await query(this.laku.ownerUrl, 'delete from bank_files_in_doubt')
  }

  /** A lost day was adopted, and nobody has said yet which files the bank has. */
  async bankFilesMissing(): Promise<void> {
    await this.laku.system(doubtBankFiles)
  }

  async settlement(): Promise<string> {
    await this.bankFilesKnown()
    const factoryId = await this.f.factory('131313')
    await this.f.sell(factoryId)
    return await this.f.settled(factoryId)
  }

  async approvedSettlement(): Promise<string> {
    const code = await this.settlement()
    await this.f.approve(code)
    return code
  }

  async failedSettlement(): Promise<string> {
    const code = await this.approvedSettlement()
    await this.f.pay(code)
    await this.f.submit(code)
    await this.f.outcome(code, 'FAILED')
    await this.f.hear(code)
    return code
  }

  async purchaseOrder(...verbs: string[]): Promise<string> {
    const { code } = await this.ask('purchase-orders', 'create', '--line', `${this.market.sku}=6`)
    for (const verb of verbs)
      await this.ask('purchase-orders', verb, code, ...(verb === 'receive' ? ['--all'] : []))
    return code
  }

  async shipment(): Promise<string> {
    const { id } = await this.paidOrder()
    await this.shop.book(id)
    return (await this.shop.see(id)).shipment?.code as string
  }

  readonly place = [
    ...['--phone', '022-555-1234', '--street', 'Jl. Dago 1', '--city', 'Bandung'],
    ...['--province', 'Jawa Barat', '--postal-code', '40135'],
  ]

  async office(): Promise<string> {
    return (await this.ask('offices', 'create', '--name', `Kantor ${this.next()}`, ...this.place)).id
  }

  async pickup(...verbs: string[]): Promise<string> {
    const office = await this.office()
    const factory = await this.factory('verify', 'activate')
    await this.ask('offices', 'assign', office, '--factory', factory)
    const sku = `P-${this.next()}`
    await this.product(factory, sku, true)
    const { code } = await this.ask('purchase-orders', 'create', '--line', `${sku}=6`, '--send')
    const { id } = await this.ask('offices', 'pickups', 'schedule', code)
    for (const verb of verbs) await this.ask('offices', 'pickups', verb, id)
    return id
  }

  async factory(...verbs: string[]): Promise<string> {
    const words = ['--city', 'Bandung', '--province', 'Jawa Barat', '--postal-code', '40135']
    const phone = `0812${String(10_000_000 + this.next())}`
    const { id } = await this.ask(
      'factories',
      'create',
      '--name',
      `F ${this.next()}`,
      '--phone',
      phone,
      ...words,
    )
    const all = verbs.length > 0 ? ['submit', ...verbs] : []
    for (const verb of all) await this.ask('factories', verb, id, '--reason', 'a test')
    return id
  }

  /** Makes a factory whose new bank account waits for the approval of another person. */
  async bankWaits(): Promise<string> {
    const factoryId = await this.factory('verify')
    const bank = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'PT' }
    await this.laku.as(this.other, (work) => setBankAccount(work, { factoryId, ...bank }))
    return factoryId
  }

  async product(factory = this.market.factoryId, sku = `S-${this.next()}`, active = false): Promise<string> {
    const words = ['--name', 'Kaos', '--variant', `${sku}:M:200:60000`, ...(active ? ['--active'] : [])]
    return (await this.ask('products', 'create', '--factory', factory, ...words)).id
  }

  /** Makes a notice that waits to be sent by email. */
  async notice(): Promise<string> {
    const { id: user } = await this.buyer()
    await this.ask('users', 'update', user, '--email', `${user}@pembeli.test`, '--reason', 'a test')
    const words = [user, '--template', 'message', '--param', 'A', 'B']
    return (await this.ask('notifications', 'send', ...words)).id
  }

  /** Makes a WhatsApp message that waits to be sent. */
  async queuedMessage(): Promise<string> {
    const phone = `0814${String(40_000_000 + this.next())}`
    return (await this.ask('whatsapp', 'send', phone, '--body', 'Barang Anda dikirim')).id
  }

  /** Makes a webhook delivery that was not processed yet. */
  async webhook(): Promise<string> {
    const webhook = { provider: 'xendit', dedupeKey: newId(), headers: {}, body: '{"strange":1}' } as const
    return await this.laku.system((work) => receiveWebhook(work, webhook))
  }

  async attention(kind: AttentionKind = 'payout_unexpected'): Promise<string> {
    const subject: [string, string] = ['order', newId()]
    const item = {
      kind,
      subject,
      message: 'it is stuck',
      command: 'laku doctor',
    }
    await this.laku.system(async (work) => work.requestAttention(item))
    const row = this.laku.db.selectFrom('attention').select('id').where('subjectId', '=', subject[1])
    return (await row.executeTakeFirstOrThrow()).id
  }

  /** Marks the database as restored from a backup: no money moves until staff run `payments adopt`. */
  async restored(): Promise<void> {
    await sql`update database_identity set is_restored = true`.execute(this.laku.db)
  }

  async brokenChain(): Promise<void> {
    await this.laku.system(async (work) =>
      work.requestAttention({
        kind: 'ledger_chain_broken',
        subject: ['ledger', 'chain'],
        message: 'the chain of the ledger does not go on',
        command: 'laku ledger declare-break',
      }),
    )
  }

  /** Makes the record of a command that a server runs now for this person. */
  async running(actor: Actor = admin): Promise<string> {
    const [id, staffId] = [newId(), (actor as Actor & { kind: 'staff' }).id]
    const run = { id, staffId, key: id, requestHash: 'x', command: 'settle run' }
    await this.laku.as(actor, (work) => beginRun(work, run))
    return id
  }

  /** Adds somebody who has no second factor yet. */
  async newcomer(role: StaffRole) {
    const words = ['auth', 'staff', 'add', `staf-${this.next()}`, '--role', role]
    return await holderOf(this.laku, (await this.ask<{ token: string }>(...words)).token)
  }

  /** Moves an agent to the office of a pickup, of a factory or of a purchase order's factory. */
  async giveTo({ id: staffId }: { id: string }, named = ''): Promise<void> {
    const { rows } = await sql<{ factory: string | null; office: string | null }>`
      select null as factory, id as office from agent_offices where id::text = ${named}
      union all select factory_id, office_id from pickup_tasks where ${named} in (id::text, '')
      union all (
        select f.id, o.office_id from factories f left join office_factories o on o.factory_id = f.id
          left join warehouse_purchase_orders b on b.factory_id = f.id
        where ${named} in (f.id::text, b.code, b.id::text))`.execute(this.laku.db)
    const [found] = rows
    const officeId = found?.office ?? (await this.office())
    await this.laku.as(admin, async (work) => {
      if (found?.factory) await assignFactory(work, { officeId, factoryId: found.factory })
      await assignAgent(work, { officeId, staffId })
    })
  }

  async job(isFailed = false): Promise<string> {
    const boss = await this.laku.queue.boss()
    const id = (await boss.send('notify', { eventId: newId() }, { retryLimit: 0 })) as string
    if (!isFailed) return id
    for (;;) {
      const [job] = await boss.fetch('notify')
      if (!job) throw new Error('the job is gone')
      if (job.id !== id) {
        await boss.complete('notify', job.id)
        continue
      }
      await boss.fail('notify', id, { message: 'no such thing' })
      return id
    }
  }

  /** Makes a place in a session that is held for a buyer and not paid. */
  async held(buyer: Buyer, sessionId: string): Promise<string> {
    const [outcome] = await this.market.joinAll([this.market.joinOf(buyer, sessionId)])
    return answerOf(outcome).payment.id
  }

  /** Another member of finance, for commands that need two people. */
  readonly other: Actor = sinta
}
