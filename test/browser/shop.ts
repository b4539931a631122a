import { freePorts } from '../../src/commands/up/ports.ts'
import { cancelSession } from '../../src/domain/group-buying/index.ts'
import { newId } from '../../src/domain/kernel/index.ts'
import { setSwitch } from '../../src/domain/ops/index.ts'
import { type RunningServer, startServer } from '../../src/http/server.ts'
import { admin, openTestLaku, type TestLaku } from '../laku.ts'
import { type Buyer, Market, type SessionTerms } from '../market.ts'
import { MUCH_IDR } from '../payouts.ts'
import { Storefront } from '../storefront.ts'

const tiers = [
  { minUnits: 1, unitPriceIdr: 85_000 },
  { minUnits: 50, unitPriceIdr: 79_000 },
  { minUnits: 100, unitPriceIdr: 72_500 },
]
const terms: SessionTerms = {
  moq: 40,
  capacity: 120,
  perUserLimit: 100,
  closePolicy: 'at_deadline',
  tiers,
  endsInS: 2 * 86_400 + 3 * 3_600,
}
const PRODUCT = 'Kaos Polos Katun Combed 30s Lengan Pendek'

/** A page in one of its states. */
export interface Sight {
  name: string
  path: string
  status: number
  /** The text of the page's heading, in each language. */
  says: { id: string; en: string }
}

/** A shop with a server and providers, and the addresses of each page in each of its states. */
export class Shop {
  readonly laku: TestLaku
  readonly market: Market
  readonly server: RunningServer

  private constructor(laku: TestLaku, market: Market, server: RunningServer) {
    this.laku = laku
    this.market = market
    this.server = server
  }

  static async open(): Promise<Shop> {
    const policy = { addressRequestsPerMinute: 100_000, xenditCallsPerMinute: 60 }
    const laku = await openTestLaku({ sandbox: true, floatIdr: MUCH_IDR, policy })
    const port = await freePorts(1)
    laku.config.publicUrl = `http://127.0.0.1:${port}`
    const server = await startServer(laku, { host: '127.0.0.1', port })
    laku.sandbox.setLakuUrl(server.url)
    const market = await Market.open(laku)
    const product = laku.db.updateTable('products').where('id', '=', market.productId)
    await product.set({ name: PRODUCT }).execute()
    return new Shop(laku, market, server)
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.laku.close()
  }

  get url(): string {
    return this.server.url
  }

  /** Makes a session with this many units paid by one buyer, and this many held by another buyer. */
  async session(more: SessionTerms & { paid?: number; held?: number } = {}) {
    const { paid = 0, held = 0, ...rest } = more
    const session = await this.market.session({ ...terms, ...rest })
    const [paying, holding] = (await this.market.buyers(2)) as [Buyer, Buyer]
    if (paid > 0) await this.market.joinAndPay([paying], session.id, paid)
    if (held > 0) await this.market.join(holding, session.id, held)
    return session
  }

  async sessionSights(): Promise<Sight[]> {
    const ended = {
      failed: await this.session(),
      cancelled: await this.session(),
      refunded: await this.session(),
    }
    for (const [status, { id }] of Object.entries(ended))
      await this.laku.db.updateTable('groupBuyingSessions').set({ status }).where('id', '=', id).execute()
    // The session's time runs out, but no worker runs that could end it.
    const ending = await this.session({ endsInS: 1, paid: 3 })
    const sights: [string, { code: string }][] = [
      ['session forming', await this.session({ paid: 27, held: 3 })],
      ['session empty', await this.session()],
      ['session with MOQ met', await this.session({ paid: 64 })],
      ['session full', await this.session({ moq: 20, capacity: 60, paid: 58, held: 2 })],
      ['session succeeded', await this.session({ moq: 5, closePolicy: 'at_moq', paid: 5 })],
      ['session failed', ended.failed],
      ['session cancelled', ended.cancelled],
      ['session refunded', ended.refunded],
      ['session at its end', ending],
    ]
    this.laku.clock.shift(2)
    const says = { id: PRODUCT, en: PRODUCT }
    const lost = {
      path: '/s/GBS-261125-NONE00',
      status: 404,
      says: { id: 'Tidak ditemukan', en: 'Not found' },
    }
    return [
      ...sights.map(([name, { code }]) => ({ name, path: `/s/${code}`, status: 200, says })),
      { name: 'session not found', ...lost },
    ]
  }

  /** Returns the address to which a payment's link redirects. */
  async invoiceOf(code: string): Promise<string> {
    const answer = await fetch(`${this.url}/pay/${code}`, { redirect: 'manual' })
    const invoice = answer.headers.get('location')
    if (!invoice) throw new Error(`/pay/${code} answers ${answer.status}`)
    return invoice
  }

  /** Returns the states of the provider's invoice page, as the sandbox shows it. */
  async invoiceSights(): Promise<Sight[]> {
    const invoices: string[] = []
    for (let n = 0; n < 3; n++) invoices.push(await this.invoiceOf((await this.held()).code))
    const [open, paid, expired] = invoices as [string, string, string]
    await fetch(paid, { method: 'POST', body: new URLSearchParams({ channel: 'QRIS' }) })
    const api = expired.replace(/pay\/(\w+)$/, 'invoices/$1/expire!')
    const login = { authorization: `Basic ${btoa(`${this.laku.config.xenditSecretKey}:`)}` }
    await fetch(api, { method: 'POST', headers: login })
    const amount = { id: '180.000', en: '180.000' }
    const done = { id: 'Pembayaran berhasil', en: 'Payment succeeded' }
    const over = { id: 'Tagihan kedaluwarsa', en: 'Invoice expired' }
    return [
      { name: 'invoice open', path: open, status: 200, says: amount },
      { name: 'invoice paid', path: paid, status: 200, says: done },
      { name: 'invoice expired', path: expired, status: 200, says: over },
    ]
  }

