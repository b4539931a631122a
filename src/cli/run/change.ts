import type { z } from 'zod'
import type { Actor, Refusal, WorkReport } from '../../domain/kernel/index.ts'
import { type ChangeDefinition, type RawInput, section } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { exitCodes } from '../errors/cli-error.ts'
import { checkedInput } from '../input/input.ts'
import type { Block } from '../output/table.ts'
import { confirmSevere, requireReason } from '../prompts/confirm.ts'
import { withSecondFactor } from '../prompts/second-factor.ts'
import { sectionBlock } from './show.ts'

export const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/**
 * Runs a change in its transaction, which --dry-run rolls back at the end, and prints what the change did or
 * would do.
 */
export async function runChange<S extends z.ZodType, T>(
  context: CommandContext,
  definition: ChangeDefinition<S, T>,
  raw: RawInput,
): Promise<void> {
  const { dryRun, reason, confirm, ...rest } = raw
  const { code, own } = codeOf(definition, rest)
  const input = checkedInput(definition.input, own)
  const { unitOfWork } = await context.laku()
  const { output } = context
  const identity = await context.actor()
  if (dryRun) {
    const why = textOf(reason) ?? 'dry run'
    const { result, report } = await withSecondFactor(
      context,
      withReason(identity, why),
      { code, dryRun: true },
      async (actor) => {
        const run = (more: Partial<z.output<S>> = {}) =>
          unitOfWork
            .dryRun(actor, (work) => definition.change(work, Object.assign({}, input, more), why, context))
            .then(({ result: done, report: would }) => ({ result: orThrow(done), report: would }))
        const way = { context, actor, input }
        return await (definition.assuming ? definition.assuming(way, run) : run())
      },
    )
    output.result({ dryRun: true, result, ...report }, describeReport(report))
    return
  }
  const isNeeded = definition.severe || definition.needsReason
  const why = isNeeded ? await requireReason(context, textOf(reason)) : (textOf(reason) ?? '')
  if (definition.severe)
    await confirmSevere(context, await definition.severe(context, input), textOf(confirm))
  const result = await withSecondFactor(context, withReason(identity, why), { code }, async (actor) => {
    const run = (more: Partial<z.output<S>> = {}) =>
      unitOfWork
        .run(actor, async (work) => {
          const done = await definition.change(work, Object.assign({}, input, more), why, context)
          if (!isRefusal(done)) await context.keep(work, keptOf(definition, done, input))
          return done
        })
        .then(orThrow)
    return definition.outside ? await definition.outside({ context, actor, input }, run) : await run()
  })
  const { text, exitCode } = endOf(definition, result, input)
  output.result(result, text)
  if (exitCode !== exitCodes.done) context.exitWith(exitCode)
}

const isRefusal = <T>(answer: T | Refusal): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer && answer.refused instanceof Error

/**
 * Returns the answer of a change's transaction. If the answer is a refusal, throws it. This undoes nothing,
 * because the transaction is already committed.
 */
function orThrow<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw answer.refused
  return answer
}

/**
 * Takes the option `--code` out of a command's input if it is the code of a second factor. Returns that code,
 * and the rest of the input (`own`).
 */
function codeOf({ secondPerson }: { secondPerson?: boolean }, { code, ...own }: RawInput) {
  if (secondPerson) return { code: textOf(code), own }
  return { code: undefined, own: code === undefined ? own : { ...own, code } }
}

/** Returns the text for people about a change that was made, and the exit code of its command. */
function endOf<S extends z.ZodType, T>(definition: ChangeDefinition<S, T>, result: T, input: z.output<S>) {
  return { text: definition.done(result, input), exitCode: definition.exitCode?.(result) ?? exitCodes.done }
}

const SHOWN_ONCE = 'The result was shown once, when the command ran, and was not stored.'

/** Returns the answer for a person who repeats the change under its idempotency key. */
function keptOf<S extends z.ZodType, T>(definition: ChangeDefinition<S, T>, done: T, input: z.output<S>) {
  const { text, exitCode } = endOf(definition, done, input)
  return definition.shownOnce
    ? { value: { note: SHOWN_ONCE }, text: SHOWN_ONCE, exitCode }
    : { value: done, text, exitCode }
}

export function withReason(actor: Actor, reason: string): Actor {
  return actor.kind === 'staff' && reason ? { ...actor, reason } : actor
}

/** Describes to people what a dry run would add to the ledger, to the events and to the audit log. */
export function describeReport(report: WorkReport): Block[] {
  const postings = report.postings.flatMap(({ key, entries }) => entries.map((entry) => ({ key, ...entry })))
  const parts = [
    section(
      'Events',
      [
        { name: 'event', value: (row) => row.type },
        { name: 'of', value: (row) => `${row.aggregateKind} ${row.aggregateId}` },
      ],
      report.events,
    ),
    section(
      'Ledger postings',
      [
        { name: 'transaction', kind: 'code', spare: true, value: (row) => row.key },
        { name: 'account', kind: 'code', value: (row) => row.account },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
      ],
      postings,
    ),
    section(
      'Audit',
      [
        { name: 'command', value: (row) => row.command },
        { name: 'subject', value: (row) => row.subject.join(' ') },
        { name: 'before', value: (row) => JSON.stringify(row.before) },
        { name: 'after', value: (row) => JSON.stringify(row.after) },
      ],
      report.audit,
    ),
    section(
      'Jobs',
      [
        { name: 'job', value: (row) => row.name },
        { name: 'count', kind: 'number', value: (row) => row.count },
      ],
      report.jobs,
    ),
  ]
  const shown = parts.filter((part) => part.rows.length > 0).map(sectionBlock)
  if (shown.length === 0) return ['Dry run: nothing was changed, and the command would change nothing.']
  return ['Dry run: nothing was changed. It would write:', ...shown]
}
