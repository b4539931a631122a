import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { purchaseOrderTransitions } from '../../domain/warehouse/transitions.ts'

const statuses = statesOf(purchaseOrderTransitions)

export const list = defineList({
  name: 'list',
  description: 'List purchase orders, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--session <session>', description: 'only for this session (UUID or code)' },
    { flags: '--factory <id>', description: 'only of this factory (UUID)' },
  ],
  input: z.object({
    status: z.enum(statuses).optional(),
    session: z.string().optional(),
    factory: z.uuid().optional(),
  }),
  examples: [
    'laku purchase-orders list --status sent',
    'laku purchase-orders list --session GBS-261123-7K3QX2 --json',
  ],
  empty: 'No purchase orders. Try another --status; a session without enough stock makes one automatically.',
  run: async (context, { status, session, factory }, page) => {
    const { listPurchaseOrders } = await import('../../domain/warehouse/purchase-orders/read.ts')
    const { sessionNamed } = await import('../sessions/session.ts')
    return await context.read(async ({ tx }) => {
      const sessionId = session && (await sessionNamed(tx, session)).id
      return await listPurchaseOrders(tx, { status, sessionId, factoryId: factory, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'factory', value: (row) => row.factory.name },
    {
      name: 'pieces',
      kind: 'number',
      value: ({ items }) => items.reduce((n, purchaseOrderItem) => n + purchaseOrderItem.quantity, 0),
    },
    {
      name: 'received',
      kind: 'number',
      value: ({ items }) => items.reduce((n, purchaseOrderItem) => n + purchaseOrderItem.received, 0),
    },
    {
      name: 'damaged',
      kind: 'number',
      spare: true,
      value: ({ items }) => items.reduce((n, purchaseOrderItem) => n + purchaseOrderItem.damaged, 0),
    },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
  ],
})
