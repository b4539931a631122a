/** Money that came into a wallet or left it, and the part of it that is refunded money. */
export interface WalletLine {
  amountIdr: number
  refundedIdr: number
}

/** The accounts of a history; credits are positive. Each posting moves an amount between some of them. */
export class Book {
  readonly #balances = new Map<string, number>()
  readonly #lines = new Map<number, WalletLine[]>()

  /**
   * Returns the balance of an account. It is negative for an account with a debit balance (gateway, subsidy,
   * …).
   */
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

  /** Returns the refunded money in a wallet, which can be withdrawn without fee and minimum. */
  refundedIn(buyer: number): number {
    let [balanceIdr, refundedIdr] = [0, 0]
    for (const line of this.#linesOf(buyer)) {
      balanceIdr += line.amountIdr
      refundedIdr = Math.max(0, Math.min(balanceIdr, refundedIdr + line.refundedIdr))
    }
    return refundedIdr
  }

  /** Moves money into a wallet; `refundedIdr` of it is a refund. */
  intoWallet(debited: string, buyer: number, amountIdr: number, refundedIdr: number): void {
    this.move(debited, walletOf(buyer), amountIdr)
    this.#linesOf(buyer).push({ amountIdr, refundedIdr })
  }

  /** Moves money out of a wallet. Withdrawals use refunded money first, everything else uses it last. */
  outOfWallet(credited: string, buyer: number, amountIdr: number, refundedIdr = 0): WalletLine {
    this.move(walletOf(buyer), credited, amountIdr)
    const line = { amountIdr: -amountIdr, refundedIdr: -refundedIdr }
    this.#linesOf(buyer).push(line)
    return line
  }

  /** Puts money back as if it had never left the wallet. */
  putBack(debited: string, buyer: number, line: WalletLine): void {
    this.move(debited, walletOf(buyer), -line.amountIdr)
    const lines = this.#linesOf(buyer)
    lines.splice(lines.indexOf(line), 1)
  }

  /** All accounts whose balance is not zero. */
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
