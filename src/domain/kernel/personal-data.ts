import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'

/** The person whose personal data is to be erased. */
export interface Person {
  userId: string
  /** The person's phone number in E.164 format; null once the person is deleted. */
  phone: string | null
  email: string | null
  now: Date
}

export interface PersonalTable {
  table: string
  /** The columns of the table that hold personal data of customers. */
  columns: readonly string[]
  /**
   * Returns the SQL statement that empties the columns with a person's data, or deletes the person's rows.
   * The rows of payments, postings and messages stay, without a name.
   */
  erase: (person: Person, vault: Vault) => RawBuilder<unknown>
}
