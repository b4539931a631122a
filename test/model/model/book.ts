/** What came into a wallet or left it, and how much of it as refunded money. */
export interface WalletLine {
  amountIdr: number
  refundedIdr: number
}

/**
 * The accounts of a history, credits positive: every row of the table of postings moves an amount
 * between some of them.
 */
export class Book {
  readonly #balances = new Map<string, number>()
  readonly #lines = new Map<number, WalletLine[]>()

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
    let [balanceIdr, refundedIdr] = [0, 0]
    for (const line of this.#linesOf(buyer)) {
      balanceIdr += line.amountIdr
      refundedIdr = Math.max(0, Math.min(balanceIdr, refundedIdr + line.refundedIdr))
    }
    return refundedIdr
  }

  /** Into a wallet, `refundedIdr` of it as a refund. */
  intoWallet(debited: string, buyer: number, amountIdr: number, refundedIdr: number): void {
    this.move(debited, walletOf(buyer), amountIdr)
    this.#linesOf(buyer).push({ amountIdr, refundedIdr })
  }

  /** Out of a wallet: withdrawals take refunded money first, all else takes it last. */
  outOfWallet(credited: string, buyer: number, amountIdr: number, refundedIdr = 0): WalletLine {
    this.move(walletOf(buyer), credited, amountIdr)
    const line = { amountIdr: -amountIdr, refundedIdr: -refundedIdr }
    this.#linesOf(buyer).push(line)
    return line
  }

  /** As if it had never left. */
  putBack(debited: string, buyer: number, line: WalletLine): void {
    this.move(debited, walletOf(buyer), -line.amountIdr)
    const lines = this.#linesOf(buyer)
    lines.splice(lines.indexOf(line), 1)
  }

  /** All that is not zero. */
  get all(): { [account: string]: number } {
    return Object.fromEntries([...this.#balances].filter(([, idr]) => idr !== 0).sort())
  }

  #add(account: string, amountIdr: number): void {
    this.#balances.set(account, this.of(account) + amountIdr)
  }

  #linesOf(buyer: number): WalletLine[] {
    const lines = this.#lines.get(buyer) ?? []
    this.#lines.set(buyer, lines)
    return lines
  }
}

const walletOf = (buyer: number) => `wallet ${buyer}`
export const escrowOf = (session: number) => `escrow ${session}`