  /** Returns the courier's tracking pages: of a parcel on its way, and of an unknown parcel. */
  async trackSights(): Promise<Sight[]> {
    const shop = await Storefront.open(this.laku)
    await shop.market.addStock(10)
    const [buyer] = (await shop.market.buyers(1)) as [Buyer]
    const { order } = await shop.paidOrder(buyer, 1)
    await shop.book(order.id)
    const { trackingUrl } = await shop.see(order.id)
    const lost = { id: 'Tidak ditemukan', en: 'Not found' }
    const gone = `${this.laku.sandbox.biteshipUrl}/track/none`
    return [
      { name: 'parcel', path: trackingUrl as string, status: 200, says: { id: 'WYB-', en: 'WYB-' } },
      { name: 'parcel not found', path: gone, status: 404, says: lost },
    ]
  }

  /** Joins a session over the API, as a buyer's own program does. Returns the payment link. */
  async joinOver(code: string, quantity: number): Promise<string> {
    const [buyer] = (await this.market.buyers(1)) as [Buyer]
    const call = async (method: string, path: string, body?: object) => {
      const token = this.server.app.signAccessToken({ userId: buyer.id, authSessionId: newId() })
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${this.url}${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return (await answer.json()) as { id: string; payment: { invoice_url: string } }
    }
    const { id } = await call('GET', `/api/group-sessions/${code}`)
    const items = [{ variant_id: this.market.variantId, quantity }]
    const joined = await call('POST', `/api/group-sessions/${id}/join`, {
      items,
      address_id: buyer.addressId,
    })
    return joined.payment.invoice_url
  }

  /**
   * Lets this many other buyers open their payment links first, so that the next buyer gets a place in the
   * queue for invoices.
   */
  async crowd(): Promise<void> {
    const others = await Promise.all(Array.from({ length: 12 }, () => this.held()))
    await Promise.all(others.map(({ code }) => fetch(`${this.url}/pay/${code}`, { redirect: 'manual' })))
  }

  /** Makes a payment for a held place in a session. */
  async held(): Promise<{ id: string; code: string; sessionId: string; amountIdr: number }> {
    const session = await this.session({ paid: 27 })
    const [buyer] = (await this.market.buyers(1)) as [Buyer]
    const { payment } = await this.market.join(buyer, session.id, 2)
    return { ...payment, sessionId: session.id }
  }

  async paySights(): Promise<Sight[]> {
    const [waiting, paid, wrong, refunded, expired] = await Promise.all(
      Array.from({ length: 5 }, () => this.held()),
    )
    await this.market.pay(paid!.id, refunded!.id)
    await this.laku.as(admin, (work) => cancelSession(work, { sessionId: refunded!.sessionId }))
    await this.laku.drain()
    const payments = this.laku.db.updateTable('payments')
    await payments.set({ status: 'review' }).where('id', '=', wrong!.id).execute()
    await payments.set({ expiresAt: this.laku.clock.now() }).where('id', '=', expired!.id).execute()
    const at = (payment: { code: string } | undefined) => `/pay/${payment?.code}`
    return [
      {
        name: 'pay awaited',
        path: `${at(waiting)}?back=1`,
        status: 202,
        says: { id: 'Menunggu konfirmasi', en: 'Waiting for confirmation' },
      },
      { name: 'pay paid', path: at(paid), status: 200, says: { id: 'Sudah dibayar', en: 'Paid' } },
      {
        name: 'pay refunded',
        path: at(refunded),
        status: 200,
        says: { id: 'Uang dikembalikan', en: 'Money returned' },
      },
      {
        name: 'pay review',
        path: at(wrong),
        status: 200,
        says: { id: 'Sedang diperiksa', en: 'Being checked' },
      },
      {
        name: 'pay expired',
        path: at(expired),
        status: 410,
        says: { id: 'Tautan kedaluwarsa', en: 'Link expired' },
      },
      {
        name: 'pay not found',
        path: '/pay/PAY-261125-NOTHING',
        status: 404,
        says: { id: 'Tidak ditemukan', en: 'Not found' },
      },
    ]
  }

  problemSights(): Sight[] {
    return [
      {
        name: 'no page',
        path: '/nothing/here',
        status: 404,
        says: { id: 'Tidak ditemukan', en: 'Not found' },
      },
      {
        name: 'no address',
        path: '/s/%00',
        status: 400,
        says: { id: 'Alamat tidak dikenal', en: 'Unknown address' },
      },
    ]
  }

  /** Returns the states of the payment page while the provider is paused. */
  async pausedSights(): Promise<Sight[]> {
    const { code } = await this.held()
    await this.pause(true)
    return [
      {
        name: 'pay preparing',
        path: `/pay/${code}`,
        status: 503,
        says: { id: 'Mohon tunggu', en: 'Please wait' },
      },
    ]
  }

  pause(paused: boolean): Promise<unknown> {
    return this.laku.as(admin, (work) =>
      setSwitch(work, { name: 'xendit', paused, reason: 'to be looked at' }),
    )
  }
}
