import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { usageError } from '../../cli/errors/cli-error.ts'
import { addressArgument, addressFields, addressId, addressOptions } from './address.ts'

export const update = defineChange({
  name: 'update',
  description: 'Change an address. Orders that were made before keep their copy.',
  args: [addressArgument],
  options: addressOptions,
  input: z.object({ ...addressId, ...z.object(addressFields).partial().shape }),
  examples: ['laku addresses update 0190… --postal-code 40133 --reason "was mistyped"'],
  change: async (work, { address, ...changes }) => {
    const { updateAddress } = await import('../../domain/address/index.ts')
    if (Object.keys(changes).length === 0)
      throw usageError('nothing to change: see laku addresses update --help')
    return await updateAddress(work, address, changes)
  },
  done: ({ label }) => `The address ${label} is changed.`,
})
