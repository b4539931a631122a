import { z } from 'zod'
import { defineBatch } from '../../cli/define/batch.ts'
import { type CommandDefinition, defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { isBlank } from '../../domain/kernel/index.ts'
import { told } from './told.ts'

const bearers = ['factory', 'company'] as const

const rupiah = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'it takes a whole number of rupiah')
  .transform(Number)

const commandDefinition = defineChange({
  name: 'create',
  exits: [7],
  description:
    'Refund a part or all of a payment, or the payments of a file. A large refund waits for a second person.',
  args: [
    { name: 'payment', description: 'the UUID or code of the payment' },
    { name: 'amount', description: 'the amount in rupiah' },
  ],
  options: [
    {
      flags: '--borne-by <who>',
      description:
        'who pays for the refund after the money was released: the factory its share (default), or the company everything',
      choices: bearers,
    },
    { flags: '--key <key>', description: 'your own key; the refund is made only once under it' },
  ],
  input: z.object({
    payment: z.string(),
    amount: rupiah,
    borneBy: z.enum(bearers).default('factory'),
    key: z.string().min(1).max(200).optional(),
  }),
  examples: [
    'laku refunds create PAY-261123-7K3QX2ABCD 25000 --reason "a stain on the collar"',
    'laku refunds create --file refunds.csv --yes',
    'laku refunds create --file - --ndjson < refunds.csv',
  ],
  needsReason: true,
  change: async (work, { payment, amount, borneBy, key }, reason) => {
    const { createRefund } = await import('../../domain/payment/index.ts')
    return await createRefund(work, { payment, amountIdr: amount, note: reason, borneBy, key })
  },
  done: told,
})

const row = z.object({
  key: z
    .string()
    .max(200)
    .refine((text) => !isBlank(text), 'is no key: write at least one letter or digit'),
  payment: z.string().min(1),
  amount_idr: rupiah,
  reason: z
    .string()
    .trim()
    .refine((text) => !isBlank(text), 'is needed'),
  borne_by: z.enum(bearers).default('factory'),
})

const many = defineBatch({
  name: 'create',
  description: commandDefinition.description,
  row,
  input: z.object({}),
  keyOf: ({ key }) => key,
  reasonOf: ({ reason }) => reason,
  check: async (work, { key, payment, amount_idr: amountIdr, borne_by: borneBy }) => {
    const { checkRefund } = await import('../../domain/payment/index.ts')
    return await checkRefund(work, { key, payment, amountIdr, borneBy })
  },
  change: async (work, { key, payment, amount_idr: amountIdr, reason: note, borne_by: borneBy }) => {
    const { createRefund } = await import('../../domain/payment/index.ts')
    return await createRefund(work, { key, payment, amountIdr, note, borneBy })
  },
})

const ofFile = {
  flags: '--file <file>',
  isFile: true,
  description: `a CSV file with the columns ${Object.keys(row.shape).join(',')}; - reads from stdin. The key of a row is your own key; its refund is made only once`,
}

/**
 * The command `laku refunds create`: it makes one refund from its arguments, or many refunds from the file in
 * --file.
 */
export const create: CommandDefinition = {
  ...commandDefinition,
  args: commandDefinition.args.map((argument) => ({ ...argument, optional: true })),
  options: [
    ...commandDefinition.options,
    ofFile,
    ...many.options.filter(({ flags }) => !commandDefinition.options.some((other) => other.flags === flags)),
  ],
  execute: async (context, raw) => {
    const { file, ndjson, failed, ...own } = raw
    if (file === undefined) {
      if (ndjson || failed) throw usageError('--ndjson and --failed can be used only with --file')
      return await commandDefinition.execute(context, own)
    }
    const { payment, amount, borneBy, key, ...rest } = own
    if (payment || amount || borneBy || key)
      throw usageError(
        '--file cannot be used with a payment, an amount, --borne-by or --key. Leave them out.',
      )
    await many.execute(context, { ...rest, file, ndjson, failed })
  },
}
