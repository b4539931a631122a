import { sql } from 'kysely'
import { keyIdsOfAnswer, openAnswer, sealAnswer, type Tx, type Vault, type Work } from '../../kernel/index.ts'
import type { Reencrypted } from './sealed-data.ts'

const PAGE = 500

interface Place {
  scope: string
  key: string
}

interface KeptAnswer extends Place {
  response: unknown
}

const FIRST: Place = { scope: '', key: '' }

/** Answers that are kept under idempotency keys, with names and addresses in them, by their keys. */
async function readAnswers(tx: Tx, after: Place): Promise<KeptAnswer[]> {
  const { rows } = await sql<KeptAnswer>`
    select scope, key, response from idempotency_keys
    where (scope, key) > (${after.scope}, ${after.key}) and response::text like '%"sealed:%'
    order by scope, key limit ${PAGE}`.execute(tx)
  return rows
}

/**
 * Encrypts a page of kept answers again under the key that writes. `after` is what the page before returned.
 */
export async function reencryptAnswers(
  { tx, vault }: Pick<Work, 'tx' | 'vault'>,
  after?: string,
): Promise<Reencrypted> {
  const rows = await readAnswers(tx, after === undefined ? FIRST : (JSON.parse(after) as Place))
  const left: string[] = []
  let rewritten = 0
  for (const { scope, key, response } of rows) {
    const ids = keyIdsOfAnswer(vault, response)
    if (ids.includes('')) left.push(`idempotency_keys ${key}: encrypted under a key that is not given`)
    else if (ids.some((id) => id !== vault.keyId)) {
      const again = JSON.stringify(sealAnswer(vault, openAnswer(vault, response)))
      await sql`
        update idempotency_keys set response = ${again}::jsonb where scope = ${scope} and key = ${key}`.execute(
        tx,
      )
      rewritten++
    }
  }
  const last = rows.at(-1)
  const next = last && rows.length === PAGE ? JSON.stringify({ scope: last.scope, key: last.key }) : undefined
  return { after: next, rewritten, left }
}

/**
 * How many encrypted fields of kept answers stand under each key, by its name; under the empty name what no
 * key at hand opens.
 */
export async function countAnswers(tx: Tx, vault: Vault): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let after = FIRST
  for (;;) {
    const rows = await readAnswers(tx, after)
    for (const { response } of rows) {
      for (const id of keyIdsOfAnswer(vault, response)) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return counts
    after = last
  }
}
