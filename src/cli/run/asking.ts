import type { z } from 'zod'
import type { AskingDefinition } from '../define/asking.ts'
import { type RawInput, section } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { checkedInput } from '../input/input.ts'
import type { Block } from '../output/table.ts'
import { describeReport, textOf, withReason } from './change.ts'
import { sectionBlock } from './show.ts'

/**
 * Asks a provider and acts on the answer; with --dry-run, prints the questions that the provider would get.
 */
export async function runAsking<S extends z.ZodType, T>(
  context: CommandContext,
  definition: AskingDefinition<S, T>,
  raw: RawInput,
): Promise<void> {
  const { dryRun, reason, ...own } = raw
  const input = checkedInput(definition.input, own)
  const { unitOfWork } = await context.laku()
  const { output } = context
  const actor = withReason(await context.actor(), textOf(reason) ?? (dryRun ? 'dry run' : ''))
  const way = { context, actor, input }
  if (dryRun) {
    const { result: asks, report } = await unitOfWork.dryRun(actor, (work) =>
      definition.intend(work, input, way),
    )
    output.result({ dryRun: true, asks, ...report }, describeAsks(asks, describeReport(report)))
    return
  }
  const result = await definition.run(way)
  output.result(result, definition.done(result))
}

function describeAsks(
  asks: Awaited<ReturnType<AskingDefinition<z.ZodType, unknown>['intend']>>,
  report: readonly Block[],
): Block[] {
  if (asks.length === 0) return [...report, 'No provider would be asked.']
  const columns = [
    { name: 'provider', kind: 'code' as const, value: (ask: (typeof asks)[number]) => ask.provider },
    { name: 'what', value: (ask: (typeof asks)[number]) => ask.what },
  ]
  const questions = sectionBlock(section('It would ask', columns, asks))
  return [...report, questions, "The provider's answer would then be recorded."]
}
