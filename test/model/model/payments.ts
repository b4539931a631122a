import type { Book, WalletLine } from './book.ts'
import { INVOICE_MINIMUM_IDR } from './figures.ts'

export type Channel = 'BCA' | 'DANA'

/** The thing that a payment pays for: a place in a session, or an order. */
export interface Payable {
  /** The account in which the payment's money waits. */
  readonly funds: string
  /** Reacts to received money: it is accepted, or sent back. */
  received(payment: Payment): void
  /** Reacts to a payment that was not paid. */
  unpaid(): void
  /** Reacts to a refund that arrived, of the payment or of unapplied funds beside it. */
  refunded(): void
}

export interface Payment {
  /** The payment's position among all payments. */
  rank: number
  buyer: number
  amountIdr: number
  method: 'invoice' | 'wallet'
  /** The part that the wallet pays. The invoice is for the rest, even if the wallet's part is freed later. */
  partIdr: number
  invoiceIdr: number
  /** The money that left the wallet for the payment, while it is held. */
  held?: WalletLine | undefined
  status: 'pending' | 'paid' | 'partially_refunded' | 'expired' | 'refunded' | 'review'
  expiresAtS: number
  isFor: Payable
  /** The payment that the gateway received for each invoice; it never changes. */
  taken: { [invoice: string]: { channel: Channel; offIdr: number } }
  /** The invoice that was received, its channel, and the amount. */
  invoice?: string
  channel?: Channel
  paidAmountIdr: number
  wasPaid: boolean
  /** True once the money is the payment's own, and not in quarantine. */
  wasReceived: boolean
  chargedBackIdr: number
  /** The money that the buyer got back from us: in the wallet or at the source, less what was claimed. */
  givenIdr: number
  /** The part of its chargeback loss that the company got back. */
  madeGoodIdr: number
  /** The sum of the decided refunds and rebates, and the sum of the refunds that arrived. */
  returnedIdr: number
  rebateIdr: number
  refundedIdr: number
}

/** The requested way of paying. `part`: as much as possible from the wallet, and an invoice for the rest. */
export type By = Payment['method'] | 'part'

interface Unapplied {
  payment: Payment
  kind: 'wrong_amount' | 'paid_twice'
  invoice: string
  channel: Channel
  amountIdr: number
}

export interface Refund {
  payment: Payment
  amountIdr: number
  status: 'approved' | 'submitted' | 'failed' | 'succeeded' | 'to_wallet'
  /** Set if the refund is of money in quarantine, and not of the payment. */
  unapplied?: Unapplied
}

/** The ledger debits that pay for a refund. */
export type Sources = readonly [account: string, amountIdr: number][]

/** The account for money held from wallets for payments, all payments together. */
const HOLDS = 'payment-hold'

export type GatewayAnswer = 'succeeded' | 'pending' | 'failed' | 'hopeless' | 'lost'

const isOver = ({ status }: Refund) => status === 'succeeded' || status === 'to_wallet'

/** Payments, money that matches no payment, and refunds. */
export class Payments {
  readonly all: Payment[] = []
  readonly unappliedFunds: Unapplied[] = []
  readonly refunds: Refund[] = []
  readonly #quarantined = new Set<string>()
  sentBackIdr = 0
  readonly #book: Book

  constructor(book: Book) {
    this.#book = book
  }

  /** Opens a payment. A wallet pays at once if it has enough; its part of an invoiced payment is held. */
  open(
    draft: Pick<Payment, 'buyer' | 'amountIdr' | 'expiresAtS' | 'isFor'> & { method: By },
    opened: (payment: Payment) => void,
  ): void {
    const nothing = {
      chargedBackIdr: 0,
      givenIdr: 0,
      madeGoodIdr: 0,
      returnedIdr: 0,
      rebateIdr: 0,
      refundedIdr: 0,
      paidAmountIdr: 0,
    }
    const rank = this.all.length
    const { buyer, amountIdr } = draft
    const thereIdr = this.#book.wallet(buyer)
    const isPart = draft.method === 'part' && thereIdr < amountIdr
    const partIdr = isPart ? Math.min(thereIdr, amountIdr - INVOICE_MINIMUM_IDR) : 0
    const method = isPart || draft.method === 'invoice' ? 'invoice' : 'wallet'
    const parts = { method, partIdr, invoiceIdr: amountIdr - partIdr } as const
    const state = { status: 'pending', taken: {}, wasPaid: false, wasReceived: false } as const
    const payment: Payment = { ...draft, ...nothing, ...parts, ...state, rank }
    this.all.push(payment)
    opened(payment)
    if (isPart) payment.held = this.#book.outOfWallet(HOLDS, buyer, partIdr)
    if (method === 'invoice') return
    this.#book.outOfWallet(draft.isFor.funds, draft.buyer, draft.amountIdr)
    this.#receive(payment, draft.amountIdr)
  }

