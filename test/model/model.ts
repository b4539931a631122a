import { BUYERS, type Command, type Terms } from './commands.ts'
import { ModelStock } from './model-stock.ts'

export const SHIPPING_IDR = 10_000
export const SESSION_S = 6 * 3600
export const GOODWILL_IDR = 200_000
const HOLD_S = 3600
const EXTENSIONS = 3
export const EXTENSION_S = 3600
/** After so long no more time passes: the key of a lost refund is good for 20 hours. */
const LONGEST_S = 15 * 3600

interface Place {
  buyer: number
  units: number
  amountIdr: number
  status: 'held' | 'paid' | 'ordered' | 'expired' | 'left' | 'refunded'
  payment: 'pending' | 'paid' | 'expired' | 'refunded' | 'review'
  method: 'invoice' | 'wallet'
  expiresAtS: number
  paidAtS: number
  /** What the gateway took on each of its invoices, once and for all. */
  taken: { [invoice: string]: { channel: 'BCA' | 'DANA'; offIdr: number } }
  /** The invoice that was received. */
  invoice?: string
  /** Whether a refund goes to its source. */
  toSource: boolean
}

interface Stray {
  place: Place
  kind: 'wrong_amount' | 'paid_twice'
  invoice: string
  channel: 'BCA' | 'DANA'
  amountIdr: number
}

interface Refund {
  place: Place
  amountIdr: number
  state: 'payable' | 'sent'
  /** Of money in quarantine, not of the payment. */
  stray?: Stray
}

/** What should be true, told again in plain words: one session, its money and its goods, without a database. */
export class Model {
  nowS = 0
  status = 'forming'
  endsAtS = SESSION_S
  extensions = 0
  finalIdr: number | null = null
  readonly places: Place[] = []
  readonly strays: Stray[] = []
  readonly quarantined = new Set<string>()
  refunds: Refund[] = []
  sentBackIdr = 0
  readonly stock = new ModelStock()
  readonly money = {
    gateway: 0,
    escrow: 0,
    quarantine: 0,
    subsidy: 0,
    factory: 0,
    commission: 0,
    shipping: 0,
    wallets: Array.from<unknown, number>({ length: BUYERS }, (_, i) => (i === 0 ? GOODWILL_IDR : 0)),
  }
  readonly terms: Terms

  constructor(terms: Terms) {
    this.terms = terms
  }

  get capacity(): number {
    return this.terms.moq + this.terms.room
  }

  units(...statuses: Place['status'][]): number {
    return this.places.filter((p) => statuses.includes(p.status)).reduce((sum, p) => sum + p.units, 0)
  }

  /** Whether it is allowed; what is not changes nothing. Every command takes a second. */
  take(command: Command): boolean {
    const allowed = this.#act(command)
    this.nowS++
    return allowed
  }

