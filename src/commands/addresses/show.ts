import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'
import { addressArgument, addressId } from './address.ts'

export const show = defineShow({
  name: 'show',
  description: 'Show one address.',
  args: [addressArgument],
  input: z.object(addressId),
  examples: ['laku addresses show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { address }) => {
    const { getAddress } = await import('../../domain/address/read-addresses.ts')
    return await context.read((work) => getAddress(work, address))
  },
  fields: [
    { name: 'id', kind: 'code', value: (address) => address.id },
    { name: 'label', value: (address) => address.label },
    { name: 'recipient_name', heading: 'recipient', value: (address) => address.recipientName },
    { name: 'phone', value: (address) => address.phone },
    { name: 'street', value: (address) => address.street },
    { name: 'district', value: (address) => address.district },
    { name: 'city', value: (address) => `${address.city}, ${address.province} ${address.postalCode}` },
    { name: 'is_default', heading: 'default', value: (address) => address.isDefault },
  ],
})
