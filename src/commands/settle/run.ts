import { z } from 'zod'
import { defineTask, type TaskResult } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { exitCodes, messageOf } from '../../cli/errors/cli-error.ts'
import type { Block } from '../../cli/output/table.ts'
import { type Actor, toWire, type WorkReport } from '../../domain/kernel/index.ts'
import type { FactoryOutcome } from '../../domain/settlement/index.ts'
import { dateOf, periodInput, periodOptions, reportOfAll } from './settlement.ts'

export const run = defineTask({
  name: 'run',
  isLong: true,
  exits: [3, 5, 7],
  description: 'Calculate what each factory is to be paid. Safe to run twice and to stop.',
  options: [
    ...periodOptions,
    { flags: '--ndjson', description: 'print one line of JSON for each factory as soon as it is settled' },
    { flags: '--dry-run', description: 'run it, print what would change, and save nothing' },
    { flags: '--reason <text>', description: 'the reason; it is kept in the audit log' },
  ],
  input: z.object({
    ...periodInput,
    ndjson: z.boolean().default(false),
    dryRun: z.boolean().default(false),
    reason: z.string().optional(),
  }),
  examples: [
    'laku settle run',
    'laku settle run --through 2026-11-20 --json --yes',
    'laku settle run --ndjson',
  ],
  run: async (context, { through, factory, ndjson, dryRun, reason }) => {
    const query = { through: await dateOf(context, through), factoryId: factory }
    const { unitOfWork } = await context.laku()
    const actor = withReason(await context.actor(), reason)
    const settlement = await import('../../domain/settlement/index.ts')
    // A dry run also gathers the settlement lines and saves them. This is allowed, because gathering lines
    // settles nothing.
    if (dryRun) return await dryResultOf(await settlement.dryRunSettlements({ unitOfWork, actor }, query))
    const outcomes = await settlement.runSettlements({ unitOfWork, actor }, query, (outcome, done, of) => {
      if (done === 1) context.progress.start('settling', of)
      context.progress.step(`${outcome.factory.name}: ${summaryOf(outcome)}`)
      if (ndjson) context.output.raw(`${JSON.stringify(toWire(lineOf(outcome)))}\n`)
    })
    context.progress.end()
    return await resultOf(context, outcomes, ndjson)
  },
})

const withReason = (actor: Actor, reason: string | undefined): Actor =>
  actor.kind === 'staff' && reason ? { ...actor, reason } : actor

async function dryResultOf({
  outcomes,
  reports,
}: {
  outcomes: readonly FactoryOutcome[]
  reports: readonly WorkReport[]
}): Promise<TaskResult> {
  const { reportOf } = await import('../../domain/settlement/index.ts')
  const result = reportOf(outcomes.flatMap((outcome) => outcome.settlements))
  const bad = outcomes.filter((outcome) => outcome.error !== undefined)
  const failed = bad.map(lineOf)
  const report = {
    events: reports.flatMap(({ events }) => events),
    postings: reports.flatMap(({ postings }) => postings),
    audit: reports.flatMap(({ audit }) => audit),
    attention: reports.flatMap(({ attention }) => attention),
    jobs: reports.flatMap(({ jobs }) => jobs),
  }
  const text = [
    'Dry run: nothing was changed. It would settle:',
    ...(await viewOf(result.settlements)),
    ...bad.map(summaryOf),
  ]
  return {
    json: { dryRun: true, result, ...(failed.length > 0 && { failed }), ...report },
    text,
    exitCode: failed.length > 0 ? exitCodes.partly : exitCodes.done,
  }
}

async function resultOf(
  context: CommandContext,
  outcomes: readonly FactoryOutcome[],
  ndjson: boolean,
): Promise<TaskResult | undefined> {
  const { reportOf } = await import('../../domain/settlement/index.ts')
  const report = reportOf(outcomes.flatMap((outcome) => outcome.settlements))
  const failed = outcomes.filter((outcome) => outcome.error !== undefined).map(lineOf)
  const exitCode = failed.length > 0 ? exitCodes.partly : exitCodes.done
  if (ndjson) {
    context.exitWith(exitCode)
    return undefined
  }
  const [last = '', ...before] = (await viewOf(report.settlements)).toReversed()
  const said = [last, ...outcomes.filter((outcome) => outcome.error).map(summaryOf)].join('\n')
  const text = [...before.toReversed(), said]
  return { json: failed.length > 0 ? { ...report, failed } : report, text, exitCode }
}

async function viewOf(settlements: FactoryOutcome['settlements']): Promise<Block[]> {
  const { formatIdr, sumIdr } = await import('../../domain/kernel/index.ts')
  return reportOfAll(settlements, formatIdr(sumIdr(settlements.map((settlement) => settlement.netIdr))))
}

/** Returns the outcome of one factory's settlement as the content of a line of NDJSON. */
function lineOf({ factory, settlements, error }: FactoryOutcome) {
  if (error === undefined) return { factory, settlements }
  return { factory, settlements, error: { message: messageOf(error) } }
}

function summaryOf({ factory, settlements, error }: FactoryOutcome): string {
  if (error !== undefined) return `${factory.name} failed: ${messageOf(error)}`
  return settlements.map((settlement) => settlement.code ?? settlement.status).join(', ') || 'nothing'
}
