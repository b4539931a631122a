import { z } from 'zod'
import type { ListDefinition, Page, RawInput } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { usageError } from '../errors/cli-error.ts'
import { checkedInput } from '../input/input.ts'

const pageSchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(500))
    .default(50)
    .catch(() => {
      throw usageError('--limit takes a whole number from 1 to 500')
    }),
  cursor: z.string().min(1).optional(),
  csv: z.boolean().default(false),
})

/** Prints a list in the form that was asked for: one page, or the whole list as CSV. */
export async function runList<S extends z.ZodType, Row>(
  context: CommandContext,
  definition: ListDefinition<S, Row>,
  raw: RawInput,
): Promise<void> {
  const { limit, cursor, csv, ...own } = raw
  const asked = checkedInput(pageSchema, { limit, cursor, csv })
  const { output } = context
  if (asked.csv && output.json)
    throw usageError('--csv and --json cannot be used together. Give only one of them.')
  if (asked.cursor !== undefined && !(definition.cursor ?? z.uuid()).safeParse(asked.cursor).success) {
    throw usageError(
      `--cursor is "${asked.cursor}", which is not a cursor. Give the next_cursor of the page before.`,
    )
  }
  const page: Page =
    asked.cursor === undefined ? { limit: asked.limit } : { limit: asked.limit, cursor: asked.cursor }
  const input = checkedInput(definition.input, own)
  if (asked.csv && limit === undefined && cursor === undefined)
    return await writeWhole(context, definition, input)
  const { data, nextCursor } = await definition.run(context, input, page)
  if (output.json) return output.result({ data, nextCursor })
  if (asked.csv) {
    const { renderCsv } = await import('../output/csv.ts')
    output.raw(renderCsv(definition.columns, data))
  } else if (data.length > 0) {
    const { tableOf } = await import('../output/table.ts')
    output.result(data, [tableOf(definition.columns, data)])
  } else {
    output.note(definition.empty)
  }
  if (nextCursor) output.note(`There are more: --cursor ${nextCursor}`)
}

const CSV_PAGE = 500

/**
 * Prints a whole list as CSV, page by page, with no more than one page in memory. It is not used if the
 * person asked for a single page.
 */
async function writeWhole<S extends z.ZodType, Row>(
  context: CommandContext,
  definition: ListDefinition<S, Row>,
  input: z.output<S>,
): Promise<void> {
  const { renderCsv } = await import('../output/csv.ts')
  let cursor: string | undefined
  do {
    const page: Page = { limit: CSV_PAGE, ...(cursor === undefined ? {} : { cursor }) }
    const { data, nextCursor } = await definition.run(context, input, page)
    context.throwIfStopped()
    await context.output.ready()
    context.output.raw(renderCsv(definition.columns, data, { header: cursor === undefined }))
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
}
