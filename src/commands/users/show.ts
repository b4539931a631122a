import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { userArgument, userInput, userNamed } from './user.ts'

// Only the user's newest 10 orders are printed; `laku orders list` shows all of them.
const SHOWN = 10

export const show = defineShow({
  name: 'show',
  description: 'Show one user, their newest orders and, to support, their addresses.',
  args: [userArgument],
  input: z.object(userInput),
  examples: ['laku users show 0812-0000-0001'],
  run: async (context, { user: named }) => {
    const { listAddresses } = await import('../../domain/address/read-addresses.ts')
    const { listOrders } = await import('../../domain/order/read.ts')
    const { mayRun } = await import('../../runtime/who-may.ts')
    return await context.read(async (work) => {
      const user = await userNamed(work.tx, named)
      const { data: orders } = await listOrders(work, { userId: user.id, limit: SHOWN })
      // A role that may not list addresses sees the user without addresses.
      const mayRead = work.actor.kind !== 'staff' || mayRun(work.actor, 'addresses list')
      const page = { userId: user.id, limit: SHOWN }
      const addresses = mayRead ? (await listAddresses(work, page)).data : undefined
      return { ...user, addresses, orders }
    })
  },
  fields: [
    { name: 'id', kind: 'code', value: (user) => user.id },
    { name: 'status', kind: 'status', value: (user) => user.status },
    { name: 'name', value: (user) => user.name },
    { name: 'phone', value: (user) => user.phone },
    { name: 'email', value: (user) => user.email },
    { name: 'locale', heading: 'language', value: (user) => user.locale },
  ],
  sections: ({ addresses = [], orders }) => [
    section(
      'Addresses',
      [
        { name: 'id', kind: 'code', value: (row) => row.id },
        { name: 'label', value: (row) => row.label },
        { name: 'address', value: (row) => `${row.street}, ${row.city} ${row.postalCode}` },
        { name: 'is_default', heading: 'default', value: (row) => row.isDefault },
      ],
      addresses,
    ),
    section(
      'Newest orders',
      [
        { name: 'code', kind: 'code', value: (row) => row.code },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
        { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
      ],
      orders,
    ),
  ],
})
