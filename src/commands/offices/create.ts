import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { officeFields, officeOptions } from './fields.ts'

export const create = defineChange({
  name: 'create',
  description: 'Create an office.',
  options: officeOptions,
  input: z.object(officeFields),
  examples: [
    'laku offices create --name "Kantor Bandung" --phone 022-555-1234 --street "Jl. Asia Afrika 1" --city Bandung --province "Jawa Barat" --postal-code 40111',
  ],
  change: async (work, input) => {
    const { createOffice } = await import('../../domain/office/index.ts')
    return await createOffice(work, input)
  },
  done: ({ name, id }) => `${name} is open: ${id}`,
})
