import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/** The personal data in the tables of auth, and how a person is erased from them. */
export const authPersonalData: readonly PersonalTable[] = [
  {
    table: 'called_codes',
    columns: ['phone'],
    erase: ({ phone }) => sql`delete from called_codes where phone = ${phone}`,
  },
  {
    table: 'otp_challenges',
    columns: ['phone', 'ip'],
    erase: ({ phone }) => sql`delete from otp_challenges where phone = ${phone}`,
  },
]
