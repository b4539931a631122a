import { sql } from 'kysely'
import { asRecords } from '../rows.ts'
import type { Work } from '../work.ts'
import type { StoredAnswer } from './idempotency.ts'

/**
 * The fields of answers that hold personal data: names, addresses and texts that people wrote, as the API
 * names them. A `name` is personal only beside a phone number, because goods have names, too.
 */
const personal = new Set([
  ...['recipient_name', 'account_holder_name', 'account_number', 'phone', 'email', 'to'],
  ...['street', 'district', 'city', 'province', 'postal_code', 'label'],
  ...['note', 'decision_note', 'status_reason', 'suspended_because', 'title', 'body'],
])

/** The text that replaces a name, an address or another personal value in a stored answer. */
const NOT_KEPT = 'not kept'

const isPersonal = (name: string, beside: object) =>
  personal.has(name) || (name === 'name' && 'phone' in beside)

/**
 * Returns an answer as it is stored under its idempotency key: with its codes and amounts, and a placeholder
 * for each name and address.
 */
function keptOf(answer: unknown): unknown {
  return walk(answer, undefined, (name, value, beside) =>
    isPersonal(name, beside) && value !== null && value !== undefined ? NOT_KEPT : undefined,
  )
}

/**
 * Stores answers under their claimed idempotency keys, in the same transaction as the work. The names and
 * addresses are left out.
 */
export async function storeAnswers(
  work: Work,
  answers: readonly { scope: string; key: string; answer: StoredAnswer }[],
): Promise<void> {
  if (answers.length === 0) return
  const records = asRecords(
    answers.map(({ scope, key, answer: { status, body } }) => ({
      scope,
      key,
      status,
      response: keptOf(body),
    })),
  )
  await sql`
    update idempotency_keys k set status = a.status, response = a.response
    from jsonb_to_recordset(${records}::jsonb) as a(scope text, key text, status smallint, response jsonb)
    where k.scope = a.scope and k.key = a.key`.execute(work.tx)
}

/**
 * Returns a stored answer with its names and addresses filled in. The stored answer lacks them, so they are
 * copied from `now`. `now` is an answer about the same object, read from the database just now.
 */
export function wholeAnswer(kept: unknown, now: unknown): unknown {
  return walk(kept, now, (name, value, _, there) =>
    value === NOT_KEPT ? ((there as Record<string, unknown> | undefined)?.[name] ?? null) : undefined,
  )
}

/**
 * Returns a copy of an answer in which the function `change` has replaced some values. `there` is a second
 * answer with the same fields. For each value, `change` also gets the value of the same field in `there`.
 */
function walk(
  value: unknown,
  there: unknown,
  change: (name: string, value: unknown, beside: object, there: unknown) => unknown,
): unknown {
  if (Array.isArray(value))
    return value.map((item, i) => walk(item, Array.isArray(there) ? there[i] : undefined, change))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const within = typeof there === 'object' && there !== null ? (there as Record<string, unknown>) : {}
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const changed = change(name, item, value, within)
      return [name, changed === undefined ? walk(item, within[name], change) : changed]
    }),
  )
}
