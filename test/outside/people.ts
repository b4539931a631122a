import type { Buyer } from '../market.ts'

/** A factory or a buyer, and what really is theirs and reached them, by what the test itself saw done. */
export interface Person {
  kind: 'factory' | 'buyer'
  id: string
  /** At the provider, and theirs alone. */
  accountNumber: string
  /** As the shop knows a buyer. */
  buyer?: Buyer
  /** What was sold, given or decided for them (IDR). */
  dueIdr: number
  /** What the company's bank paid them. */
  bankIdr: number
  /** What they sent back through the bank, and what the company let them keep. */
  collectedIdr: number
  letGoIdr: number
  /**
   * The provider contradicted itself about money of theirs, or a restore lost what they were owed: they may
   * have had more than was due.
   */
  mayHaveMore: boolean
  /** The card's issuer took money of theirs back, or gave it. */
  isCharged: boolean
}

export const personOf = (kind: Person['kind'], id: string, accountNumber: string): Person => ({
  kind,
  id,
  accountNumber,
  dueIdr: 0,
  bankIdr: 0,
  collectedIdr: 0,
  letGoIdr: 0,
  mayHaveMore: false,
  isCharged: false,
})
