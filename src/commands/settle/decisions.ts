import { z } from 'zod'
import { usageError } from '../cli-error.ts'

/** A row of a batch of decisions. */
export interface Decision {
  /** In the file, for whoever has to mend it. */
  line: number
  code: string
  decision: 'approve' | 'hold' | 'void'
  reason: string
}

const row = z.object({
  code: z.string().trim().min(1),
  decision: z.enum(['approve', 'hold', 'void']),
  reason: z.string().trim().default(''),
})

/** Reads a CSV with the columns code, decision and, where a hold or a void needs one, reason. Throws a usage error that names each wrong row. */
export async function readDecisions(text: string): Promise<Decision[]> {
  const { parse } = await import('csv-parse/sync')
  let records: { info: { lines: number }; record: unknown }[]
  try {
    records = parse(text, {
      bom: true,
      columns: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count_less: true,
    })
  } catch (error) {
    throw usageError(`this is no CSV: ${error instanceof Error ? error.message : String(error)}`)
  }
  const problems: string[] = []
  const seen = new Map<string, number>()
  const decisions = records.flatMap(({ info, record }): Decision[] => {
    const read = row.safeParse(record)
    if (!read.success) {
      problems.push(
        `line ${info.lines}: ${read.error.issues.map((one) => `${one.path.join('.')} ${one.message}`).join(', ')}`,
      )
      return []
    }
    const { code, decision, reason } = read.data
    if (decision !== 'approve' && reason === '')
      problems.push(`line ${info.lines}: ${decision} needs a reason`)
    const before = seen.get(code)
    if (before !== undefined) problems.push(`line ${info.lines}: ${code} stands on line ${before} already`)
    seen.set(code, info.lines)
    return [{ line: info.lines, code, decision, reason }]
  })
  if (problems.length > 0) {
    throw usageError(
      `nothing was changed, ${problems.length} rows are wrong: ${problems.slice(0, 10).join('; ')}`,
    )
  }
  return decisions
}
