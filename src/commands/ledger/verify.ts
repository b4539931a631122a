import { z } from 'zod'
import type { CheckResult } from '../../domain/kernel/index.ts'
import { exitCodes } from '../cli-error.ts'
import { defineTask } from '../define-command.ts'

export const verify = defineTask({
  name: 'verify',
  exits: [8],
  description:
    'Prove the book: sums, balances, snapshots, seals, escrow and stock. Ends with 8 where something is wrong.',
  input: z.object({}),
  // No identity is asked for: it changes nothing and prints no personal data, and cron runs it.
  run: async (context) => {
    const { bookChecks } = await import('../../domain/invariants.ts')
    const { runChecks } = await import('../../domain/kernel/index.ts')
    const { ledgerSize } = await import('../../domain/ledger/index.ts')
    const { db, vault } = await context.laku()
    const { progress } = context
    progress.start('checks', bookChecks.length)
    const { checks, size } = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        const size = await ledgerSize(tx)
        const checks = await runChecks(bookChecks, tx, vault, (one) => progress.step(lineOf(one)))
        return { checks, size }
      })
    progress.end()
    const ok = checks.every((check) => check.ok)
    return {
      json: { ok, checks, ...size },
      text: sentence(checks, size),
      exitCode: ok ? exitCodes.done : exitCodes.found,
    }
  },
})

function lineOf({ name, ok, detail }: CheckResult): string {
  return ok ? `✓ ${name}` : `✗ ${name}: ${detail}`
}

function sentence(
  checks: CheckResult[],
  { transactions, entries }: { transactions: number; entries: number },
): string {
  const read = `${transactions} transactions, ${entries} entries, ${checks.length} checks`
  const wrong = checks.filter((check) => !check.ok)
  if (wrong.length === 0) return `The book holds: ${read}.`
  return [`The book does not hold: ${read}.`, ...wrong.map(lineOf)].join('\n')
}
