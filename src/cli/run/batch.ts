import { z } from 'zod'
import { type Actor, type DryUse, toWire, type WorkReport } from '../../domain/kernel/index.ts'
import type { BatchDefinition } from '../define/batch.ts'
import type { RawInput } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { exitCodes } from '../errors/cli-error.ts'
import { failureOf } from '../errors/errors.ts'
import { checkedInput, fileToWrite } from '../input/input.ts'
import { type ReadRow, readRows, refuseWrongRows } from '../input/read-rows.ts'
import { withSecondFactor } from '../prompts/second-factor.ts'

const flagsSchema = z.object({
  file: z.string(),
  dryRun: z.boolean().default(false),
  reason: z.string().optional(),
  ndjson: z.boolean().default(false),
  failed: fileToWrite.optional(),
  code: z.string().optional(),
})

/** The number of rows that a dry run does in one transaction. */
const DRY_PAGE = 500

/** The outcome of one row of a batch. */
interface RowResult<T> {
  line: number
  key: string
  outcome: 'done' | 'before' | 'failed'
  result?: T
  error?: { code: string; message: string; details: Record<string, unknown> }
}

/** Reads a batch file, checks all its rows, and then carries out the rows one by one. */
export async function runBatch<S extends z.ZodType, R extends z.ZodObject, T>(
  context: CommandContext,
  definition: BatchDefinition<S, R, T>,
  raw: RawInput,
): Promise<void> {
  const { file, dryRun, reason, ndjson, failed, code, ...own } = raw
  const flags = checkedInput(flagsSchema, { file, dryRun, reason, ndjson, failed, code })
  const input = checkedInput(definition.input, own)
  const rows = await readRows(context.files, flags.file, definition.row, definition.keyOf)
  const open = await checkAll(context, definition, rows, input)
  const { unitOfWork } = await context.laku()
  const actor = await actorOf(context, definition, flags)
  const { output, progress } = context
  const results: RowResult<T>[] = []
  const reports: WorkReport[] = []
  const failedRows: ReadRow<z.output<R>>[] = []
  progress.start(definition.name, rows.length)
  const tell = (item: ReadRow<z.output<R>>, outcome: Outcome<T>) => {
    const result = resultOf<T>(item, outcome)
    if (outcome !== 'before' && 'report' in outcome) reports.push(outcome.report)
    if (result.outcome === 'failed') failedRows.push(item)
    results.push(result)
    progress.step(`${item.key}: ${result.error?.message ?? result.outcome}`)
    if (flags.ndjson) output.raw(`${JSON.stringify(toWire(result))}\n`)
  }
  const useOf = ({ row }: ReadRow<z.output<R>>): DryUse<T> => ({
    actor: because(actor, definition.reasonOf?.(row) ?? flags.reason),
    use: (work) => definition.change(work, row, input),
  })
  let pages = 0
  if (flags.dryRun) {
    for (const row of rows) if (!open.has(row.line)) tell(row, 'before')
    const due = rows.filter((row) => open.has(row.line))
    for (let from = 0; from < due.length; pages++) {
      const page = due.slice(from, from + DRY_PAGE)
      const outcomes = await unitOfWork.dryRunInTurn(page.map(useOf))
      for (const [i, outcome] of outcomes.entries()) tell(page[i] as ReadRow<z.output<R>>, outcome)
      from += outcomes.length
    }
    results.sort((a, b) => a.line - b.line)
  } else {
    for (const row of rows) {
      await output.ready()
      const { actor: who, use } = useOf(row)
      if (!open.has(row.line)) tell(row, 'before')
      else
        tell(
          row,
          await unitOfWork.run(who, use).then(
            (result) => ({ result }),
            (error) => ({ error }),
          ),
        )
    }
  }
  progress.end()
  const failedFile =
    failedRows.length > 0 && !flags.dryRun
      ? await writeFailed(context, flags, failedRows, results)
      : undefined
  if (failedRows.length > 0) context.exitWith(exitCodes.partly)
  if (flags.ndjson) return
  const count = (outcome: string) => results.filter((rowResult) => rowResult.outcome === outcome).length
  const counts = { rows: rows.length, done: count('done'), before: count('before'), failed: count('failed') }
  output.result(
    {
      ...(flags.dryRun && {
        dryRun: true,
        pages,
        postings: reports.flatMap((report) => report.postings),
        audit: reports.flatMap((report) => report.audit),
      }),
      ...counts,
      failedFile,
      results,
    },
    sentence(counts, flags.dryRun ? pages : undefined, failedFile),
  )
}

