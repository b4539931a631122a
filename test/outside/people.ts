import type { Buyer } from '../market.ts'

/**
 * A factory or a buyer. The test records what is due to them and what reached them, by its own observation.
 */
export interface Person {
  kind: 'factory' | 'buyer'
  id: string
  /** The account number at the provider; nobody else has it. */
  accountNumber: string
  /** The buyer as the shop knows them. */
  buyer?: Buyer
  /** The sum that was sold, given or decided for the person (IDR). */
  dueIdr: number
  /** The sum that the company's bank paid the person (IDR). */
  bankIdr: number
  /** The sum that the person sent back through the bank, and the sum that the company let them keep (IDR). */
  collectedIdr: number
  letGoIdr: number
  /**
   * True if the provider contradicted itself about the person's money, or a restore lost what they were owed.
   * Then they may have more than was due.
   */
  mayHaveMore: boolean
  /** True if the card issuer took or gave money of the person. */
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
