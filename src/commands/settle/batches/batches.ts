import { z } from 'zod'
import { defineChange, defineList, defineShow, section } from '../../../cli/define/command.ts'
import { usageError } from '../../../cli/errors/cli-error.ts'
import type { Files } from '../../../cli/input/files.ts'
import { formatIdr } from '../../../domain/kernel/index.ts'
import { statesOf } from '../../../domain/kernel/transitions.ts'
import type { BankWord } from '../../../domain/payout/index.ts'
import { bankBatchTransitions } from '../../../domain/payout/transitions.ts'

const statuses = statesOf(bankBatchTransitions)
const batchArgument = { name: 'batch', description: 'the number or UUID of the batch' }

export const list = defineList({
  name: 'list',
  description: 'List batches of bank transfers, newest first.',
  options: [{ flags: '--status <status>', description: 'only with this status', choices: statuses }],
  input: z.object({ status: z.enum(statuses).optional() }),
  examples: ['laku settle batches list --status handed_out'],
  empty: 'No batches. laku settle export makes one from all approved settlements.',
  run: async (context, { status }, page) => {
    const { listBatches } = await import('../../../domain/payout/bank-batches/read-batches.ts')
    return await context.read(({ tx }) => listBatches(tx, { status, ...page }))
  },
  columns: [
    { name: 'number', kind: 'number', value: (row) => row.number },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'transfers', kind: 'number', value: (row) => row.transfers },
    { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
    { name: 'open_idr', kind: 'idr', value: (row) => row.openIdr },
    { name: 'made_by', heading: 'by', value: (row) => row.madeBy },
    { name: 'made_at', kind: 'time', value: (row) => row.madeAt },
    { name: 'finished_at', kind: 'time', spare: true, value: (row) => row.finishedAt },
  ],
})

export const show = defineShow({
  name: 'show',
  description: 'Show one batch with its lines, and the result of each line at the bank.',
  args: [batchArgument],
  input: z.object({ batch: z.string() }),
  examples: ['laku settle batches show 12'],
  run: async (context, { batch }) => {
    const { showBatch } = await import('../../../domain/payout/bank-batches/read-batches.ts')
    return await context.read((work) => showBatch(work, batch))
  },
  fields: [
    { name: 'number', kind: 'number', value: (settlement) => settlement.number },
    { name: 'id', kind: 'code', value: (settlement) => settlement.id },
    { name: 'status', kind: 'status', value: (settlement) => settlement.status },
    { name: 'status_reason', heading: 'reason', value: (settlement) => settlement.statusReason },
    { name: 'reference', kind: 'code', value: (settlement) => settlement.reference },
    { name: 'total_idr', kind: 'idr', value: (settlement) => settlement.totalIdr },
    { name: 'open_idr', kind: 'idr', value: (settlement) => settlement.openIdr },
    { name: 'made_by', heading: 'by', value: (settlement) => settlement.madeBy },
    { name: 'made_at', kind: 'time', value: (settlement) => settlement.madeAt },
    { name: 'handed_out_at', kind: 'time', value: (settlement) => settlement.handedOutAt },
    { name: 'finished_at', kind: 'time', value: (settlement) => settlement.finishedAt },
  ],
  sections: ({ lines }) => [
    section(
      'Lines',
      [
        { name: 'code', kind: 'code', value: (line) => line.code },
        { name: 'status', kind: 'status', value: (line) => line.status },
        { name: 'bank', value: (line) => `${line.bank} ${line.account}` },
        { name: 'amount_idr', kind: 'idr', value: (line) => line.amountIdr },
        { name: 'reference', kind: 'code', value: (line) => line.reference },
        { name: 'failure_code', heading: 'failure', value: (line) => line.failureCode },
      ],
      lines,
    ),
  ],
})

/** A row of a bank statement as CSV. The statement of any bank must first be cut down to these columns. */
const statementRow = z.object({
  code: z.string(),
  // Banks write whole rupiah with two decimals. Thousands separators are refused, because 95.000 would be
  // read as 95.
  amount_idr: z
    .string()
    .regex(/^[1-9]\d{0,14}([.,]0{1,2})?$/, 'is no whole number of rupiah without thousands separators')
    .transform((text) => Number(text.replace(/[.,].*$/, ''))),
  reference: z.string().optional(),
  status: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(['paid', 'rejected']))
    .default('paid'),
})

