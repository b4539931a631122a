import type { z } from 'zod'
import type { RawInput, Section, ShowDefinition } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { checkedInput } from '../input/input.ts'
import { type Block, type Column, fieldsOf, tableOf } from '../output/table.ts'

/** Prints the fields of one object, and the tables below these fields. */
export async function runShow<S extends z.ZodType, T>(
  context: CommandContext,
  definition: ShowDefinition<S, T>,
  raw: RawInput,
): Promise<void> {
  const thing = await definition.run(context, checkedInput(definition.input, raw))
  const { output } = context
  if (output.json) return output.result(thing)
  const parts: Block[] = [fieldsOf(definition.fields, thing)]
  for (const section of definition.sections?.(thing) ?? []) {
    if (section.rows.length > 0) parts.push(sectionBlock(section))
  }
  output.result(thing, parts)
}

export function sectionBlock(section: Section): Block {
  // The rows and columns of one table have the same row type, because `section` requires that. The type of a
  // list of tables cannot express this fact, so it is asserted here.
  const columns = section.columns as readonly Column<unknown>[]
  return tableOf(columns, section.rows, section.title)
}
