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
  /** Its columns that say something of a person. */
  columns: readonly string[]
  /** Takes them out, or the rows. What was paid, posted and sent stays, without a name. */
  erase: (person: Person, vault: Vault) => RawBuilder<unknown>
}
