import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import { exitCodes } from '../../cli/errors/cli-error.ts'
import type { CheckResult } from '../../domain/kernel/index.ts'
import type { ChainState } from '../../domain/ledger/index.ts'
import { readHeads } from './heads-file.ts'

export const verify = defineTask({
  name: 'verify',
  isLong: true,
  exits: [8],
  reads: true,
  description:
    'Check the whole ledger: sums, balances, snapshots, seals, the chain, rows against their postings, escrow and stock. Exits with 8 if something is wrong.',
  options: [
    {
      flags: '--heads <file>',
      description: 'a log file of the worker: each "ledger head" in it must still be in the chain',
      isFile: true,
    },
  ],
  input: z.object({ heads: z.string().optional() }),
  examples: ['laku ledger verify', 'laku ledger verify --heads /var/log/laku/worker.log'],
  // `laku ledger verify` needs no token when the host's owner runs it (src/runtime/who-may.ts), for example
  // from cron.
  run: async (context, input) => {
    const { bookChecks } = await import('../../domain/composition/invariants.ts')
    const { runChecks } = await import('../../domain/kernel/index.ts')
    const { chainState, headsCheck, ledgerSize } = await import('../../domain/ledger/index.ts')
    const heads = input.heads === undefined ? undefined : await readHeads(context.files, input.heads)
    const all = heads ? [...bookChecks, headsCheck(heads)] : bookChecks
    const { sql } = await import('kysely')
    const { db, vault } = await context.laku()
    const { progress } = context
    progress.start('checks', all.length)
    const { checks, size, chain } = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (tx) => {
        // The verification of the ledger uses one processor: the other processors are for people who buy in
        // the meantime.
        await sql`set local max_parallel_workers_per_gather = 0`.execute(tx)
        const size = await ledgerSize(tx)
        const checks = await runChecks(all, tx, vault, {
          onDone: (checkResult) => progress.step(lineOf(checkResult)),
          rest: () => context.output.ready(),
        })
        return { checks, size, chain: await chainState(tx) }
      })
    progress.end()
    const ok = checks.every((check) => check.ok)
    return {
      json: { ok, checks, ...size, chain, ...(heads && { headsRead: heads.length }) },
      text: [sentence(checks, size), ...chainLines(chain)].join('\n'),
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
  if (wrong.length === 0) return `The ledger is correct: ${read}.`
  return [`The ledger is not correct: ${read}.`, ...wrong.map(lineOf)].join('\n')
}

/**
 * Returns lines of text about the ledger's chain: how many transactions are not in the chain yet, and each
 * break of the chain that a person declared.
 */
function chainLines({ page, unchained, breaks }: ChainState): string[] {
  const open =
    unchained > 0
      ? [
          `${unchained} transactions are not in the chain yet (page ${page} is its last): a deletion of these leaves no trace.`,
        ]
      : []
  return [
    ...open,
    ...breaks.map(
      (item) => `Page ${item.page} of the chain is a break declared by ${item.declaredBy}: ${item.reason}.`,
    ),
  ]
}
