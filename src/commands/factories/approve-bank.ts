import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { seenInput, seenOption } from '../asked-seen.ts'

export const approveBank = defineChange({
  name: 'approve-bank',
  secondPerson: true,
  description:
    'Approve the new bank account of a factory, which another person set. Money goes to it after its waiting time.',
  args: [{ name: 'factory', description: 'the UUID of the factory' }],
  options: [seenOption],
  input: z.object({ factory: z.uuid(), seen: seenInput }),
  examples: ['laku factories approve-bank 0190… --reason "called the owner back"'],
  needsReason: true,
  change: async (work, { factory: factoryId, seen }) => {
    const { approveBankAccount } = await import('../../domain/factory/index.ts')
    return await approveBankAccount(work, { factoryId, seen })
  },
  done: ({ bank, account, usableFrom }) =>
    `${bank} ${account} is approved; it is paid to from ${usableFrom?.toISOString()} on.`,
})
