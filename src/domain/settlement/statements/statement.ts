import { getFactory } from '../../factory/index.ts'
import type { Tx, Vault } from '../../kernel/index.ts'
import { type SettlementDetail, showSettlement } from '../read.ts'

/** A settlement with the details of its factory that the settlement's statement needs. */
export interface Statement extends SettlementDetail {
  /** The factory's email address; null if the factory gave none. */
  email: string | null
  city: string
  province: string
}

/**
 * Returns the data of a settlement's statement. The settlement is named by its id or its code.
 * @throws settlement.not_found
 */
export async function statementOf(tx: Tx, vault: Vault, named: string): Promise<Statement> {
  const settlement = await showSettlement(tx, vault, named)
  const { email, city, province } = await getFactory(tx, settlement.factory.id)
  return { ...settlement, email, city, province }
}
