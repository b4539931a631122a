import { hash } from 'node:crypto'
import { sql } from 'kysely'
import { secondsAfter } from '../clock.ts'
import { kernelErrors } from '../kernel-errors.ts'
import { asRecords } from '../rows.ts'
import type { Work } from '../work.ts'

export interface IdempotencyKey {
  /**
   * The owner of the idempotency key, such as a customer. The same key text of two owners is two different
   * keys.
   */
  scope: string
  key: string
  requestHash: string
  /**
   * The number of seconds after which the idempotency key may be deleted. Calls that move money set none, so
   * their keys are never deleted.
   */
  expiresInS?: number
}

export interface StoredAnswer {
  status: number
  /**
   * The body of the answer. A body that was read from the database lacks names and addresses; `wholeAnswer`
   * fills them in.
   */
  body: unknown
}

/**
 * Returns a digest of a request. It shows whether a second request under the same idempotency key is a repeat
 * or a different request.
 */
export function requestHash(route: string, body: unknown): string {
  return hash('sha256', `${route}\n${JSON.stringify(body ?? null)}`, 'base64url')
}

const named = (key: { scope: string; key: string }) => `${key.scope} ${key.key}`

/**
 * Claims idempotency keys for this transaction, all in one statement. Returns one result for each key, in
 * order:
 *
 * - undefined: the key is new, and the work is to be done.
 * - The stored answer: the same request was answered before.
 * - An error: the key was used for another request, or the same request has no answer yet.
 *
 * If another transaction is writing a key, the claim waits for that transaction.
 */
export async function claimKeys(
  work: Work,
  keys: readonly IdempotencyKey[],
): Promise<(undefined | StoredAnswer | Error)[]> {
  const rows = keys.map(({ scope, key, requestHash, expiresInS }) => ({
    scope,
    key,
    requestHash,
    createdAt: work.now,
    expiresAt: expiresInS === undefined ? null : secondsAfter(work.now, expiresInS),
  }))
  // All transactions write their idempotency keys in the same order, so that two transactions with the same
  // keys never deadlock.
  rows.sort((a, b) => (named(a) < named(b) ? -1 : 1))
  const inserted = await sql<{ scope: string; key: string }>`
    insert into idempotency_keys (scope, key, request_hash, created_at, expires_at)
    select scope, key, request_hash, created_at, expires_at
    from jsonb_populate_recordset(null::idempotency_keys, ${asRecords(rows)}::jsonb)
    on conflict do nothing returning scope, key`.execute(work.tx)
  const fresh = new Set(inserted.rows.map(named))
  if (fresh.size === keys.length) return keys.map(() => undefined)
  const taken = keys.filter((key) => !fresh.has(named(key)))
  const found = await findAnswers(work, taken)
  const known = new Map(taken.map((key, i) => [key, found[i]]))
  // These idempotency keys were deleted between the insert and the lookup, so they are free and are claimed
  // again.
  const gone = taken.filter((key) => !known.get(key))
  if (gone.length > 0)
    for (const [i, claim] of (await claimKeys(work, gone)).entries()) known.set(gone[i]!, claim)
  return keys.map((key) => known.get(key))
}

/**
 * Returns, in order, the answers that were given under these idempotency keys before; it claims no key. Each
 * result is `undefined` if nothing was answered, the stored answer, or an error if the key was used for
 * another request. A use case that stores its answer at its end (`Work.answer`) calls this function at its
 * start.
 */
export async function findAnswers(
  { tx }: Pick<Work, 'tx'>,
  keys: readonly IdempotencyKey[],
): Promise<(undefined | StoredAnswer | Error)[]> {
  if (keys.length === 0) return []
  const scopes = keys.map((key) => key.scope)
  const { rows } = await sql<{
    scope: string
    key: string
    requestHash: string
    status: number | null
    response: unknown
  }>`
    select k.scope, k.key, k.request_hash, k.status, k.response
    from unnest(${scopes}::text[], ${keys.map((key) => key.key)}::text[]) as w(scope, key)
    join idempotency_keys k on k.scope = w.scope and k.key = w.key`.execute(tx)
  const known = new Map(rows.map((row) => [named(row), row]))
  return keys.map((key) => {
    const row = known.get(named(key))
    if (!row) return undefined
    if (row.requestHash !== key.requestHash) return kernelErrors.idempotency_key_reused()
    if (row.status === null) return kernelErrors.idempotency_in_progress()
    return { status: row.status, body: row.response }
  })
}

/**
 * Deletes the idempotency keys that this transaction claimed for those parts of a batch that failed. The rest
 * of the batch continues.
 */
export async function forgetKeys(work: Work, keys: readonly { scope: string; key: string }[]): Promise<void> {
  if (keys.length === 0) return
  const records = asRecords(keys.map(({ scope, key }) => ({ scope, key })))
  await sql`
    delete from idempotency_keys k using jsonb_to_recordset(${records}::jsonb) as f(scope text, key text)
    where k.scope = f.scope and k.key = f.key`.execute(work.tx)
}
