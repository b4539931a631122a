import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { addressArgument, addressId } from './address.ts'

export const setDefault = defineChange({
  name: 'set-default',
  description: 'Make this address the default address of its user.',
  args: [addressArgument],
  input: z.object(addressId),
  examples: ['laku addresses set-default 01990000-0000-7000-8000-000000000001'],
  change: async (work, { address }) => {
    const { setDefaultAddress } = await import('../../domain/address/index.ts')
    return await setDefaultAddress(work, address)
  },
  done: ({ label }) => `The address ${label} is the default.`,
})
