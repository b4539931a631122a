import { z } from 'zod'
import { defineTask } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { type Column, renderTable } from '../../cli/output/table.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import type { StepResult } from './flow.ts'
import type { Audience, DemoResult } from './run.ts'

export const demo = defineTask({
  name: 'demo',
  description: 'Run group buying with real processes in a temporary shop of its own, and verify the ledger.',
  input: z.object({}),
  examples: ['laku demo', 'laku demo --json'],
  run: async (context) => {
    const { databaseUrl, dataDir } = context.flags
    if (databaseUrl !== undefined || dataDir !== undefined)
      throw usageError('the demo uses a database of its own. Leave --database-url and --data-dir out.')
    const { runDemo } = await import('./run.ts')
    const result = await runDemo(audienceOf(context))
    // Each step of the demo was printed when it ended, so only the summary is left to print.
    return { json: jsonOf(result), text: ending(result, context), exitCode: result.ok ? 0 : 1 }
  },
})

function jsonOf({ ok, flows, ledger, book }: DemoResult) {
  const { ok: holds, transactions, entries } = ledger
  return { ok, flows, ledger: { ok: holds, transactions, entries }, book }
}

/**
 * Returns the functions that print the demo's progress (its audience). People see each step when it ends.
 * With --json, stdout gets only the single JSON value at the end.
 */
function audienceOf({ output }: CommandContext): Audience {
  const { style, noteStyle } = output
  return {
    opening: () => output.note(noteStyle.dim('opening a shop: database, provider sandbox, server, worker …')),
    flow: ({ name, description }) => {
      if (output.json) output.note(noteStyle.dim(name))
      else output.raw(`\n${style.bold(name)}  ${style.dim(description)}\n`)
    },
    step: (step) => {
      if (!output.json) output.raw(`${stepLine(step, style.green('✓'))}\n`)
    },
  }
}

function stepLine({ name, ms, amount_idr, detail }: StepResult, mark: string): string {
  const told = [amount_idr === undefined ? '' : formatIdr(amount_idr), detail ?? '']
    .filter(Boolean)
    .join(', ')
  return `  ${mark} ${`${ms} ms`.padStart(8)}  ${name}${told ? `: ${told}` : ''}`
}

type Balance = DemoResult['balances'][number]

const columns: readonly Column<Balance>[] = [
  { name: 'account', value: (row) => row.account },
  { name: 'balance_idr', kind: 'idr', value: (row) => row.balance_idr },
]

function ending({ ok, flows, ledger, balances, book }: DemoResult, { output }: CommandContext): string {
  const { style, width } = output
  const failed = flows
    .filter((flow) => !flow.ok)
    .map((flow) => `${style.red('✗')} ${flow.name}: ${flow.error}`)
  const broken = ledger.checks
    .filter((check) => !check.ok)
    .map((check) => `${style.red('✗')} ${check.name}: ${check.detail}`)
  const verdict = `ledger verify: ${ledger.checks.length} checks, ${ledger.transactions} transactions, ${ledger.entries} entries: ${
    ledger.ok ? style.green('every check holds') : style.red('broken')
  }`
  const books = `our gateway account ${formatIdr(book.gateway_idr)}, the provider's own book ${formatIdr(book.provider_idr)}: ${
    book.agrees ? style.green('they agree') : style.red('they differ')
  }`
  const times = flows.map((flow) => `${flow.name} ${(flow.ms / 1000).toFixed(1)} s`).join(', ')
  const table = renderTable(columns, balances, { width, style })
  const last = ok ? `done: ${times}` : style.red('the demo failed')
  return ['', ...failed, table, '', books, verdict, ...broken, last].join('\n')
}
