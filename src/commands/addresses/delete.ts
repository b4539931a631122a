import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { addressArgument, addressId } from './address.ts'

export const deleteOne = defineChange({
  name: 'delete',
  description: 'Delete an address. Orders to it keep their copy.',
  args: [addressArgument],
  input: z.object(addressId),
  examples: ['laku addresses delete 01990000-0000-7000-8000-000000000001'],
  change: async (work, { address }) => {
    const { deleteAddress } = await import('../../domain/address/index.ts')
    await deleteAddress(work, address)
    return { id: address, deleted: true }
  },
  done: ({ id }) => `The address ${id} is deleted.`,
})
