import type { z } from 'zod'
import type { Work } from '../../domain/kernel/index.ts'
import { type CommandDefinition, declared, type OptionDefinition, type Shape } from './command.ts'

export interface BatchDefinition<S extends z.ZodType, R extends z.ZodObject, T> extends Shape<S> {
  /** A row of the CSV, by the names of its columns; other columns are ignored. */
  row: R
  /**
   * Returns the key of the thing that a row is about: the same key twice in a file is a mistake, however it
   * is written.
   */
  keyOf: (row: z.output<R>) => string
  /** The id of that where it has several names, a code and a UUID: asked with the check. */
  idOf?: (work: Work, row: z.output<R>) => Promise<string>
  /** Why this row is changed, where the row says so; else --reason. */
  reasonOf?: (row: z.output<R>) => string | undefined
  /**
   * Checks a row before the first change: throws where it cannot be done, answers `done` where a run before
   * this one did it. It changes nothing.
   */
  check: (work: Work, row: z.output<R>, input: z.output<S>) => Promise<'open' | 'done'>
  /** Does one row, in a transaction of its own. */
  change: (work: Work, row: z.output<R>, input: z.output<S>) => Promise<T>
}

/**
 * A batch from a CSV file or stdin (`-`). Every row is checked before the first change; then each row is a
 * transaction of its own, so that a killed run is begun again with the same file and skips what is done.
 * Failed rows go to a file that can be fed back, and the exit code is 7. With --ndjson a line a row, as it is
 * done. A dry run does the rows in turn, each after those before it, in one transaction that is rolled back;
 * of many rows, or where somebody waits for it, in pages, and says so.
 */
export function defineBatch<S extends z.ZodType, R extends z.ZodObject, T>(
  definition: BatchDefinition<S, R, T>,
): CommandDefinition {
  const columns = Object.keys(definition.row.shape).join(',')
  const flags: OptionDefinition[] = [
    { flags: '--dry-run', description: 'check and run every row, print what would change, and roll it back' },
    { flags: '--reason <text>', description: 'why: kept in the audit log' },
    { flags: '--ndjson', description: 'one line of JSON a row, as it is done' },
    { flags: '--failed <file>', description: 'where rows that failed are written (FILE.failed.csv)' },
  ]
  const shape = {
    ...definition,
    args: [{ name: 'file', description: `CSV of ${columns}; - for stdin`, isFile: true }],
  }
  return declared('batch', shape, flags, async (context, raw) => {
    const { runBatch } = await import('../run/batch.ts')
    await runBatch(context, definition, raw)
  })
}