  canPay({ buyer, amountIdr, method }: Pick<Payment, 'buyer' | 'amountIdr'> & { method: By }): boolean {
    const thereIdr = this.#book.wallet(buyer)
    if (method === 'part') return thereIdr > 0
    return method === 'invoice' || thereIdr >= amountIdr
  }

  pay(payment: Payment, invoice: 'a' | 'b', asked: { channel: Channel; offIdr: number }): void {
    payment.taken[invoice] ??= asked
    const { channel, offIdr } = payment.taken[invoice]
    const open = payment.status === 'pending' || payment.status === 'expired'
    if (!open && invoice === payment.invoice) return
    const amountIdr = payment.invoiceIdr + offIdr
    if (open)
      Object.assign(payment, { invoice, channel, paidAmountIdr: amountIdr + payment.partIdr, wasPaid: true })
    if (open && offIdr === 0 && this.#spendPart(payment)) {
      this.#book.move('gateway', payment.isFor.funds, amountIdr)
      this.#receive(payment, payment.amountIdr)
      return
    }
    if (open) payment.status = 'review'
    const key = `${payment.rank} ${invoice}`
    if (this.#quarantined.has(key)) return
    this.#quarantined.add(key)
    this.#book.move('gateway', 'quarantine', amountIdr)
    this.unappliedFunds.push({
      payment,
      kind: open ? 'wrong_amount' : 'paid_twice',
      invoice,
      channel,
      amountIdr,
    })
  }

  /**
   * Spends the wallet's part: the held money, or for a payment that had ended, money that is back in the
   * wallet. Returns false if the money is not there.
   */
  #spendPart(payment: Payment): boolean {
    const { partIdr, held, buyer, isFor } = payment
    if (partIdr === 0) return true
    if (!held && this.#book.wallet(buyer) < partIdr) return false
    if (held) this.#book.move(HOLDS, isFor.funds, partIdr)
    else this.#book.outOfWallet(isFor.funds, buyer, partIdr)
    payment.held = undefined
    return true
  }

  /** Ends a payment that nobody will pay, and gives the buyer the held part back. */
  #comesToNothing(payment: Payment): void {
    payment.isFor.unpaid()
    if (payment.held) this.#book.putBack(HOLDS, payment.buyer, payment.held)
    payment.held = undefined
  }

