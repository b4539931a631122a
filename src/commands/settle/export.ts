import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { usageError } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'
import { defineTask, type TaskResult } from '../define-command.ts'

const formats = ['csv', 'pdf'] as const

export const exportVerb = defineTask({
  name: 'export',
  exits: [3],
  description: "A batch of transfers for a bank (CSV), or one settlement's statement (PDF).",
  args: [
    {
      name: 'settlements',
      description: 'UUIDs or codes; for a CSV all approved ones where none is given',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    { flags: '--format <format>', description: 'csv (default) or pdf', choices: formats },
    { flags: '--channel <code>', description: 'CSV: only transfers to this bank, like ID_BCA' },
    { flags: '--output <file>', description: 'where to write it; a CSV is printed where nothing is said' },
  ],
  input: z.object({
    settlements: z.array(z.string()).default([]),
    format: z.enum(formats).default('csv'),
    channel: z.string().optional(),
    output: z.string().optional(),
  }),
  examples: [
    'laku settle export --channel ID_BCA --output bca.csv',
    'laku settle export STL-261123-7K3QX2 --format pdf',
  ],
  run: async (context, { settlements, format, channel, output }) =>
    format === 'csv'
      ? await exportCsv(context, settlements, channel, output)
      : await exportPdf(context, settlements, output),
})

async function exportCsv(
  context: CommandContext,
  settlements: string[],
  channelCode: string | undefined,
  file: string | undefined,
): Promise<TaskResult> {
  const { bankBatch } = await import('../../domain/settlement/index.ts')
  const { bankCsv } = await import('../../domain/settlement/index.ts')
  const { units } = await context.laku()
  const actor = await context.actor()
  const batch = await units.run(actor, (work) => bankBatch(work, { settlements, channelCode }))
  const csv = bankCsv(batch.transfers)
  if (batch.withoutAccount.length > 0) {
    context.output.note(
      `Left out, for their factory has no payable account: ${batch.withoutAccount.join(', ')}`,
    )
  }
  if (file !== undefined) {
    // Whole account numbers: for nobody else on this machine.
    await writeFile(file, csv, { mode: 0o600 })
    const { withoutAccount, transfers } = batch
    return {
      json: { file, transfers: transfers.length, withoutAccount },
      text: `${transfers.length} transfers written to ${file}.`,
    }
  }
  return { json: batch, text: csv.trimEnd() }
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
  await writeFile(file, await statementPdf(statement))
  return { json: { file, code: statement.code }, text: `${statement.code} is written to ${file}.` }
}
