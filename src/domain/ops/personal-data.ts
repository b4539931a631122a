import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/personal-data.ts'

/** The tables of ops that hold personal data, and how a person's data is erased from each. */
export const opsPersonalData: readonly PersonalTable[] = [
  {
    table: 'limit_uses',
    columns: ['account'],
    erase: ({ userId }) => sql`update limit_uses set account = null where receiver = ${`user:${userId}`}`,
  },
  {
    table: 'paces',
    columns: ['name'],
    erase: ({ userId, phone }) => sql`
      delete from paces where name = ${`code user ${userId}`} or strpos(name, ${phone ?? userId}) > 0`,
  },
]
