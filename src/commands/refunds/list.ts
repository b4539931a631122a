import { z } from 'zod'
import { defineList } from '../../cli/define/command.ts'
import { statesOf } from '../../domain/kernel/transitions.ts'
import { refundTransitions } from '../../domain/payment/transitions.ts'

const statuses = statesOf(refundTransitions)

export const list = defineList({
  name: 'list',
  description: 'List refunds, newest first.',
  options: [
    { flags: '--status <status>', description: 'only with this status', choices: statuses },
    { flags: '--payment <payment>', description: 'only of this payment (UUID or code)' },
    { flags: '--waiting', description: 'only those that wait for balance at the provider' },
  ],
  input: z.object({
    status: z.enum(statuses).optional(),
    payment: z.string().optional(),
    waiting: z.boolean().optional(),
  }),
  examples: ['laku refunds list --status requested', 'laku refunds list --status failed --csv'],
  empty: 'No refunds. Try without filters, or create one with laku refunds create.',
  run: async (context, { status, payment, waiting }, page) => {
    const { listRefunds } = await import('../../domain/payment/refunds/list.ts')
    const { showPayment } = await import('../../domain/payment/payments/list.ts')
    return await context.read(async ({ tx }) => {
      const paymentId = payment && (await showPayment(tx, payment)).id
      return await listRefunds(tx, { status, paymentId, waiting, ...page })
    })
  },
  columns: [
    { name: 'code', kind: 'code', value: (row) => row.code },
    { name: 'status', kind: 'status', value: (row) => row.status },
    { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
    { name: 'payment', kind: 'code', value: (row) => row.payment },
    { name: 'destination', heading: 'to', spare: true, value: (row) => row.destination },
    { name: 'reason', spare: true, value: (row) => row.reason },
    { name: 'attempt', kind: 'number', spare: true, value: (row) => row.attempt },
    { name: 'failure_code', heading: 'failure', value: (row) => row.failureCode },
    { name: 'created_at', kind: 'time', spare: true, value: (row) => row.createdAt },
    { name: 'finished_at', heading: 'finished', kind: 'time', spare: true, value: (row) => row.finishedAt },
  ],
})
