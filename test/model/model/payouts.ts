import type { Book } from './book.ts'
import {
  PAYOUT_MINIMUM_IDR,
  WITHDRAWAL_APPROVAL_ABOVE_IDR,
  WITHDRAWAL_FEE_IDR,
  WITHDRAWAL_MINIMUM_IDR,
} from './figures.ts'

export type PayoutAnswer = 'succeeded' | 'pending' | 'failed' | 'lost' | 'reversed'
export type PayoutStatus = 'submitted' | 'succeeded' | 'failed' | 'reversed'

/** A payout; the settlement or withdrawal that it pays follows each of its steps. */
export interface Payout {
  status: 'created' | 'dropped' | PayoutStatus
  follow(to: PayoutStatus): void
}

export class Payouts {
  readonly #all: Payout[] = []

  create(follow: Payout['follow']): Payout {
    const payout: Payout = { status: 'created', follow }
    this.#all.push(payout)
    return payout
  }

  /**
   * Sends all waiting payouts; the provider gives this answer for each payout under way. A payout that came
   * back had been sent before.
   */
  send(answer: PayoutAnswer): void {
    for (const payout of this.#all) {
      if (answer === 'reversed') this.#reverse(payout)
      else if (payout.status === 'created') this.#move(payout, 'submitted')
      if (payout.status === 'submitted' && (answer === 'succeeded' || answer === 'failed'))
        this.#move(payout, answer)
    }
  }

  /** Drops a payout that was never sent. Returns whether the payout was never sent. */
  dropUnsent(payout: Payout | undefined): boolean {
    if (payout?.status !== 'created') return false
    payout.status = 'dropped'
    return true
  }

  #reverse(payout: Payout): void {
    if (payout.status === 'submitted') this.#move(payout, 'succeeded')
    if (payout.status === 'succeeded') this.#move(payout, 'reversed')
  }

  #move(payout: Payout, to: PayoutStatus): void {
    payout.status = to
    payout.follow(to)
  }
}

export interface Withdrawal {
  buyer: number
  amountIdr: number
  feeIdr: number
  refundedIdr: number
  status: 'held' | 'approved' | 'rejected' | PayoutStatus
  wasRetried: boolean
  payout?: Payout
}

export class Withdrawals {
  readonly all: Withdrawal[] = []
  readonly #book: Book
  readonly #payouts: Payouts

  constructor(book: Book, payouts: Payouts) {
    this.#book = book
    this.#payouts = payouts
  }

  /**
   * Requests a withdrawal. Refunded money needs neither fee nor minimum, and neither does a whole wallet that
   * is too small for both. Any other amount needs both.
   */
  request(buyer: number, amountIdr: number): boolean {
    const thereIdr = this.#book.wallet(buyer)
    const isRest = amountIdr === thereIdr && thereIdr < WITHDRAWAL_MINIMUM_IDR + WITHDRAWAL_FEE_IDR
    const isFree = isRest || amountIdr <= this.#book.refundedIn(buyer)
    if (amountIdr <= 0 || (!isFree && amountIdr < WITHDRAWAL_MINIMUM_IDR)) return false
    const withdrawal = this.#hold(buyer, amountIdr, isFree ? 0 : WITHDRAWAL_FEE_IDR)
    const needsPerson = amountIdr > WITHDRAWAL_APPROVAL_ABOVE_IDR || amountIdr < PAYOUT_MINIMUM_IDR
    if (withdrawal && !needsPerson) this.#send(withdrawal)
    return withdrawal !== undefined
  }

  /**
   * Approves a withdrawal. An amount below the provider's minimum was sent from the company's bank before
   * that.
   */
  approve(withdrawal: Withdrawal): boolean {
    if (withdrawal.status !== 'held') return false
    if (withdrawal.amountIdr >= PAYOUT_MINIMUM_IDR) this.#send(withdrawal)
    else for (const step of ['submitted', 'succeeded'] as const) this.#follow(withdrawal, step, 'bank')
    return true
  }

  /** Rejects a withdrawal that waits for a person, or whose payout was never sent. */
  reject(withdrawal: Withdrawal): boolean {
    if (withdrawal.status !== 'held' && !this.#payouts.dropUnsent(withdrawal.payout)) return false
    withdrawal.status = 'rejected'
    this.#intoWallet(withdrawal, [['withdrawals-held', withdrawal.amountIdr + withdrawal.feeIdr]])
    return true
  }

  retry(withdrawal: Withdrawal): boolean {
    const { buyer, amountIdr, feeIdr, status } = withdrawal
    if ((status !== 'failed' && status !== 'reversed') || withdrawal.wasRetried) return false
    const again = this.#hold(buyer, amountIdr, feeIdr)
    if (!again) return false
    withdrawal.wasRetried = true
    this.#send(again)
    return true
  }

  #hold(buyer: number, amountIdr: number, feeIdr: number): Withdrawal | undefined {
    if (this.#book.wallet(buyer) < amountIdr + feeIdr) return undefined
    const refundedIdr = Math.min(amountIdr, this.#book.refundedIn(buyer))
    const facts = { buyer, amountIdr, feeIdr, refundedIdr, wasRetried: false }
    const withdrawal: Withdrawal = { ...facts, status: 'held' }
    this.all.push(withdrawal)
    this.#book.outOfWallet('withdrawals-held', buyer, amountIdr + feeIdr, refundedIdr)
    return withdrawal
  }

  #send(withdrawal: Withdrawal): void {
    withdrawal.status = 'approved'
    withdrawal.payout = this.#payouts.create((to) => this.#follow(withdrawal, to))
  }

  #follow(withdrawal: Withdrawal, to: PayoutStatus, paidFrom: 'gateway' | 'bank' = 'gateway'): void {
    const { amountIdr: a, feeIdr: f } = withdrawal
    withdrawal.status = to
    if (to === 'submitted') this.#book.move('withdrawals-held', 'payouts-in-flight', a)
    if (to === 'succeeded') {
      this.#book.move('payouts-in-flight', paidFrom, a)
      this.#book.move('withdrawals-held', 'fee-income', f)
    }
    if (to === 'failed')
      this.#intoWallet(withdrawal, [
        ['payouts-in-flight', a],
        ['withdrawals-held', f],
      ])
    if (to === 'reversed')
      this.#intoWallet(withdrawal, [
        ['gateway', a],
        ['fee-income', f],
      ])
  }

  #intoWallet({ buyer, refundedIdr }: Withdrawal, from: [account: string, amountIdr: number][]): void {
    from.forEach(([account, amountIdr], i) => {
      this.#book.intoWallet(account, buyer, amountIdr, i === from.length - 1 ? refundedIdr : 0)
    })
  }
}
