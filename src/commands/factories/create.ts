import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { factoryInput, factoryOptions } from './fields.ts'

export const create = defineChange({
  name: 'create',
  description: 'Add a factory. It is unverified and inactive until its papers are checked.',
  options: [
    { flags: '--name <name>', description: 'the name' },
    { flags: '--phone <phone>', description: 'the phone number for WhatsApp' },
    { flags: '--city <city>', description: 'the city (kota or kabupaten)' },
    { flags: '--province <province>', description: 'the province (provinsi)' },
    { flags: '--postal-code <code>', description: 'the postal code, 5 digits' },
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
  done: ({ name, id }) => `${name} is added: ${id}. Next: laku factories submit ${id}`,
})
