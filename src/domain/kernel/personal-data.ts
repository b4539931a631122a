import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'

/** The person whose data it is, as erasing finds them. */
export interface Person {
  userId: string
  /** E.164; null once they are deleted. */
  phone: string | null
  email: string | null
  now: Date
}

export interface PersonalTable {
  table: string
  /** The table's columns that hold personal data. */
  columns: readonly string[]
  /**
   * Empties these columns, or deletes the rows. Records of payments, postings and messages stay, without a
   * name.
   */
  erase: (person: Person, vault: Vault) => RawBuilder<unknown>
}
