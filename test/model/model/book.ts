/** The accounts of a history, credits positive: every row of the design's table of postings moves an amount between some of them. */
export class Book {
  readonly #balances = new Map<string, number>()
  readonly #refunded = new Map<number, number>()

  /** What is there of an account; of one that lives on debits (gateway, subsidy, …) it is negative. */
  of(account: string): number {
    return this.#balances.get(account) ?? 0
  }

  /** Debits one account and credits the other. */
  move(debited: string, credited: string, amountIdr: number): void {
    this.#add(debited, -amountIdr)
    this.#add(credited, amountIdr)
  }

  wallet(buyer: number): number {
    return this.of(walletOf(buyer))
  }

  /** How much of a wallet was refunded into it, and may leave it free of fee and minimum. */
  refundedIn(buyer: number): number {
    return this.#refunded.get(buyer) ?? 0
  }

  /** Into a wallet, `refundedIdr` of it as a refund. */
  intoWallet(debited: string, buyer: number, amountIdr: number, refundedIdr: number): void {
    this.move(debited, walletOf(buyer), amountIdr)
    this.#note(buyer, refundedIdr)
  }

  /** Out of a wallet: withdrawals take refunded money first, all else takes it last. */
  outOfWallet(credited: string, buyer: number, amountIdr: number, refundedIdr = 0): void {
    this.move(walletOf(buyer), credited, amountIdr)
    this.#note(buyer, -refundedIdr)
  }

  /** All that is not zero. */
  get all(): { [account: string]: number } {
    return Object.fromEntries([...this.#balances].filter(([, idr]) => idr !== 0).sort())
  }

  #add(account: string, amountIdr: number): void {
    this.#balances.set(account, this.of(account) + amountIdr)
  }

  #note(buyer: number, refundedIdr: number): void {
    const now = this.refundedIn(buyer) + refundedIdr
    this.#refunded.set(buyer, Math.max(0, Math.min(this.wallet(buyer), now)))
  }
}

export const walletOf = (buyer: number) => `wallet ${buyer}`
export const escrowOf = (session: number) => `escrow ${session}`
