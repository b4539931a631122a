import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'

export const assign = defineChange({
  name: 'assign',
  description: 'Assign an agent or a factory to an office. Each belongs to one office only.',
  args: [{ name: 'office', description: 'the UUID of the office' }],
  options: [
    { flags: '--agent <staff>', description: 'the UUID of a member of staff with the role agent' },
    { flags: '--factory <factory>', description: 'the UUID of a factory' },
  ],
  input: z.object({ office: z.uuid(), agent: z.uuid().optional(), factory: z.uuid().optional() }),
  examples: ['laku offices assign 0190… --factory 0190…'],
  change: async (work, { office: officeId, agent: staffId, factory: factoryId }) => {
    const { assignAgent, assignFactory, getOffice } = await import('../../domain/office/index.ts')
    if (staffId === undefined && factoryId === undefined) throw usageError('give --agent or --factory')
    if (staffId !== undefined) await assignAgent(work, { officeId, staffId })
    if (factoryId !== undefined) await assignFactory(work, { officeId, factoryId })
    return await getOffice(work, officeId)
  },
  done: ({ name, agents, factories }) =>
    `${name} has ${agents.length} agents and ${factories.length} factories.`,
})