export const confirm = defineChange({
  name: 'confirm',
  secondPerson: true,
  description:
    'Record the results of a batch at the bank: all open lines are paid, or the named lines, or as a statement file says. Rejected lines can be paid again. If you took the file, another person must record that a paid line came back.',
  args: [
    batchArgument,
    {
      name: 'lines',
      description: 'the codes of settlements or withdrawals (all open lines)',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    {
      flags: '--reference <reference>',
      description: "the bank's reference of the batch, or of the one named line",
    },
    { flags: '--rejected', description: 'the named lines did not arrive or came back' },
    {
      flags: '--statement <file>',
      description:
        'a CSV file with the columns code, amount_idr, reference and status (paid or rejected), separated by commas, semicolons or tabs',
      isFile: true,
    },
  ],
  input: z.object({
    batch: z.string(),
    lines: z.array(z.string()).default([]),
    reference: z.string().max(100).optional(),
    rejected: z.boolean().default(false),
    statement: z.string().optional(),
  }),
  examples: [
    'laku settle batches confirm 12 --reference "BCA 20261130 000123"',
    'laku settle batches confirm 12 STL-261123-7K3QX2 --rejected',
    'laku settle batches confirm 12 --statement statement.csv',
  ],
  change: async (work, input, _reason, context) => {
    const { confirmBatch } = await import('../../../domain/payout/index.ts')
    const { batch, reference, lines, rejected, statement } = input
    if (statement !== undefined) {
      if (reference !== undefined || rejected || lines.length > 0)
        throw usageError('--statement has all results. Leave out the lines, --reference and --rejected.')
      return await confirmBatch(work, { batch, words: await wordsIn(context.files, statement) })
    }
    if (rejected) {
      if (lines.length === 0) throw usageError('--rejected needs the rejected lines')
      if (reference !== undefined) throw usageError('--rejected and --reference cannot be used together')
      const words = lines.map((code): BankWord => ({ code, verdict: 'rejected' }))
      return await confirmBatch(work, { batch, words })
    }
    if (reference === undefined) throw usageError('give --reference (the bank’s), --statement or --rejected')
    if (lines.length === 0) return await confirmBatch(work, { batch, reference })
    const [code, ...more] = lines
    // The bank's reference is for one transfer, or for the whole batch. So the command line may name one
    // transfer or none, but not several.
    if (code === undefined || more.length > 0)
      throw usageError('--reference is for one line, or for the whole batch. Name one line, or none.')
    return await confirmBatch(work, { batch, words: [{ code, verdict: 'paid', reference }] })
  },
  done: ({ number, status, openIdr }) =>
    `Batch ${number} is ${status.replace('_', ' ')}${openIdr > 0 ? `: ${formatIdr(openIdr)} are open` : ''}.`,
})

async function wordsIn(files: Files, file: string): Promise<BankWord[]> {
  const { readRows } = await import('../../../cli/input/read-rows.ts')
  const rows = await readRows(files, file, statementRow, ({ code }) => code.toUpperCase())
  return rows.map(({ row: { code, amount_idr: amountIdr, reference, status: verdict } }) => ({
    code,
    amountIdr,
    verdict,
    ...(verdict === 'paid' && reference !== undefined && { reference }),
  }))
}

export const cancel = defineChange({
  name: 'cancel',
  secondPerson: true,
  description:
    'Cancel a batch without any result from the bank. Its lines can be paid again. If you took its file, another person must cancel it.',
  args: [batchArgument],
  input: z.object({ batch: z.string() }),
  examples: ['laku settle batches cancel 12 --reason "never uploaded"'],
  needsReason: true,
  change: async (work, { batch }, reason) => {
    const { cancelBatch } = await import('../../../domain/payout/index.ts')
    return await cancelBatch(work, { batch, reason })
  },
  done: ({ number }) => `Batch ${number} is cancelled; its settlements may be paid or exported again.`,
})
