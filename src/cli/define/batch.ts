import type { z } from 'zod'
import type { Work } from '../../domain/kernel/index.ts'
import { type CommandDefinition, declared, type OptionDefinition, type Shape } from './command.ts'

export interface BatchDefinition<S extends z.ZodType, R extends z.ZodObject, T> extends Shape<S> {
  /** The schema of a CSV row, by the names of its columns; other columns are ignored. */
  row: R
  /**
   * Returns the key of the object that a row changes. The same key twice in a file is a mistake, even in a
   * different spelling.
   */
  keyOf: (row: z.output<R>) => string
  /**
   * Returns the id of the object that a row names. It is needed if rows may name the same object in two ways,
   * by its code or by its UUID. The id is looked up together with the check of the row.
   */
  idOf?: (work: Work, row: z.output<R>) => Promise<string>
  /** Returns the reason that the row itself gives for its change; without one, --reason applies. */
  reasonOf?: (row: z.output<R>) => string | undefined
  /**
   * Checks a row before the batch makes its first change; the check itself changes nothing. Throws if the
   * row's change is impossible. Returns `done` if an earlier run of the batch made this row's change.
   */
  check: (work: Work, row: z.output<R>, input: z.output<S>) => Promise<'open' | 'done'>
  /** Makes the change of one row, in a transaction of its own. */
  change: (work: Work, row: z.output<R>, input: z.output<S>) => Promise<T>
}

/**
 * Declares a command that makes one change for each row of a CSV file or of stdin (`-`). All rows are checked
 * before the first change, and each change has its own transaction. A new run with the same file skips the
 * finished rows.
 *
 * Failed rows go to a file for a new run, and the exit code is 7. A dry run makes all changes in one
 * transaction, or in pages if there are many rows, and rolls them back.
 */
export function defineBatch<S extends z.ZodType, R extends z.ZodObject, T>(
  definition: BatchDefinition<S, R, T>,
): CommandDefinition {
  const columns = Object.keys(definition.row.shape).join(',')
  const flags: OptionDefinition[] = [
    { flags: '--dry-run', description: 'run every row, print what would change, and save nothing' },
    { flags: '--reason <text>', description: 'the reason; it is kept in the audit log' },
    { flags: '--ndjson', description: 'print one line of JSON for each row as soon as it is done' },
    { flags: '--failed <file>', description: 'the file to which failed rows are written (FILE.failed.csv)' },
  ]
  const shape = {
    ...definition,
    args: [
      {
        name: 'file',
        description: `a CSV file with the columns ${columns}; - reads from stdin`,
        isFile: true,
      },
    ],
  }
  return declared('batch', shape, flags, async (context, raw) => {
    const { runBatch } = await import('../run/batch.ts')
    await runBatch(context, definition, raw)
  })
}
