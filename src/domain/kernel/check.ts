import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'
import type { Tx } from './work.ts'

/** A pause between two pieces of long work, in which the process handles other requests. */
export type Rest = () => Promise<void>

/** An invariant of laku's data, and the query that finds its violations. */
export interface Check {
  name: string
  /**
   * Finds the first few violations of the invariant, each described in words; empty if the invariant holds.
   */
  violations(tx: Tx, vault: Vault, rest?: Rest): Promise<string[]>
}

/**
 * Makes a check of an invariant from one query, which returns a text line for each violation. The query needs
 * a limit, because a broken invariant can have ten thousand violations.
 */
export const checkOf = (name: string, query: RawBuilder<{ line: string }>): Check => ({
  name,
  violations: async (tx) => (await query.execute(tx)).rows.map((row) => row.line),
})

export interface CheckResult {
  name: string
  ok: boolean
  detail: string
}

/** Runs checks of invariants one after another, and reports each result at once. */
export async function runChecks(
  checks: readonly Check[],
  tx: Tx,
  vault: Vault,
  { onDone = () => {}, rest = async () => {} }: { onDone?: (result: CheckResult) => void; rest?: Rest } = {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    const wrong = await check.violations(tx, vault, rest)
    const result = { name: check.name, ok: wrong.length === 0, detail: wrong.join('; ') || 'holds' }
    results.push(result)
    onDone(result)
    await rest()
  }
  return results
}
