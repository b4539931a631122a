import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { userNamed } from '../users/user.ts'
import { addressFields, addressOptions } from './address.ts'

export const create = defineChange({
  name: 'create',
  description: 'Add an address for a user who asked for it.',
  options: [
    { flags: '--user <user>', description: 'the UUID or phone number of the user' },
    ...addressOptions,
    { flags: '--default', description: 'make it the default address' },
  ],
  input: z.object({ user: z.string('name the user'), ...addressFields, default: z.boolean().optional() }),
  examples: [
    'laku addresses create --user 0812-0000-0001 --label rumah --recipient-name Budi --phone 0812-0000-0001 --street "Jl. Melati 1" --district Coblong --city Bandung --province "Jawa Barat" --postal-code 40132',
  ],
  change: async (work, { user, default: isDefault, ...input }) => {
    const { createAddress } = await import('../../domain/address/index.ts')
    const { id: userId } = await userNamed(work.tx, user)
    return await createAddress(work, { userId, isDefault, ...input })
  },
  done: ({ id, label }) => `The address ${label} is added: ${id}`,
})
