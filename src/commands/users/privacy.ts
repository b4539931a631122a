import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { userArgument, userInput, userNamed } from './user.ts'

// The constant is named `exportUser`, because `export` is a reserved word of JavaScript.
export const exportUser = defineChange({
  name: 'export',
  description:
    'Print all data that is kept about a person, as JSON (UU PDP 27/2022). The audit log records the export.',
  args: [userArgument],
  input: z.object(userInput),
  examples: ['laku users export 0812-0000-0001 --reason "asked by letter" > person.json'],
  needsReason: true,
  change: async (work, { user }) => {
    const { exportPerson } = await import('../../domain/composition/privacy/privacy.ts')
    return await exportPerson(work, { userId: (await userNamed(work.tx, user)).id })
  },
  done: (person) => JSON.stringify(person, null, 2),
})

export const erase = defineChange({
  name: 'erase',
  description:
    'Erase the personal data of a user from all tables. It cannot be undone; payments and postings stay, without a name.',
  args: [userArgument],
  options: [
    {
      flags: '--pay-out',
      description:
        'first send the money of their wallet to the account that they confirmed, without fee and minimum; erase them after it has arrived',
    },
  ],
  input: z.object({ ...userInput, payOut: z.boolean().default(false) }),
  examples: [
    'laku users erase 0812-0000-0001 --reason "asked by letter" --confirm 01990000-0000-7000-8000-000000000001',
  ],
  severe: async (context, { user }) => {
    const { id, name, phone } = await context.read(({ tx }) => userNamed(tx, user))
    return { code: id, consequence: `erases ${name} (${phone}) and cannot be undone` }
  },
  change: async (work, { user, payOut }) => {
    const userId = (await userNamed(work.tx, user)).id
    if (payOut) {
      const { closeAccountFor } = await import('../../domain/composition/privacy/close-account.ts')
      return await closeAccountFor(work, { userId })
    }
    const { erasePerson } = await import('../../domain/composition/privacy/privacy.ts')
    return { ...(await erasePerson(work, { userId })), withdrawal: null }
  },
  done: ({ userId, withdrawal }) =>
    withdrawal
      ? `${withdrawal.code} takes ${withdrawal.amountIdr} rupiah to ${withdrawal.bank} ${withdrawal.account}. User ${userId} is erased when the money has arrived.`
      : `User ${userId} is erased.`,
})
