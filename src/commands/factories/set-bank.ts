import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'

export const setBank = defineChange({
  name: 'set-bank',
  description: 'Set the bank account to which a factory is paid. Another person must approve it.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  options: [
    { flags: '--channel <code>', description: 'the code of the bank or e-wallet, like ID_BCA' },
    { flags: '--account <number>', description: 'the account number' },
    { flags: '--holder <name>', description: 'the name of the account holder' },
  ],
  input: z.object({
    factory: z.uuid(),
    channel: z.string().min(1, 'it takes a channel, like ID_BCA'),
    account: z.string().min(1),
    holder: z.string().min(1),
  }),
  examples: [
    'laku factories set-bank 0190… --channel ID_BCA --account 1234567890 --holder "PT Maju" --reason "form of 24 November"',
  ],
  needsReason: true,
  change: async (work, { factory: factoryId, channel, account, holder }) => {
    const { setBankAccount } = await import('../../domain/factory/index.ts')
    return await setBankAccount(work, {
      factoryId,
      channelCode: channel,
      accountNumber: account,
      accountHolderName: holder,
    })
  },
  done: ({ id, factoryId, bank, account }) =>
    `${bank} ${account} waits for another person: laku factories approve-bank ${factoryId} --account ${id}`,
})
