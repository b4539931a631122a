import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { officeTransitions } from '../../domain/office/transitions.ts'
import { officeFields, officeOptions } from './fields.ts'

const statuses = statesOf(officeTransitions)

export const update = defineChange({
  name: 'update',
  description: 'Change an office, or close or open it.',
  args: [{ name: 'office', description: 'the UUID of the office' }],
  options: [
    ...officeOptions,
    {
      flags: '--status <status>',
      description: 'open (active) or close (closed) the office',
      choices: statuses,
    },
  ],
  input: z.object({
    office: z.uuid(),
    ...z.object(officeFields).partial().shape,
    status: z.enum(statuses).optional(),
  }),
  examples: ['laku offices update 0190… --status closed --reason "moved to Cimahi"'],
  change: async (work, { office: officeId, ...changes }) => {
    const { updateOffice } = await import('../../domain/office/index.ts')
    if (Object.keys(changes).length === 0)
      throw usageError('nothing to change: see laku offices update --help')
    return await updateOffice(work, { officeId, ...changes })
  },
  done: ({ name, status }) => `${name} is changed (${status}).`,
})
