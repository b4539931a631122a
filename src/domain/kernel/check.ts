import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'
import type { Tx } from './work.ts'

/** An invariant of laku's data, and the query that finds its violations. */
export interface Check {
  name: string
  /**
   * Finds the first few violations of the invariant, each described in words; empty if the invariant holds.
   */
  violations(tx: Tx, vault: Vault): Promise<string[]>
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
  onDone: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    const wrong = await check.violations(tx, vault)
    const result = { name: check.name, ok: wrong.length === 0, detail: wrong.join('; ') || 'holds' }
    results.push(result)
    onDone(result)
  }
  return results
}
