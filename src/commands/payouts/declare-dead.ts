import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { formatIdr } from '../../domain/kernel/index.ts'

const shape = {
  args: [{ name: 'payout', description: 'the UUID of the payout, or its key at the provider' }],
  input: z.object({ payout: z.string() }),
}

const severe = async (context: CommandContext, { payout }: { payout: string }) => {
  const { showPayout } = await import('../../domain/payout/payouts/read.ts')
  const { key, amountIdr } = await context.read((work) => showPayout(work, payout))
  return {
    code: key,
    consequence: `allows ${formatIdr(amountIdr)} to be sent once more, in addition to ${key}`,
  }
}

export const declareDead = defineChange({
  ...shape,
  name: 'declare-dead',
  secondPerson: true,
  description:
    'Declare that a payout with unknown outcome never arrived. One person asks for it, and another confirms it with the same command.',
  examples: [
    'laku payouts declare-dead 1A2B3C-STL-261123-7K3QX2-1 --reason "Xendit, ticket 4711" --confirm 1A2B3C-STL-261123-7K3QX2-1',
  ],
  severe,
  change: async (work, { payout }) => {
    const { declareDead: declare } = await import('../../domain/payout/index.ts')
    return await declare(work, { payout })
  },
  done: ({ key, status }) =>
    status === 'failed'
      ? `${key} is declared dead, so its money may be paid again.`
      : `It waits for another person: laku payouts declare-dead ${key}`,
})

export const keep = defineChange({
  ...shape,
  name: 'keep',
  description: 'Refuse the request of another person to declare a payout dead. laku keeps looking for it.',
  needsReason: true,
  change: async (work, { payout }) => {
    const { keepPayout } = await import('../../domain/payout/index.ts')
    return await keepPayout(work, { payout })
  },
  done: ({ key }) => `laku goes on looking for ${key}.`,
})
