import { randomUUID } from 'node:crypto'
import { HttpClient } from './http-client.ts'
import { until } from './poll.ts'

export interface PaymentAnswer {
  id: string
  code: string
  status: string
  amount_idr: number
  invoice_url: string
  expires_at: string
}

export interface JoinAnswer {
  participation: {
    id: string
    status: string
    units: number
    goods_idr: number
    shipping_idr: number
    total_idr: number
  }
  payment: PaymentAnswer
}

export interface OrderAnswer {
  id: string
  code: string
  status: string
  waybill?: string | null
  goods_idr: number
  shipping_idr: number
  total_idr: number
}

interface Message {
  to: string
  body: string
  template?: string
  code?: string
}

const CODE_TEMPLATES = ['laku_otp', 'laku_code']

const jakarta = {
  label: 'Rumah',
  street: 'Jl. Kemang Raya 10',
  district: 'Mampang Prapatan',
  city: 'Jakarta Selatan',
  province: 'DKI Jakarta',
  postal_code: '12730',
}

/** A customer of the demo, who uses only the public API and the provider's pay page. */
export class Buyer {
  readonly name: string
  readonly phone: string
  readonly http: HttpClient
  readonly #sandbox: HttpClient
  addressId = ''
  userId = ''

  private constructor(name: string, phone: string, lakuUrl: string, sandboxUrl: string) {
    this.name = name
    this.phone = phone
    this.http = new HttpClient(lakuUrl)
    this.#sandbox = new HttpClient(sandboxUrl)
  }

  /**
   * Returns a new buyer, who logs in by the code that arrives on WhatsApp and gives an address. The log-in
   * registers the new phone.
   */
  static async signUp(name: string, phone: string, lakuUrl: string, sandboxUrl: string): Promise<Buyer> {
    const buyer = new Buyer(name, phone, lakuUrl, sandboxUrl)
    await buyer.logIn()
    const address = { ...jakarta, recipient_name: name, phone, is_default: true }
    const { id } = await buyer.http.ask<{ id: string }>('POST', '/api/addresses', address)
    buyer.addressId = id
    return buyer
  }

  async logIn(): Promise<void> {
    const login = { ...(await this.askCode()), name: this.name }
    const answer = await this.http.ask<{ access_token: string; user: { id: string } }>(
      'POST',
      '/api/auth/otp/verify',
      login,
    )
    this.http.token = answer.access_token
    this.userId = answer.user.id
  }

  /**
   * Requests a code for a purpose (log-in by default), and reads the code on the buyer's phone. Notices
   * arrive on this phone too, so only messages with a code are read.
   */
  async askCode(
    purpose: 'login' | 'withdrawal' = 'login',
  ): Promise<{ challenge_id: string; code: string | undefined }> {
    const codes = async () =>
      (await this.messages()).filter((message) => CODE_TEMPLATES.includes(message.template ?? ''))
    const before = (await codes()).length
    const { challenge_id } = await this.http.ask<{ challenge_id: string }>('POST', '/api/auth/otp', {
      phone: this.phone,
      purpose,
    })
    const [newest] = await until('the code on WhatsApp', codes, (all) => all.length > before)
    return { challenge_id, code: newest?.code }
  }

  /** Returns the messages that this phone received, newest first. */
  messages(): Promise<Message[]> {
    return this.#sandbox.ask('GET', `/control/messages?channel=whatsapp&to=${encodeURIComponent(this.phone)}`)
  }

  join(sessionId: string, variantId: string, quantity = 1, key: string = randomUUID()): Promise<JoinAnswer> {
    const body = { items: [{ variant_id: variantId, quantity }], address_id: this.addressId }
    return this.http.ask('POST', `/api/group-sessions/${sessionId}/join`, body, { 'idempotency-key': key })
  }

  order(variantId: string, quantity: number): Promise<{ order: OrderAnswer; payment: PaymentAnswer }> {
    const body = { items: [{ variant_id: variantId, quantity }], address_id: this.addressId }
    return this.http.ask('POST', '/api/orders', body, { 'idempotency-key': randomUUID() })
  }

  /** Follows laku's pay link to the provider's invoice, and pays there. */
  async pay(payment: PaymentAnswer, channel: string): Promise<void> {
    const page = await this.http.send<string>('GET', payment.invoice_url)
    if (page.status !== 302)
      throw new Error(`${payment.invoice_url} answered ${page.status}, not the provider's invoice`)
    await this.#sandbox.ask('POST', page.body, { channel })
  }

  orderById(id: string): Promise<OrderAnswer> {
    return this.http.ask('GET', `/api/orders/${id}`)
  }

  async orders(): Promise<OrderAnswer[]> {
    return (await this.http.ask<{ data: OrderAnswer[] }>('GET', '/api/orders')).data
  }

  async walletIdr(): Promise<number> {
    return (await this.http.ask<{ balance_idr: number }>('GET', '/api/wallet')).balance_idr
  }

  paymentById(id: string): Promise<PaymentAnswer> {
    return this.http.ask('GET', `/api/payments/${id}`)
  }
}
