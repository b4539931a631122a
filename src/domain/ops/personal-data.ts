import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/personal-data.ts'

/** Erases a person's data from the tables that this domain owns. */
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
