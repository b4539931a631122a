import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import type { FactoryChanges } from '../../domain/factory/index.ts'

interface Act {
  name: string
  description: string
  needsReason?: boolean
  change: FactoryChanges
  said: string
}

/** Declares a command that changes the state of a factory, or the state of its verification. */
const act = ({ name, description, needsReason = false, change, said }: Act) =>
  defineChange({
    name,
    description,
    needsReason,
    args: [{ name: 'factory', description: 'UUID' }],
    input: z.object({ factory: z.uuid() }),
    examples: [
      `laku factories ${name} 01990000-0000-7000-8000-000000000001${needsReason ? ' --reason "…"' : ''}`,
    ],
    change: async (work, { factory: factoryId }) => {
      const { updateFactory } = await import('../../domain/factory/index.ts')
      return await updateFactory(work, { factoryId, ...change })
    },
    done: (factory) => `${factory.name} ${said}.`,
  })

export const submit = act({
  name: 'submit',
  description: "Hand a factory's papers in, to be verified.",
  change: { verification: 'pending' },
  said: 'waits to be verified',
})
export const verify = act({
  name: 'verify',
  description: "Find a factory's papers in order.",
  needsReason: true,
  change: { verification: 'verified' },
  said: 'is verified; laku factories activate lets it sell',
})
export const reject = act({
  name: 'reject',
  description: "Find a factory's papers wanting; it may hand them in again.",
  needsReason: true,
  change: { verification: 'rejected' },
  said: 'is rejected',
})
export const activate = act({
  name: 'activate',
  description: 'Let a verified factory sell, also one that was suspended.',
  change: { status: 'active' },
  said: 'is active',
})
export const suspend = act({
  name: 'suspend',
  description: 'Stop a factory: no new sessions, and its payouts are held.',
  needsReason: true,
  change: { status: 'suspended' },
  said: 'is suspended',
})
