import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { CommandContext } from '../../cli/define/context.ts'
import { formatIdr, shellWord } from '../../domain/kernel/index.ts'
import { ticketInput, ticketOption } from '../asked-ticket.ts'

const args = [{ name: 'payout', description: 'the UUID of the payout, or its key at the provider' }]

const severe = async (context: CommandContext, { payout }: { payout: string }) => {
  const { showPayout } = await import('../../domain/payout/payouts/read.ts')
  const { key, amountIdr } = await context.read((work) => showPayout(work, payout))
  return {
    code: key,
    consequence: `allows ${formatIdr(amountIdr)} to be sent once more, in addition to ${key}`,
  }
}

export const declareDead = defineChange({
  args,
  name: 'declare-dead',
  secondPerson: true,
  description:
    'Declare that a payout with unknown outcome never arrived, or with --ticket that the provider will never make it. One person asks for it, and another confirms it with the same command.',
  options: [ticketOption('make a payout')],
  input: z.object({ payout: z.string(), ticket: ticketInput }),
  examples: [
    'laku payouts declare-dead 1A2B3C-STL-261123-7K3QX2-1 --reason "Xendit, ticket 4711" --confirm 1A2B3C-STL-261123-7K3QX2-1',
    'laku payouts declare-dead 1A2B3C-STL-261123-7K3QX2-1 --ticket XND-4711 --reason "locked for two weeks" --confirm 1A2B3C-STL-261123-7K3QX2-1',
  ],
  severe,
  change: async (work, { payout, ticket }) => {
    const { declareDead: declare, giveUpPayout } = await import('../../domain/payout/index.ts')
    return ticket === undefined
      ? await declare(work, { payout })
      : await giveUpPayout(work, { payout, ticket })
  },
  outside: async ({ context, actor, input: { payout, ticket } }, run) => {
    if (ticket !== undefined) {
      const { askAboutStuckPayout } = await import('../../domain/payout/index.ts')
      const { unitOfWork } = await context.laku()
      const { payouts } = await context.providers()
      await askAboutStuckPayout({ unitOfWork, actor, payouts }, payout)
    }
    return await run()
  },
  assuming: async (_way, run) => await run(),
  done: ({ key, status, givenUpBy, givenUpTicket }) => {
    if (givenUpBy) return `${key} is given up, so its money may be paid again.`
    if (status === 'failed') return `${key} is declared dead, so its money may be paid again.`
    const ticket = givenUpTicket ? ` --ticket ${shellWord(givenUpTicket)}` : ''
    return `It waits for another person: laku payouts declare-dead ${key}${ticket}`
  },
})

export const keep = defineChange({
  args,
  name: 'keep',
  input: z.object({ payout: z.string() }),
  description:
    'Refuse the request of another person to declare a payout dead, or to give it up. laku keeps looking for it.',
  needsReason: true,
  change: async (work, { payout }) => {
    const { keepPayout } = await import('../../domain/payout/index.ts')
    return await keepPayout(work, { payout })
  },
  done: ({ key }) => `laku goes on looking for ${key}.`,
})
