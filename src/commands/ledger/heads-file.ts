import { createInterface } from 'node:readline'
import { z } from 'zod'
import { usageError } from '../../cli/errors/cli-error.ts'
import { type Files, unreadable } from '../../cli/input/files.ts'
import { parseJson } from '../../domain/kernel/wire.ts'
import type { LoggedHead } from '../../domain/ledger/index.ts'

const line = z.object({
  page: z.int().positive(),
  head: z.string().min(1),
  time: z.iso.datetime().optional(),
})

/**
 * Reads a worker's log and returns the ledger heads in it. A ledger head is the page that was the last of the
 * ledger's chain when the line was logged. All other lines of the log are skipped.
 */
export async function readHeads(files: Files, file: string): Promise<LoggedHead[]> {
  const heads: LoggedHead[] = []
  try {
    for await (const text of createInterface({ input: files.read(file) })) {
      const start = text.indexOf('{')
      const parsed = start < 0 ? undefined : line.safeParse(parseJson(text.slice(start)))
      if (parsed?.success) heads.push(parsed.data)
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (heads.length === 0) throw usageError(`${file} has no line "ledger head" of a worker's log`)
  return heads
}
