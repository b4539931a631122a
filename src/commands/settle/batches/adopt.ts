import { z } from 'zod'
import { defineChange } from '../../../cli/define/command.ts'
import { formatIdr } from '../../../domain/kernel/index.ts'

/**
 * A row of the CSV file that `laku settle export` writes. There, an apostrophe precedes any text that a
 * spreadsheet would run as a formula.
 */
const row = z.object({
  code: z.string().regex(/^(STL|WDR)-\d{6}-[0-9A-Z]+$/i, 'is no code of a settlement or a withdrawal'),
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
    'After a restore: take over a file that the bank has and this database does not. Nothing pays its lines again.',
  args: [{ name: 'file', description: 'the CSV that laku settle export wrote', isFile: true }],
  input: z.object({ file: z.string() }),
  examples: ['laku settle batches adopt bca.csv --reason "restored the backup of 06:00"'],
  needsReason: true,
  change: async (work, { file }, _reason, context) => {
    const { readRows } = await import('../../../cli/input/read-rows.ts')
    const { adoptBankFile } = await import('../../../domain/composition/restore/adopt-bank-file.ts')
    const rows = await readRows(context.files, file, row, ({ code }) => code.toUpperCase())
    return await adoptBankFile(
      work,
      rows.map(({ row: one }) => ({
        code: one.code,
        amountIdr: one.amount_idr,
        destination: {
          channelCode: one.channel_code,
          accountNumber: plain(one.account_number),
          accountHolderName: plain(one.account_holder_name),
        },
      })),
    )
  },
  done: ({ batch, known, open, suspended }) =>
    [
      batch
        ? `Batch ${batch.number} has ${batch.transfers} of its lines: laku settle batches confirm ${batch.number} --statement FILE`
        : 'No line of it was missing a batch.',
      ...(known.length > 0 ? [`${known.length} were known: ${known.join(', ')}.`] : []),
      ...open.map(({ code, amountIdr, why }) => `${code}: ${formatIdr(amountIdr)} does not fit yet: ${why}`),
      ...suspended.map(
        ({ code, amountIdr }) =>
          `${code}: ${formatIdr(amountIdr)} is of nothing here: laku suspense show ${code}`,
      ),
    ].join('\n'),
})
