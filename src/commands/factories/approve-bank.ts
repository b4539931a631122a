import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { seenInput, seenOption } from '../asked-seen.ts'

export const approveBank = defineChange({
  name: 'approve-bank',
  secondPerson: true,
  description:
    'Approve the new bank account of a factory, which another person set. Name the account that you checked. Money goes to it after its waiting time.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  options: [
    {
      flags: '--account <account>',
      description: 'the account that you checked (needed): its UUID, its number, or the last four digits',
    },
    seenOption,
  ],
  input: z.object({
    factory: z.uuid(),
    account: z.string().trim().min(1).max(100).optional(),
    seen: seenInput,
  }),
  examples: [
    'laku factories approve-bank 0190… --account 1234567890 --reason "called the owner back"',
    'laku factories approve-bank 0190… --account 01990000-0000-7000-8000-000000000001 --reason "called the owner back"',
  ],
  needsReason: true,
  change: async (work, { factory: factoryId, account, seen }) => {
    const { approveBankAccount } = await import('../../domain/factory/index.ts')
    return await approveBankAccount(work, { factoryId, account, seen })
  },
  done: ({ bank, account, usableFrom }) =>
    `${bank} ${account} is approved; it is paid to from ${usableFrom?.toISOString()} on.`,
})
