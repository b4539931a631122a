import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'
import { addressArgument, addressId } from './address.ts'

export const show = defineShow({
  name: 'show',
  description: 'One address.',
  args: [addressArgument],
  input: z.object(addressId),
  examples: ['laku addresses show 01990000-0000-7000-8000-000000000001'],
  run: async (context, { address }) => {
    const { getAddress } = await import('../../domain/address/read-addresses.ts')
    return await context.read((work) => getAddress(work, address))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'label', value: (one) => one.label },
    { name: 'recipient_name', heading: 'recipient', value: (one) => one.recipientName },
    { name: 'phone', value: (one) => one.phone },
    { name: 'street', value: (one) => one.street },
    { name: 'district', value: (one) => one.district },
    { name: 'city', value: (one) => `${one.city}, ${one.province} ${one.postalCode}` },
    { name: 'is_default', heading: 'default', value: (one) => one.isDefault },
  ],
})
