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
    args: [{ name: 'factory', description: 'the UUID of the factory' }],
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
  description: 'Submit the papers of a factory for verification.',
  change: { verification: 'pending' },
  said: 'waits to be verified',
})
export const verify = act({
  name: 'verify',
  description: 'Mark a factory as verified: its papers are in order.',
  needsReason: true,
  change: { verification: 'verified' },
  said: 'is verified; laku factories activate lets it sell',
})
export const reject = act({
  name: 'reject',
  description: 'Reject the papers of a factory. It can submit them again.',
  needsReason: true,
  change: { verification: 'rejected' },
  said: 'is rejected',
})
export const activate = act({
  name: 'activate',
  description: 'Allow a verified factory to sell, also after a suspension.',
  change: { status: 'active' },
  said: 'is active',
})
export const suspend = act({
  name: 'suspend',
  description: 'Suspend a factory: it gets no new sessions, and nothing is paid to it.',
  needsReason: true,
  change: { status: 'suspended' },
  said: 'is suspended',
})