  #receive(payment: Payment, paidAmountIdr: number): void {
    Object.assign(payment, { status: 'paid', paidAmountIdr, wasPaid: true, wasReceived: true })
    payment.isFor.received(payment)
  }

  expire(payment: Payment): void {
    if (payment.status !== 'pending') return
    payment.status = 'expired'
    this.#comesToNothing(payment)
  }

  /** Decides, as staff, what happens to unapplied funds. */
  decide(nth: number, how: 'apply' | 'wallet' | 'refund'): boolean {
    const unapplied = this.unappliedFunds[nth % Math.max(1, this.unappliedFunds.length)]
    if (!unapplied) return true
    const { payment } = unapplied
    if (how === 'apply' && !['pending', 'expired', 'review'].includes(payment.status)) return false
    this.unappliedFunds.splice(this.unappliedFunds.indexOf(unapplied), 1)
    if (how === 'apply') this.#apply(unapplied)
    else if (how === 'refund' && unapplied.channel === 'DANA') this.#sendStrayBack(unapplied)
    else {
      this.#book.intoWallet('quarantine', payment.buyer, unapplied.amountIdr, unapplied.amountIdr)
      this.#endReview(unapplied, 'refunded')
      if (how === 'refund') this.#noteStrayBack(unapplied)
    }
    return true
  }

  #apply({ payment, invoice, channel, amountIdr }: Unapplied): void {
    const book = this.#book
    if (!this.#spendPart(payment)) payment.partIdr = 0
    const neededIdr = payment.amountIdr - payment.partIdr
    const [missingIdr, tooMuchIdr] = [neededIdr - amountIdr, amountIdr - neededIdr].map((idr) =>
      Math.max(0, idr),
    ) as [number, number]
    book.move('subsidy', payment.isFor.funds, missingIdr)
    book.move('quarantine', payment.isFor.funds, amountIdr - tooMuchIdr)
    book.intoWallet('quarantine', payment.buyer, tooMuchIdr, 0)
    Object.assign(payment, { invoice, channel })
    this.#receive(payment, amountIdr + payment.partIdr)
  }

  #sendStrayBack(unapplied: Unapplied): void {
    const { payment, amountIdr } = unapplied
    this.#book.move('quarantine', 'refunds-payable', amountIdr)
    this.refunds.push({ payment, amountIdr, status: 'approved', unapplied })
    this.#endReview(unapplied, 'review')
  }

  /**
   * Records that unapplied funds went back. If the channel accepts no refund, the refund ends at once in the
   * wallet; that differs from money that staff put into the wallet without a refund.
   */
  #noteStrayBack(unapplied: Unapplied): void {
    const { payment, amountIdr } = unapplied
    this.refunds.push({ payment, amountIdr, status: 'succeeded', unapplied })
    payment.isFor.refunded()
  }

  /** Ends the payment that was in review because of this money. */
  #endReview({ kind, payment }: Unapplied, status: 'review' | 'refunded'): void {
    if (kind !== 'wrong_amount' || payment.status !== 'review') return
    payment.status = status
    this.#comesToNothing(payment)
  }

  /** Decides a refund: to the source of the money, or at once into the wallet. */
  giveBack(payment: Payment, amountIdr: number, from: Sources = [[payment.isFor.funds, amountIdr]]): void {
    const { method, channel, paidAmountIdr, chargedBackIdr } = payment
    const fits = paidAmountIdr === payment.amountIdr && chargedBackIdr === 0
    const toSource = method === 'invoice' && channel === 'DANA' && fits
    for (const [account, idr] of from) this.#book.move(account, 'refunds-payable', idr)
    // The source gets its share of all refunds so far, rounded up to the rupiah. The wallet gets the rest.
    const ofSource = (idr: number) =>
      Math.ceil((idr * (payment.amountIdr - payment.partIdr)) / payment.amountIdr)
    const before = payment.returnedIdr
    payment.returnedIdr += amountIdr
    const sourceIdr = toSource ? ofSource(payment.returnedIdr) - ofSource(before) : 0
    if (sourceIdr > 0) this.refunds.push({ payment, amountIdr: sourceIdr, status: 'approved' })
    if (sourceIdr === amountIdr) return
    const inWallet: Refund = { payment, amountIdr: amountIdr - sourceIdr, status: 'succeeded' }
    this.refunds.push(inWallet)
    this.#share(payment, 'refunds-payable', inWallet.amountIdr, 1)
    this.#arrived(inWallet)
  }

  /**
   * Gives a part of a payment back at the release of a session: into the wallet. It does not count as a
   * refund.
   */
  rebate(payment: Payment, amountIdr: number): void {
    payment.returnedIdr += amountIdr
    this.#share(payment, payment.isFor.funds, amountIdr, 0)
    payment.rebateIdr += amountIdr
  }

  /**
   * Returns the buyer's part of the decided sums. Together with the money from the card issuer, a buyer never
   * gets more than they paid.
   */
  #dueIdr({ amountIdr, paidAmountIdr, chargedBackIdr, returnedIdr }: Payment): number {
    return Math.min(returnedIdr, Math.max(0, Math.min(amountIdr, paidAmountIdr) - chargedBackIdr))
  }

  /**
   * Puts into the wallet what the buyer has not got yet. The company keeps the rest, first for its chargeback
   * loss.
   */
  #share(payment: Payment, from: string, amountIdr: number, asRefund: 0 | 1): void {
    const openIdr = this.#dueIdr(payment) - payment.givenIdr - this.#underWayIdr(payment)
    const buyerIdr = Math.max(0, Math.min(amountIdr, openIdr))
    const lossIdr = Math.min(amountIdr - buyerIdr, Math.max(0, payment.chargedBackIdr - payment.madeGoodIdr))
    payment.givenIdr += buyerIdr
    payment.madeGoodIdr += lossIdr
    this.#book.intoWallet(from, payment.buyer, buyerIdr, asRefund * buyerIdr)
    this.#book.move(from, 'chargeback-loss', lossIdr)
    this.#book.move(from, 'subsidy', amountIdr - buyerIdr - lossIdr)
  }

  /**
   * Takes back money that the buyer got twice, from us and from the card issuer: out of the wallet, or as a
   * debt.
   */
  #level(payment: Payment): void {
    const { buyer, givenIdr } = payment
    const excessIdr = Math.max(0, givenIdr - this.#dueIdr(payment))
    const thereIdr = Math.min(excessIdr, this.#book.wallet(buyer))
    this.#book.outOfWallet('chargeback-loss', buyer, thereIdr)
    this.#book.move('buyer-claims', 'chargeback-loss', excessIdr - thereIdr)
    payment.givenIdr -= excessIdr
    payment.madeGoodIdr += excessIdr
  }

  /** Updates a payment, and the thing that it pays for, after a refund has arrived. */
  #arrived({ payment, amountIdr, unapplied }: Refund): void {
    if (!unapplied) {
      payment.refundedIdr += amountIdr
      const isAll = payment.refundedIdr + payment.rebateIdr === payment.amountIdr
      payment.status = isAll ? 'refunded' : 'partially_refunded'
    } else if (unapplied.kind === 'wrong_amount' && payment.status === 'review') payment.status = 'refunded'
    payment.isFor.refunded()
  }

  hasRefundUnderWay(payment: Payment): boolean {
    return this.#underWay(payment).length > 0
  }

  #underWayIdr(payment: Payment): number {
    return this.#underWay(payment).reduce((sum, refund) => sum + refund.amountIdr, 0)
  }

  #underWay(payment: Payment): Refund[] {
    return this.refunds.filter((refund) => refund.payment === payment && !refund.unapplied && !isOver(refund))
  }

  /** Sends all due refunds or asks about them; the gateway gives this answer for each. */
  send(answer: GatewayAnswer): void {
    for (const refund of this.refunds.filter((refund) => !isOver(refund))) {
      if (refund.status !== 'submitted')
        this.#book.move('refunds-payable', 'refunds-in-flight', refund.amountIdr)
      refund.status = 'submitted'
      if (answer === 'succeeded') this.#succeed(refund)
      else if (answer === 'failed' || answer === 'hopeless') this.#fail(refund, answer)
    }
  }

  #succeed(refund: Refund): void {
    const { amountIdr } = refund
    this.#book.move('refunds-in-flight', 'gateway', amountIdr)
    this.sentBackIdr += amountIdr
    refund.status = 'succeeded'
    if (!refund.unapplied) {
      refund.payment.givenIdr += amountIdr
      this.#level(refund.payment)
    }
    this.#arrived(refund)
  }

  #fail(refund: Refund, answer: 'failed' | 'hopeless'): void {
    const { payment, amountIdr, unapplied } = refund
    this.#book.move('refunds-in-flight', 'refunds-payable', amountIdr)
    refund.status = 'failed'
    if (answer === 'failed') return
    refund.status = 'to_wallet'
    if (unapplied) this.#book.intoWallet('refunds-payable', payment.buyer, amountIdr, amountIdr)
    else this.#share(payment, 'refunds-payable', amountIdr, 1)
    this.#arrived(refund)
  }

  /** Books a chargeback as the company's loss, or takes it out of quarantine while the money waits there. */
  chargeBack(payment: Payment, amountIdr: number): boolean {
    const waits = this.unappliedFunds.find(
      (unapplied) => unapplied.payment === payment && unapplied.kind === 'wrong_amount',
    )
    if (waits && payment.status === 'review') return this.#takeFromQuarantine(waits, amountIdr)
    if (payment.method !== 'invoice' || !payment.wasReceived) return false
    if (payment.chargedBackIdr + amountIdr > payment.paidAmountIdr - payment.partIdr) return false
    payment.chargedBackIdr += amountIdr
    this.#book.move('chargeback-loss', 'gateway', amountIdr)
    this.#level(payment)
    return true
  }

  #takeFromQuarantine(unapplied: Unapplied, amountIdr: number): boolean {
    if (amountIdr > unapplied.amountIdr) return false
    unapplied.amountIdr -= amountIdr
    this.#book.move('quarantine', 'gateway', amountIdr)
    if (unapplied.amountIdr > 0) return true
    this.unappliedFunds.splice(this.unappliedFunds.indexOf(unapplied), 1)
    this.#endReview(unapplied, 'refunded')
    return true
  }
}
