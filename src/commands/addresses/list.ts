import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { userNamed } from '../users/user.ts'

export const list = defineList({
  name: 'list',
  description: 'List the addresses of a user, newest first.',
  options: [{ flags: '--user <user>', description: 'the UUID or phone number of the user' }],
  input: z.object({ user: z.string('name the user') }),
  examples: ['laku addresses list --user 0812-0000-0001'],
  run: async (context, { user }, page) => {
    const { listAddresses } = await import('../../domain/address/read-addresses.ts')
    return await context.read(async (work) =>
      listAddresses(work, { userId: (await userNamed(work.tx, user)).id, ...page }),
    )
  },
  columns: [
    { name: 'id', kind: 'code', value: (row) => row.id },
    { name: 'label', value: (row) => row.label },
    { name: 'recipient_name', heading: 'recipient', value: (row) => row.recipientName },
    { name: 'street', value: (row) => row.street },
    { name: 'city', value: (row) => row.city },
    { name: 'postal_code', spare: true, value: (row) => row.postalCode },
    { name: 'is_default', heading: 'default', spare: true, value: (row) => row.isDefault },
  ],
  empty: 'No addresses. Add one with laku addresses create.',
})
