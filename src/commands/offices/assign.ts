import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'

export const assign = defineChange({
  name: 'assign',
  description: 'Give an office an agent, or a factory to look after; neither belongs to two.',
  args: [{ name: 'office', description: 'UUID' }],
  options: [
    { flags: '--agent <staff>', description: 'UUID of a member of the staff with the role agent' },
    { flags: '--factory <factory>', description: 'UUID of a factory' },
  ],
  input: z.object({ office: z.uuid(), agent: z.uuid().optional(), factory: z.uuid().optional() }),
  examples: ['laku offices assign 0190… --factory 0190…'],
  change: async (work, { office: officeId, agent: staffId, factory: factoryId }) => {
    const { assignAgent, assignFactory, getOffice } = await import('../../domain/office/index.ts')
    if (staffId === undefined && factoryId === undefined)
      throw usageError('nobody to assign: give --agent or --factory')
    if (staffId !== undefined) await assignAgent(work, { officeId, staffId })
    if (factoryId !== undefined) await assignFactory(work, { officeId, factoryId })
    return await getOffice(work, officeId)
  },
  done: ({ name, agents, factories }) =>
    `${name} has ${agents.length} agents and ${factories.length} factories.`,
})
