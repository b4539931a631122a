import type { Vault } from './vault.ts'

const PURPOSE = 'idempotency.answer'

/** Fields of answers that say who somebody is or where they live, as the wire names them. */
const personal = new Set([
  ...['name', 'recipient_name', 'account_holder_name', 'account_number', 'phone', 'email'],
  ...['street', 'district', 'city', 'province', 'postal_code', 'label', 'note', 'to', 'body'],
])

/** A text under a name of its own in place of a field's value: no field of an answer is called so. */
const SEALED = 'sealed:'

/**
 * An answer as it is kept under its key: codes and amounts as they are, names and addresses unreadable
 * without the key that the database does not hold. What holds none is returned as it came.
 */
export function sealAnswer(vault: Vault, answer: unknown): unknown {
  return walk(answer, (name, value) =>
    personal.has(name) && value !== null && value !== undefined
      ? `${SEALED}${vault.seal(PURPOSE, JSON.stringify(value))}`
      : undefined,
  )
}

/**
 * The keys that the fields of a kept answer are sealed under, by their names; empty for one that no key at
 * hand opens.
 */
export function keyIdsOfAnswer(vault: Vault, kept: unknown): string[] {
  const ids: string[] = []
  walk(kept, (name, value) => {
    if (personal.has(name) && typeof value === 'string' && value.startsWith(SEALED))
      ids.push(vault.keyIdOf(PURPOSE, value.slice(SEALED.length)) ?? '')
    return undefined
  })
  return ids
}

/** The answer as it was given. */
export function openAnswer(vault: Vault, kept: unknown): unknown {
  return walk(kept, (name, value) =>
    personal.has(name) && typeof value === 'string' && value.startsWith(SEALED)
      ? JSON.parse(vault.open(PURPOSE, value.slice(SEALED.length)))
      : undefined,
  )
}

function walk(value: unknown, change: (name: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => walk(item, change))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, change(name, item) ?? walk(item, change)]),
  )
}