  #act(command: Command): boolean {
    switch (command.do) {
      case 'join':
        return this.#join(command)
      case 'leave':
        return this.#leave(command.buyer)
      case 'pay':
        return this.#withPlace(command.nth, (place) => this.#pay(place, command))
      case 'expire':
        return this.#withPlace(command.nth, (place) => this.#expire(place))
      case 'decide':
        return this.#decide(command)
      case 'send':
        return this.#send(command.answer)
      case 'pass':
        return this.#pass(command.minutes * 60)
      case 'check':
        return this.#look()
      case 'close':
        return this.#closeEarly()
      case 'extend':
        return this.#extend()
      case 'cancel':
        return this.#cancel()
      case 'refund':
        return this.#refundAll()
      case 'fulfil':
        return this.#fulfil(command.by === 'staff')
      case 'stock':
        this.stock.add(command.units)
        return true
      case 'receive':
        return this.stock.receive(command.good, command.damaged)
      case 'endPurchase':
        return this.stock.endPurchase(command.how)
    }
  }

  placeAt(nth: number): number | undefined {
    return this.places.length === 0 ? undefined : nth % this.places.length
  }

  #withPlace(nth: number, use: (place: Place) => void): boolean {
    const place = this.places[this.placeAt(nth) ?? -1]
    if (place && place.method === 'invoice') use(place)
    return true
  }

  #live(buyer: number): Place | undefined {
    return this.places.find((p) => p.buyer === buyer && ['held', 'paid', 'ordered'].includes(p.status))
  }

  get #isOpen(): boolean {
    return this.status === 'forming' && this.nowS < this.endsAtS
  }

  #join({ buyer, units, from }: Extract<Command, { do: 'join' }>): boolean {
    const amountIdr = units * (this.terms.tiers[0]?.unitPriceIdr ?? 0) + SHIPPING_IDR
    if (!this.#isOpen || this.#live(buyer) || units > this.terms.perUserLimit) return false
    if (this.units('held', 'paid') + units > this.capacity) return false
    if (from === 'wallet' && (this.money.wallets[buyer] ?? 0) < amountIdr) return false
    const expiresAtS = Math.min(this.nowS + HOLD_S, this.endsAtS)
    const place: Place = {
      ...{ buyer, units, amountIdr, method: from, expiresAtS, paidAtS: 0, toSource: false, taken: {} },
      status: 'held',
      payment: 'pending',
    }
    this.places.push(place)
    if (from === 'wallet') {
      this.#intoWallet(buyer, -amountIdr)
      this.#received(place)
    }
    return true
  }

  /** The money of a payment is in escrow; what it pays for takes it, or it goes back. */
  #received(place: Place): void {
    this.money.escrow += place.amountIdr
    place.payment = 'paid'
    if (place.status !== 'held' || this.status !== 'forming') {
      this.#giveBack(place)
      return
    }
    place.status = 'paid'
    place.paidAtS = this.nowS
    const enough = this.terms.closePolicy === 'at_moq' ? this.terms.moq : this.capacity
    if (this.units('paid') >= enough) this.#close()
  }

  /** What is paid on an invoice: the same whenever the gateway says it again. */
  taken(nth: number, invoice: 'a' | 'b') {
    return this.places[this.placeAt(nth) ?? -1]?.taken[invoice]
  }

  #pay(place: Place, { invoice, ...paid }: Extract<Command, { do: 'pay' }>): void {
    place.taken[invoice] ??= { channel: paid.channel, offIdr: paid.offIdr }
    const { channel, offIdr } = place.taken[invoice]
    const open = place.payment === 'pending' || place.payment === 'expired'
    if (!open && invoice === place.invoice) return
    const amountIdr = place.amountIdr + offIdr
    if (open && offIdr === 0) {
      this.money.gateway += amountIdr
      place.invoice = invoice
      place.toSource = channel === 'DANA'
      this.#received(place)
      return
    }
    if (open) {
      place.invoice = invoice
      place.payment = 'review'
    }
    const key = `${this.places.indexOf(place)} ${invoice}`
    if (this.quarantined.has(key)) return
    this.quarantined.add(key)
    this.money.gateway += amountIdr
    this.money.quarantine += amountIdr
    this.strays.push({ place, kind: open ? 'wrong_amount' : 'paid_twice', invoice, channel, amountIdr })
  }

  #expire(place: Place): void {
    if (place.payment !== 'pending') return
    place.payment = 'expired'
    if (place.status === 'held') place.status = 'expired'
  }

  #leave(buyer: number): boolean {
    const place = this.#live(buyer)
    if (!place || this.status !== 'forming') return false
    if (place.status === 'paid' && this.units('paid') >= this.terms.moq) return false
    const wasPaid = place.status === 'paid'
    place.status = 'left'
    if (wasPaid) this.#giveBack(place)
    return true
  }

  #decide({ nth, how }: Extract<Command, { do: 'decide' }>): boolean {
    const stray = this.strays[nth % Math.max(1, this.strays.length)]
    if (!stray) return true
    const { place, amountIdr, kind, channel } = stray
    if (how === 'apply') {
      if (place.payment !== 'pending' && place.payment !== 'expired' && place.payment !== 'review')
        return false
      const missingIdr = place.amountIdr - amountIdr
      if (missingIdr > 0) this.money.subsidy += missingIdr
      else this.#intoWallet(place.buyer, -missingIdr)
      place.invoice = stray.invoice
      place.toSource = channel === 'DANA' && missingIdr === 0
      this.#received(place)
    } else {
      const comesToNothing = kind === 'wrong_amount' && place.payment === 'review'
      if (comesToNothing && place.status === 'held') place.status = 'expired'
      const toSource = how === 'refund' && channel === 'DANA'
      if (toSource) this.refunds.push({ place, amountIdr, state: 'payable', stray })
      else {
        this.#intoWallet(place.buyer, amountIdr)
        if (comesToNothing) place.payment = 'refunded'
        if (how === 'refund') this.#refundSucceeded(place)
      }
    }
    this.money.quarantine -= amountIdr
    this.strays.splice(this.strays.indexOf(stray), 1)
    return true
  }

  #intoWallet(buyer: number, amountIdr: number): void {
    this.money.wallets[buyer] = (this.money.wallets[buyer] ?? 0) + amountIdr
  }

  /** All of a payment that still waits in escrow. */
  #giveBack(place: Place): void {
    this.money.escrow -= place.amountIdr
    if (place.toSource) {
      this.refunds.push({ place, amountIdr: place.amountIdr, state: 'payable' })
      return
    }
    this.#intoWallet(place.buyer, place.amountIdr)
    place.payment = 'refunded'
    this.#refundSucceeded(place)
  }

  /** News of a refund that has succeeded, of this payment or of stray money beside it. */
  #refundSucceeded(place: Place): void {
    if (place.payment === 'refunded' && (place.status === 'paid' || place.status === 'left'))
      place.status = 'refunded'
    this.#settle()
  }

  #settle(): void {
    const ended = this.status === 'failed' || this.status === 'cancelled'
    if (ended && this.places.every((place) => place.payment !== 'paid')) this.status = 'refunded'
  }

  #send(answer: Extract<Command, { do: 'send' }>['answer']): boolean {
    const [due, sentBack] = [this.refunds, answer === 'succeeded']
    if (answer === 'succeeded' || answer === 'hopeless') this.refunds = []
    for (const refund of due) {
      refund.state = answer === 'failed' ? 'payable' : 'sent'
      if (answer === 'pending' || answer === 'lost' || answer === 'failed') continue
      const { place, amountIdr, stray } = refund
      if (sentBack) {
        this.money.gateway -= amountIdr
        this.sentBackIdr += amountIdr
      } else this.#intoWallet(place.buyer, amountIdr)
      if (!stray) place.payment = 'refunded'
      else if (stray.kind === 'wrong_amount' && place.payment === 'review') place.payment = 'refunded'
    }
    if (answer === 'succeeded' || answer === 'hopeless')
      for (const { place } of due) this.#refundSucceeded(place)
    return true
  }

  isTooLate(seconds: number): boolean {
    return this.nowS + seconds > LONGEST_S
  }

  #pass(seconds: number): boolean {
    if (this.isTooLate(seconds)) return false
    this.nowS += seconds
    this.#look()
    for (const place of this.places) if (place.expiresAtS <= this.nowS) this.#expire(place)
    return true
  }

  #look(): boolean {
    if (this.status === 'forming' && this.endsAtS <= this.nowS) {
      if (this.units('paid') >= this.terms.moq) this.#close()
      else this.#end('failed')
    }
    return true
  }

  #closeEarly(): boolean {
    if (!this.#isOpen || this.units('paid') < this.terms.moq) return false
    this.#close()
    return true
  }

  #close(): void {
    this.status = 'moq_reached'
    const reached = this.terms.tiers.findLast((tier) => tier.minUnits <= this.units('paid'))
    this.finalIdr = (reached ?? this.terms.tiers[0])?.unitPriceIdr ?? 0
    for (const place of this.places) if (place.status === 'held') place.status = 'expired'
  }

  #extend(): boolean {
    if (!this.#isOpen || this.extensions >= EXTENSIONS) return false
    this.extensions++
    this.endsAtS += EXTENSION_S
    return true
  }

  #end(status: 'failed' | 'cancelled'): void {
    this.status = status
    this.stock.release()
    for (const place of this.places) {
      if (place.status === 'held') place.status = 'expired'
      if (place.status === 'paid') this.#giveBack(place)
    }
    this.#settle()
  }

  #cancel(): boolean {
    if (!['forming', 'moq_reached', 'pending_stock'].includes(this.status)) return false
    this.#end('cancelled')
    return true
  }

  #refundAll(): boolean {
    if (this.status === 'success') return false
    if (this.status !== 'orders_created') {
      this.#cancel()
      return true
    }
    for (const place of this.places) {
      if (place.status !== 'paid') continue
      place.status = 'left'
      this.#giveBack(place)
    }
    this.stock.release()
    this.status = 'success'
    return true
  }

  #fulfil(byStaff: boolean): boolean {
    if (!['moq_reached', 'pending_stock', 'orders_created', 'success'].includes(this.status)) return false
    const waiting = this.places
      .filter((place) => place.status === 'paid')
      .sort((a, b) => a.paidAtS - b.paidAtS)
    this.stock.cover(this.units('paid'), byStaff)
    if (this.stock.missing > 0 && this.status === 'moq_reached') this.status = 'pending_stock'
    const served = this.stock.serve(waiting)
    for (const place of served) this.#order(place)
    if (served.length === waiting.length) this.status = 'success'
    else if (served.length > 0) this.status = 'orders_created'
    return true
  }

  #order(place: Place): void {
    place.status = 'ordered'
    const goodsIdr = place.units * (this.finalIdr ?? 0)
    const commissionIdr = Math.floor((goodsIdr * 500) / 10_000)
    this.money.escrow -= place.amountIdr
    this.money.factory += goodsIdr - commissionIdr
    this.money.commission += commissionIdr
    this.money.shipping += SHIPPING_IDR
    this.#intoWallet(place.buyer, place.amountIdr - SHIPPING_IDR - goodsIdr)
  }
}
