import type { RawBuilder } from 'kysely'
import type { Vault } from './vault.ts'
import type { Tx } from './work.ts'

/** Something that is always true, and a way to see whether it still is. */
export interface Check {
  name: string
  /** The first few things that are wrong, in words; empty where all is well. */
  violations(tx: Tx, vault: Vault): Promise<string[]>
}

/**
 * A check that one query makes: a line for each thing that is wrong. A broken invariant can be broken ten
 * thousand times, so it is limited.
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

/** Runs checks one after another and reports each as it ends. */
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
