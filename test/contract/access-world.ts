import { createAddress } from '../../src/domain/address/index.ts'
import { insertRows, newId } from '../../src/domain/kernel/index.ts'
import { createReview } from '../../src/domain/review/index.ts'
import type { TestLaku } from '../laku.ts'
import { type Buyer, type Market, rate } from '../market.ts'
import { customer, Storefront } from '../storefront.ts'
import type { Call } from './access-matrix.ts'

const address = {
  label: 'rumah',
  recipientName: 'Ana',
  phone: '+628120000001',
  street: 'Jl. Melati 1',
  district: 'Coblong',
  city: 'Bandung',
  province: 'Jawa Barat',
  postalCode: '40132',
}

/**
 * The objects that the access matrix calls routes about. Each call makes a new object, so that the rows do
 * not affect one another.
 */
export class AccessWorld {
  readonly laku: TestLaku
  readonly market: Market
  readonly #shop: Storefront
  /** The owner of the objects, and another customer. */
  readonly owner: Buyer
  readonly other: Buyer

  private constructor(shop: Storefront, owner: Buyer, other: Buyer) {
    this.laku = shop.laku
    this.market = shop.market
    this.#shop = shop
    this.owner = owner
    this.other = other
  }

  static async open(laku: TestLaku): Promise<AccessWorld> {
    const shop = await Storefront.open(laku)
    const [owner, other] = await shop.market.buyers(2)
    await shop.market.addStock(1_000)
    return new AccessWorld(shop, owner!, other!)
  }

  get #items() {
    return [{ variant_id: this.market.variantId, quantity: 1 }]
  }

  async address(): Promise<Call> {
    return { id: (await this.laku.as(customer(this.owner), (work) => createAddress(work, address))).id }
  }

  async notification(): Promise<Call> {
    const id = newId()
    const row = {
      id,
      userId: this.owner.id,
      template: 'x',
      dedupeKey: id,
      locale: 'id',
      title: 'x',
      body: 'x',
      createdAt: this.laku.clock.now(),
    }
    await this.laku.system((work) => insertRows(work.tx, 'notifications', [row as never]))
    return { id }
  }

  async session(): Promise<Call> {
    return { body: { session_id: (await this.market.session()).id } }
  }

  async joinable(): Promise<Call> {
    return {
      id: (await this.market.session()).id,
      body: { items: this.#items, address_id: this.owner.addressId },
    }
  }

  async participation(): Promise<Call> {
    const { id } = await this.market.session()
    await this.market.join(this.owner, id)
    return { id }
  }

  orderable(): Call {
    return { body: { items: this.#items, address_id: this.owner.addressId } }
  }

  async order(): Promise<Call & { id: string }> {
    return { id: (await this.#shop.paidOrder(this.owner, 1)).order.id }
  }

  async unpaid(): Promise<Call> {
    return { body: { order_id: (await this.#shop.order(this.owner, 1, { rate })).order.id } }
  }

  async payment(): Promise<Call> {
    return { id: (await this.#shop.order(this.owner, 1, { rate })).payment.id }
  }

  async shipment(): Promise<Call> {
    const { order } = await this.#shop.paidOrder(this.owner, 1)
    await this.#shop.book(order.id)
    const { shipment } = await this.#shop.see(order.id)
    return { id: shipment!.id }
  }

  async delivered(): Promise<Call> {
    const { order } = await this.#shop.deliveredOrder(this.owner)
    return { id: order.id, body: { reason: 'damaged' } }
  }

  async reviewable(): Promise<Call> {
    const { order } = await this.#shop.deliveredOrder(this.owner)
    return { body: { order_item_id: order.items[0]!.id, rating: 5 } }
  }

  async review(): Promise<Call> {
    const { order } = await this.#shop.deliveredOrder(this.owner)
    const orderItemId = order.items[0]!.id
    const { id } = await this.laku.as(customer(this.owner), (work) =>
      createReview(work, { orderItemId, rating: 5 }),
    )
    return { id }
  }
}
