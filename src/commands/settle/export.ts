import { z } from 'zod'
import { defineTask, type TaskResult } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { exitCodes, usageError } from '../../cli/errors/cli-error.ts'
import { fileToWrite } from '../../cli/input/input.ts'
import { withSecondFactor } from '../../cli/prompts/second-factor.ts'
import type { Work } from '../../domain/kernel/index.ts'
import type { BankTransfer, LeftOut } from '../../domain/payout/index.ts'

const formats = ['csv', 'pdf'] as const

const input = z.object({
  settlements: z.array(z.string()).default([]),
  format: z.enum(formats).default('csv'),
  channel: z.string().optional(),
  output: fileToWrite.optional(),
  withdrawals: z.boolean().default(false),
  batch: z.string().optional(),
  keep: z.boolean().default(false),
  code: z.string().optional(),
})

type Input = z.output<typeof input>

export const exportVerb = defineTask({
  name: 'export',
  secondPerson: true,
  exits: [3, 5],
  description:
    'Put approved settlements into a numbered batch of bank transfers and write its CSV file; or write the statement of one settlement as a PDF. Settlements in a batch are not exported or paid again. Record the results with laku settle batches confirm.',
  args: [
    {
      name: 'settlements',
      description: 'UUIDs or codes of settlements; for a CSV all approved ones if you give none',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    { flags: '--format <format>', description: 'csv (default) or pdf', choices: formats },
    { flags: '--channel <code>', description: 'CSV: only transfers to this bank, like ID_BCA' },
    { flags: '--output <file>', description: 'the file to write; without it a CSV is printed' },
    {
      flags: '--withdrawals',
      description: 'CSV: include withdrawals that the provider cannot pay out',
    },
    { flags: '--keep', description: 'CSV: make the batch, but write no file yet' },
    { flags: '--batch <batch>', description: 'CSV: write the file of an existing batch' },
  ],
  input,
  examples: [
    'laku settle export --channel ID_BCA --output bca.csv',
    'laku settle export --batch 12 --output batch-12.csv',
    'laku settle export STL-261123-7K3QX2 --format pdf',
  ],
  run: async (context, given) => {
    const { format, settlements, output } = given
    if (format === 'csv') return await exportCsv(context, given)
    const { withdrawals, keep, batch, channel, code } = given
    if (withdrawals || keep || batch !== undefined || channel !== undefined || code !== undefined)
      throw usageError(
        '--withdrawals, --keep, --batch, --channel and --code are only for a CSV. Leave them out.',
      )
    return await exportPdf(context, settlements, output)
  },
})

interface Exported {
  batch: { id: string; number: number; status: string } | null
  transfers: BankTransfer[]
  leftOut: LeftOut[]
}

async function exportCsv(context: CommandContext, given: Input): Promise<TaskResult> {
  const { settlements, channel, output: file, withdrawals, batch, keep } = given
  if (batch !== undefined && (settlements.length > 0 || channel !== undefined || withdrawals || keep))
    throw usageError(
      '--batch writes the file of an existing batch. Leave the settlements and the other options out.',
    )
  if (keep && file !== undefined) throw usageError('--keep writes no file. Leave --output out.')
  const { unitOfWork } = await context.laku()
  const actor = await context.actor()
  // If the bank rejected a settlement and the command names that settlement, the settlement is approved
  // again. This approval may need a second person.
  const {
    batch: made,
    transfers,
    leftOut,
  } = await withSecondFactor(context, actor, given, (who) =>
    unitOfWork.run(who, (work) => claim(work, given)),
  )
  // The answer already had the field `withoutAccount` before batches of transfers existed. The field stays,
  // so that older scripts can still read it.
  const withoutAccount = leftOut
    .filter((item) => item.why === 'settlement.no_bank_account')
    .map((item) => item.code)
  if (leftOut.length > 0)
    context.output.note(`Left out: ${leftOut.map(({ code, why }) => `${code} (${why})`).join(', ')}`)
  // The exit code is a conflict if there were transfers to export and none was exported.
  const exitCode = transfers.length === 0 && leftOut.length > 0 ? exitCodes.conflict : exitCodes.done
  if (!made) {
    const text = 'No approved settlement can be exported, so no batch was made.'
    return {
      json: { batch: null, transfers: file === undefined ? [] : 0, withoutAccount, leftOut },
      text,
      exitCode,
    }
  }
  const told = `Batch ${made.number} with ${transfers.length} transfers`
  const next = `laku settle batches confirm ${made.number} --reference REFERENCE`
  if (keep) {
    const text = `${told} is made. Write its file with laku settle export --batch ${made.number} --output FILE`
    return { json: { batch: made, transfers: transfers.length, withoutAccount, leftOut }, text, exitCode }
  }
  const { bankCsv } = await import('../../domain/settlement/index.ts')
  const csv = bankCsv(transfers)
  if (file === undefined) {
    context.output.note(`${told}; when the bank has paid it: ${next}`)
    return { json: { batch: made, transfers, withoutAccount, leftOut }, text: csv.trimEnd(), exitCode }
  }
  // The exported file holds whole account numbers, so no other user of this machine may read it.
  context.files.write(file, csv, 0o600)
  return {
    json: { file, batch: made, transfers: transfers.length, withoutAccount, leftOut },
    text: `${told} written to ${file}. When the bank has paid it: ${next}`,
    exitCode,
  }
}

/**
 * Claims the transfers for the bank and hands out their batch, in one transaction. If writing the file fails
 * after that, the batch exists nevertheless. The command can then write the file again by the batch's number.
 */
async function claim(work: Work, given: Input): Promise<Exported> {
  const { dropEmptyBatch, handOutBatch, makeBatch, showBatch } = await import('../../domain/payout/index.ts')
  const { claimForBank } = await import('../../domain/settlement/index.ts')
  const { claimWithdrawalsForBank } = await import('../../domain/wallet/index.ts')
  if (given.batch !== undefined) {
    const { transfers, leftOut } = await handOutBatch(work, given.batch)
    return { batch: await showBatch(work, given.batch), transfers, leftOut }
  }
  let made: string | undefined
  const batch = async () => (made ??= await makeBatch(work))
  const { settlements, channel: channelCode } = given
  const { leftOut } = await claimForBank(work, { batch, settlements, channelCode })
  if (given.withdrawals)
    leftOut.push(...(await claimWithdrawalsForBank(work, { batch, channelCode })).leftOut)
  if (made === undefined || (await dropEmptyBatch(work, made))) return { batch: null, transfers: [], leftOut }
  const { transfersOf } = await import('../../domain/payout/bank-batches/read-batches.ts')
  const file = given.keep ? await transfersOf(work, made) : await handOutBatch(work, made)
  const { id, number, status } = await showBatch(work, made)
  return {
    batch: { id, number, status },
    transfers: file.transfers,
    leftOut: [...leftOut, ...file.leftOut],
  }
}

async function exportPdf(
  context: CommandContext,
  settlements: string[],
  output: string | undefined,
): Promise<TaskResult> {
  const [named, ...more] = settlements
  if (named === undefined || more.length > 0) throw usageError('--format pdf takes one settlement')
  const { statementOf, statementPdf } = await import('../../domain/settlement/index.ts')
  const statement = await context.read(({ tx, vault }) => statementOf(tx, vault, named))
  const file = output ?? `${statement.code}.pdf`
  context.files.write(file, await statementPdf(statement))
  return { json: { file, code: statement.code }, text: `${statement.code} is written to ${file}.` }
}
