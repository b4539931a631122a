import { sql } from 'kysely'
import type { PersonalTable } from '../kernel/index.ts'

/**
 * Returns the SQL patterns that find a person in the bodies of webhooks. They match the phone number without
 * its plus, the phone number with a leading 0, and the email address.
 */
function writtenAs(phone: string | null, email: string | null): string[] {
  const international = phone?.slice(1)
  const atHome = phone?.startsWith('+62') ? `0${phone.slice(3)}` : undefined
  const named = [international, atHome, email?.toLowerCase()].filter((value) => value !== undefined)
  return named.map((name) => `%${name.replaceAll(/[\\%_]/g, '\\$&')}%`)
}

/** The webhook tables that hold personal data, and how they are erased for a user. */
export const webhooksPersonalData: readonly PersonalTable[] = [
  {
    table: 'webhook_inbox',
    columns: ['body'],
    // Webhook bodies are usually kept for 90 days, but bodies that name this person are deleted at once.
    erase: ({ phone, email }) => sql`
      update webhook_inbox set body = null
      where status <> 'received' and body is not null and lower(body) like any(${writtenAs(phone, email)}::text[])`,
  },
]