/**
 * Returns the actor of the batch. If a second-factor code was given, it confirms the actor for all rows. If
 * no code was given, laku does not ask for one. A question would make the whole batch begin again after the
 * answer.
 */
async function actorOf(
  context: CommandContext,
  { secondPerson }: { secondPerson?: boolean },
  { code, dryRun }: z.output<typeof flagsSchema>,
): Promise<Actor> {
  const actor = await context.actor()
  if (!secondPerson || (code === undefined && context.code === undefined && !dryRun)) return actor
  return await withSecondFactor(context, actor, { code, dryRun }, async (confirmed) => confirmed)
}

type Outcome<T> = 'before' | { result: T } | { result: T; report: WorkReport } | { error: unknown }

function resultOf<T>({ line, key }: ReadRow<unknown>, outcome: Outcome<T>): RowResult<T> {
  if (outcome === 'before') return { line, key, outcome }
  if ('result' in outcome) return { line, key, outcome: 'done', result: outcome.result }
  const { code, message, details, exitCode } = failureOf(outcome.error)
  // Every row fails when the database is gone, so the run stops here. The next run does the rows that are
  // left.
  if (exitCode === exitCodes.unavailable && code.startsWith('kernel.database')) throw outcome.error
  return { line, key, outcome: 'failed', error: { code, message, details } }
}

/**
 * Checks every row before the first change; returns the line numbers of the rows that are still to be done.
 */
async function checkAll<S extends z.ZodType, R extends z.ZodObject, T>(
  context: CommandContext,
  definition: BatchDefinition<S, R, T>,
  rows: readonly ReadRow<z.output<R>>[],
  input: z.output<S>,
): Promise<Set<number>> {
  return await context.read(async (work) => {
    const open = new Set<number>()
    const problems: string[] = []
    const seen = new Map<string, number>()
    for (const { line, key, row } of rows) {
      await context.output.ready()
      context.throwIfStopped()
      try {
        const id = await definition.idOf?.(work, row)
        const before = seen.get(id ?? '')
        if (id !== undefined && before !== undefined) {
          problems.push(`line ${line}: ${key} is already on line ${before}`)
          continue
        }
        if (id !== undefined) seen.set(id, line)
        if ((await definition.check(work, row, input)) === 'open') open.add(line)
      } catch (error) {
        problems.push(`line ${line}, ${key}: ${failureOf(error).message}`)
      }
    }
    refuseWrongRows(problems)
    return open
  })
}

function because(actor: Actor, reason: string | undefined): Actor {
  return actor.kind === 'staff' && reason ? { ...actor, reason } : actor
}

/** Writes the failed rows as they were read, with the error in an extra column, which a new run ignores. */
async function writeFailed<T>(
  context: CommandContext,
  { file, failed }: z.output<typeof flagsSchema>,
  rows: readonly ReadRow<unknown>[],
  results: readonly RowResult<T>[],
): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  const path = failed ?? (file === '-' ? 'stdin.failed.csv' : `${file}.failed.csv`)
  const errors = new Map(results.map((rowResult) => [rowResult.line, rowResult.error?.message]))
  const lines = rows.map(({ line, record }) => ({ ...record, error: errors.get(line) ?? '' }))
  context.files.write(path, stringify(lines, { header: true, record_delimiter: 'windows' }), 0o600)
  return path
}

interface Counts {
  rows: number
  done: number
  before: number
  failed: number
}

function sentence({ done, before, failed }: Counts, dryPages?: number, failedFile?: string): string {
  const kept = failedFile ? `: they are in ${failedFile}, to be fed back` : ''
  if (dryPages !== undefined) {
    const paged =
      dryPages > 1
        ? ` The dry run had ${dryPages} pages, each in its own transaction: a row saw only the changes of earlier rows of its page.`
        : ''
    return `Dry run: nothing was changed. ${done} would be done, ${before} were before, ${failed} would fail.${paged}`
  }
  return `${done} done, ${before} were before, ${failed} failed${kept}.`
}
