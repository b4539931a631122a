import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'

const statuses = [
  'pending_payment',
  'paid',
  'processing',
  'ready_for_pickup',
  'picked_up',
  'in_transit',
  'delivered',
  'completed',
  'cancelled',
  'on_hold',
  'failed',
  'returning',
  'return_requested',
  'returned',
  'refunded',
] as const

export const list = defineList({
  name: 'list',
  description: 'Orders, newest first.',
  options: [
    { flags: '--status <status>', description: 'only these', choices: statuses },
    { flags: '--session <session>', description: 'of one session (UUID or code)' },
    { flags: '--user <id>', description: 'of one buyer (UUID)' },
    { flags: '--since <time>', description: 'made since then: ISO 8601, -2h, yesterday' },
  ],
  input: z.object({
    status: z.enum(statuses).optional(),
    session: z.string().optional(),
    user: z.uuid().optional(),
    since: z.string().optional(),
  }),
  examples: ['laku orders list --status on_hold', 'laku orders list --session GBS-261123-7K3QX2 --json'],
  empty: 'No orders. Try fewer filters or a longer --since, or place one with laku orders create.',
  run: async (context, { status, session, user, since }, page) => {
    const { getSession } = await import('../../domain/group-buying/list.ts')
    const { listOrders } = await import('../../domain/order/read.ts')
    const createdSince = since === undefined ? undefined : await context.instant(since, '--since')
    return await context.read(async (work) => {
      const sessionId = session && (await getSession(work.tx, session, { withDrafts: true })).id
      return await listOrders(work, { status, sessionId, userId: user, createdSince, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
    { name: 'courier', spare: true, value: (row) => `${row.courier.company} ${row.courier.type}` },
    { name: 'waybill', kind: 'code', spare: true, value: (row) => row.waybill },
    { name: 'created_at', kind: 'time', value: (row) => row.createdAt },
  ],
})
