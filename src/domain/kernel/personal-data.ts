import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'

/** The person whose personal data is to be erased. */
export interface Person {
  userId: string
  /** The phone number in E.164 format; null once the person is deleted. */
  phone: string | null
  email: string | null
  now: Date
}

export interface PersonalTable {
  table: string
  /** The table's columns that hold personal data. */
  columns: readonly string[]
  /**
   * Returns the statement that empties these columns for a person, or deletes the person's rows. Records of
   * payments, postings and messages stay, without a name.
   */
  erase: (person: Person, vault: Vault) => RawBuilder<unknown>
}
