import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import type { CommandContext } from '../../../cli/define/context.ts'
import { usageError } from '../../../cli/errors/cli-error.ts'
import type { AdoptedFile } from '../../../domain/composition/restore/adopt-bank-file.ts'
import { formatIdr, type Work } from '../../../domain/kernel/index.ts'

/**
 * A row of the CSV file that `laku settle export` writes. There, an apostrophe precedes any text that a
 * spreadsheet would run as a formula.
 */
const row = z.object({
  code: z.string().regex(/^(STL|WDR)-\d{6}-[0-9A-Z]+$/i, 'is not the code of a settlement or withdrawal'),
  channel_code: z.string().min(1),
  account_number: z.string().min(1),
  account_holder_name: z.string().min(1),
  amount_idr: z
    .string()
    .regex(/^\d{1,15}$/, 'is no whole number')
    .transform(Number)
    .pipe(z.int().min(1)),
})

const plain = (cell: string) => cell.replace(/^'(?=[=+\-@\t\r])/, '')

export const adopt = defineChange({
  name: 'adopt',
  description:
    'After a restore: take over a file that the bank has and this database does not. Its lines are then not paid again.',
  args: [
    { name: 'file', description: 'the CSV file that laku settle export wrote', optional: true, isFile: true },
  ],
  options: [
    {
      flags: '--complete',
      description: 'the bank has no other file of the lost day, so laku settle export can go on',
    },
  ],
  input: z.object({ file: z.string().optional(), complete: z.boolean().default(false) }),
  examples: [
    'laku settle batches adopt bca.csv --reason "restored the backup of 06:00"',
    'laku settle batches adopt --complete --reason "no other file left since 06:00"',
  ],
  needsReason: true,
  change: async (work, { file, complete }, _reason, context) => {
    if (file === undefined && !complete) throw usageError('give a FILE, or --complete, or both')
    const { completeBankFiles } = await import('../../../domain/payout/index.ts')
    const adopted = file === undefined ? nothing : await takeOver(work, file, context)
    // With --complete, the person says that the bank has no other file. But if a line of this file could not
    // be taken over yet, the bank files do not count as complete. The person must then give this file again
    // later.
    const isComplete = complete && adopted.open.length === 0
    if (isComplete) await completeBankFiles(work)
    return { ...adopted, isComplete }
  },
  done: ({ batch, known, open, suspended, isComplete }) =>
    [
      ...(batch
        ? [
            `Batch ${batch.number} has ${batch.transfers} of its lines: laku settle batches confirm ${batch.number} --statement FILE`,
          ]
        : []),
      ...(known.length > 0 ? [`${known.length} were already taken over: ${known.join(', ')}.`] : []),
      ...open.map(({ code, amountIdr, why }) => `${code}: ${formatIdr(amountIdr)} does not fit yet: ${why}`),
      ...suspended.map(
        ({ code, amountIdr }) =>
          `${code}: ${formatIdr(amountIdr)} has no settlement or withdrawal in this database, so it is in suspense: laku suspense show ${code}`,
      ),
      isComplete
        ? 'All bank files of the lost day are taken over, so laku settle export works again.'
        : 'laku settle export works again after laku settle batches adopt --complete.',
    ].join('\n'),
})

const nothing: AdoptedFile = { batch: null, known: [], open: [], suspended: [] }

async function takeOver(work: Work, file: string, { files }: Pick<CommandContext, 'files'>) {
  const { readRows } = await import('../../../cli/input/read-rows.ts')
  const { adoptBankFile } = await import('../../../domain/composition/restore/adopt-bank-file.ts')
  const rows = await readRows(files, file, row, ({ code }) => code.toUpperCase())
  return await adoptBankFile(
    work,
    rows.map(({ row: line }) => ({
      code: line.code,
      amountIdr: line.amount_idr,
      destination: {
        channelCode: line.channel_code,
        accountNumber: plain(line.account_number),
        accountHolderName: plain(line.account_holder_name),
      },
    })),
  )
}
