import { Readable } from 'node:stream'
import type { z } from 'zod'
import { identityOf } from '../../domain/kernel/index.ts'
import { CliError, usageError } from '../errors/cli-error.ts'
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
/** The most wrong rows that are counted. The rest of such a file is not read. */
const MAX_PROBLEMS = 1_000
/**
 * The most rows of one file: they are in memory together, because all are checked before the first change.
 */
const MAX_ROWS = 100_000
/** The largest size of one row (bytes). */
const MAX_ROW_BYTES = 100_000

/**
 * Throws a usage error that names the first few problems in the rows of a CSV file, if there are problems.
 */
export function refuseWrongRows(problems: readonly string[]): void {
  if (problems.length === 0) return
  const shown = problems.slice(0, SHOWN).join('; ')
  const rest = problems.length > SHOWN ? ` … and ${problems.length - SHOWN} more` : ''
  const count = problems.length < MAX_PROBLEMS ? problems.length : `at least ${MAX_PROBLEMS}`
  throw usageError(`nothing was changed, ${count} rows are wrong: ${shown}${rest}`, {
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
  for await (const { info, record } of recordsOf(files, file, Object.keys(schema.shape))) {
    const line = info.lines
    if (problems.length >= MAX_PROBLEMS) break
    if (rows.length >= MAX_ROWS)
      throw usageError(`the file has more than ${MAX_ROWS} rows. Split it into smaller files.`)
    const damaged = Object.entries(record).find(([, value]) => isNoText(value))
    if (damaged) {
      problems.push(`line ${line}: ${damaged[0]} is not UTF-8 text. Save the file as CSV with UTF-8.`)
      continue
    }
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
async function* recordsOf(files: Files, file: string, known: string[]): AsyncGenerator<ParsedRecord> {
  const { CsvError, parse } = await import('csv-parse')
  const { head, source } = await beginOf(files.read(file)).catch((error: unknown) => {
    throw error instanceof CliError ? error : unreadable(file, error)
  })
  if (head.replace('\uFEFF', '').trim() === '')
    throw usageError(`${file} is empty, without even a header. Look at what should have written it.`)
  const parser = parse({
    delimiter: separatorOf(head),
    bom: true,
    columns: (names: string[]) => {
      if (names.some(isNoText))
        throw usageError(`${file} is not UTF-8 text. Save the file as CSV with UTF-8.`)
      // If two columns have one name, only the last is read. It may differ from what the person sees.
      const twice = known.find((column) => names.indexOf(column) !== names.lastIndexOf(column))
      if (twice) throw usageError(`${file} has the column ${twice} twice. Keep one of them.`)
      return names
    },
    info: true,
    skip_empty_lines: true,
    trim: true,
    relax_column_count_less: true,
    max_record_size: MAX_ROW_BYTES,
  })
  source.on('error', (error) => parser.destroy(error))
  try {
    for await (const record of source.pipe(parser)) yield record as ParsedRecord
  } catch (error) {
    if (error instanceof CliError) throw error
    if (!(error instanceof CsvError)) throw unreadable(file, error)
    throw usageError(`this is not a valid CSV file: ${error.message}`)
  } finally {
    source.destroy()
  }
}

/**
 * Tells whether a field was not written in UTF-8: its bytes were replaced when they were read, or it contains
 * a zero byte, which the database does not store.
 */
const isNoText = (value: string) => value.includes('\uFFFD') || value.includes('\0')

/** The longest beginning of a file in which its first line is looked for, in characters. */
const HEAD = 65_536

/** Reads the first line of a file, and returns it with a stream of the whole file. */
async function beginOf(read: Readable): Promise<{ head: string; source: Readable }> {
  const pieces = read[Symbol.asyncIterator]() as AsyncIterator<string | Uint8Array>
  const first: (string | Uint8Array)[] = []
  let head = ''
  while (!head.includes('\n') && head.length < HEAD) {
    const piece = await pieces.next()
    if (piece.done) break
    first.push(piece.value)
    head += Buffer.from(piece.value).toString()
  }
  async function* whole() {
    yield* first
    yield* { [Symbol.asyncIterator]: () => pieces }
  }
  return { head, source: Readable.from(whole()) }
}

/**
 * Returns the character that separates the columns of a CSV file with this beginning. A spreadsheet set to
 * Indonesia writes semicolons, because its numbers have commas.
 */
function separatorOf(head: string): string {
  const [header = ''] = head.split(/[\r\n]/)
  return [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ','
}

/** Removes the empty fields of a row: an empty field counts as not given. */
function blankless(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
}
