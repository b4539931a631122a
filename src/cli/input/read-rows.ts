import type { z } from 'zod'
import { identityOf } from '../../domain/kernel/index.ts'
import { usageError } from '../errors/cli-error.ts'
import { type Files, unreadable } from './files.ts'

/** A checked row of a CSV file, with its line number. */
export interface ReadRow<Row> {
  /** The line number in the file, for the person who has to fix it. */
  line: number
  key: string
  row: Row
  /** The row as it was read, so that the row can be written out again. */
  record: Record<string, string>
}

const SHOWN = 10

/**
 * Throws a usage error that names the first few problems in the rows of a CSV file, if there are problems.
 */
export function refuseWrongRows(problems: readonly string[]): void {
  if (problems.length === 0) return
  const shown = problems.slice(0, SHOWN).join('; ')
  const rest = problems.length > SHOWN ? ` … and ${problems.length - SHOWN} more` : ''
  throw usageError(`nothing was changed, ${problems.length} rows are wrong: ${shown}${rest}`, {
    rows: problems.length,
  })
}

/**
 * Reads a CSV file with a header, piece by piece. Throws a usage error that names each wrong row by its line
 * number.
 */
export async function readRows<R extends z.ZodObject>(
  files: Files,
  file: string,
  schema: R,
  keyOf: (row: z.output<R>) => string,
): Promise<ReadRow<z.output<R>>[]> {
  const problems: string[] = []
  const seen = new Map<string, number>()
  const rows: ReadRow<z.output<R>>[] = []
  for await (const { info, record } of recordsOf(files, file)) {
    const line = info.lines
    const parsed = schema.safeParse(blankless(record))
    if (!parsed.success) {
      const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
      problems.push(`line ${line}: ${wrong.join(', ')}`)
      continue
    }
    const key = keyOf(parsed.data)
    const before = seen.get(identityOf(key))
    if (before !== undefined) problems.push(`line ${line}: ${key} is already on line ${before}`)
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

/**
 * The file is read piece by piece, so that a server with a large file does its other work between two pieces.
 */
async function* recordsOf(files: Files, file: string): AsyncGenerator<ParsedRecord> {
  const { CsvError, parse } = await import('csv-parse')
  const source = files.read(file)
  const parser = parse({
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count_less: true,
  })
  source.on('error', (error) => parser.destroy(error))
  try {
    for await (const record of source.pipe(parser)) yield record as ParsedRecord
  } catch (error) {
    if (!(error instanceof CsvError)) throw unreadable(file, error)
    throw usageError(`this is not a valid CSV file: ${error.message}`)
  }
}

/** Removes the empty fields of a row: an empty field counts as not given. */
function blankless(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
}
