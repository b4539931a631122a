import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { z } from 'zod'
import { identityOf } from '../domain/kernel/index.ts'
import { usageError } from './cli-error.ts'

/** A row of a CSV. */
export interface ReadRow<Row> {
  /** In the file, for whoever has to mend it. */
  line: number
  key: string
  row: Row
  /** As it was read, to be written out again. */
  record: Record<string, string>
}

/** The text of a file, or of stdin where it is `-`. Throws a usage error where it cannot be read. */
export async function readInput(file: string): Promise<string> {
  if (file === '-') return await text(process.stdin)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const SHOWN = 10

/** Throws a usage error with the first few of these problems, where there are any. */
export function refuseWrongRows(problems: readonly string[]): void {
  if (problems.length === 0) return
  const shown = problems.slice(0, SHOWN).join('; ')
  const rest = problems.length > SHOWN ? ` … and ${problems.length - SHOWN} more` : ''
  throw usageError(`nothing was changed, ${problems.length} rows are wrong: ${shown}${rest}`, {
    rows: problems.length,
  })
}

/** Reads CSV with a header. Throws a usage error that names each wrong row by its line. */
export async function readRows<R extends z.ZodObject>(
  content: string,
  schema: R,
  keyOf: (row: z.output<R>) => string,
): Promise<ReadRow<z.output<R>>[]> {
  const records = await parse(content)
  const problems: string[] = []
  const seen = new Map<string, number>()
  const rows: ReadRow<z.output<R>>[] = []
  for (const { info, record } of records) {
    const line = info.lines
    const parsed = schema.safeParse(blankless(record))
    if (!parsed.success) {
      const wrong = parsed.error.issues.map((one) => `${one.path.join('.')} ${one.message}`)
      problems.push(`line ${line}: ${wrong.join(', ')}`)
      continue
    }
    const key = keyOf(parsed.data)
    const before = seen.get(identityOf(key))
    if (before !== undefined) problems.push(`line ${line}: ${key} stands on line ${before} already`)
    seen.set(identityOf(key), line)
    rows.push({ line, key, row: parsed.data, record })
  }
  refuseWrongRows(problems)
  return rows
}

interface ParsedRecord {
  info: { lines: number }
  record: Record<string, string>
}

async function parse(content: string): Promise<ParsedRecord[]> {
  const csv = await import('csv-parse/sync')
  try {
    return csv.parse(content, {
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
}

/** An empty field is one that was not given. */
function blankless(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
}
