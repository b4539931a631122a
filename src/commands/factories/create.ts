import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { factoryInput, factoryOptions } from './fields.ts'

export const create = defineChange({
  name: 'create',
  description: 'Take a factory in: unverified and inactive, until its papers are seen.',
  options: [
    { flags: '--name <name>', description: 'its name' },
    { flags: '--phone <phone>', description: 'its number for WhatsApp' },
    { flags: '--city <city>', description: 'where it is' },
    { flags: '--province <province>', description: 'where it is' },
    { flags: '--postal-code <code>', description: '5 digits' },
    ...factoryOptions,
  ],
  input: z.object({
    name: z.string().trim().min(1).max(200),
    phone: z.string().min(5).max(30),
    city: z.string().trim().min(1).max(100),
    province: z.string().trim().min(1).max(100),
    postalCode: z.string().regex(/^\d{5}$/, 'it takes 5 digits'),
    ...factoryInput,
  }),
  examples: [
    'laku factories create --name "Konveksi Dago" --phone 0812-2000-1234 --city Bandung --province "Jawa Barat" --postal-code 40135',
  ],
  change: async (work, input) => {
    const { createFactory } = await import('../../domain/factory/index.ts')
    return await createFactory(work, input)
  },
  done: ({ name, id }) => `${name} is taken in: ${id}. Next: laku factories submit ${id}`,
})
