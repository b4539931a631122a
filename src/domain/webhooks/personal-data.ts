import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/**
 * How providers write a person, as patterns: the number without its plus, or as it is dialled at home, and
 * the address.
 */
function writtenAs(phone: string | null, email: string | null): string[] {
  const international = phone?.slice(1)
  const atHome = phone?.startsWith('+62') ? `0${phone.slice(3)}` : undefined
  const named = [international, atHome, email?.toLowerCase()].filter((value) => value !== undefined)
  return named.map((name) => `%${name.replaceAll(/[\\%_]/g, '\\$&')}%`)
}

/** How a person is taken out of the tables of this room. */
export const webhooksPersonalData: readonly PersonalTable[] = [
  {
    table: 'webhook_inbox',
    columns: ['body'],
    // Bodies are kept for 90 days; those that speak of this person lose theirs now.
    erase: ({ phone, email }) => sql`
      update webhook_inbox set body = null
      where status <> 'received' and body is not null and lower(body) like any(${writtenAs(phone, email)}::text[])`,
  },
]
