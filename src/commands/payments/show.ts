import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { ledgerSection } from '../ledger/section.ts'

export const show = defineShow({
  name: 'show',
  description:
    'Show one payment, its refunds, its ledger postings, and where the provider contradicts itself about it.',
  args: [{ name: 'payment', description: 'the UUID or code of the payment' }],
  input: z.object({ payment: z.string() }),
  run: async (context, { payment }) => {
    const { showPayment } = await import('../../domain/payment/payments/list.ts')
    const { listEntries } = await import('../../domain/ledger/list-entries.ts')
    return await context.read(async ({ tx }) => {
      const found = await showPayment(tx, payment)
      // A limit of 100 ledger entries is enough: a payment and its refunds post a handful of entries each.
      return { ...found, entries: await listEntries(tx, { subjectId: found.id, limit: 100 }) }
    })
  },
  fields: [
    { name: 'code', kind: 'code', value: (payment) => payment.code },
    { name: 'id', kind: 'code', value: (payment) => payment.id },
    { name: 'status', kind: 'status', value: (payment) => payment.status },
    { name: 'amount_idr', kind: 'idr', value: (payment) => payment.amountIdr },
    { name: 'wallet_idr', heading: 'from the wallet', kind: 'idr', value: (payment) => payment.walletIdr },
    { name: 'paid_amount_idr', heading: 'paid', kind: 'idr', value: (payment) => payment.paidAmountIdr },
    { name: 'refunded_idr', kind: 'idr', value: (payment) => payment.refundedIdr },
    { name: 'method', value: (payment) => payment.method },
    { name: 'channel', value: (payment) => payment.channel },
    { name: 'session_id', heading: 'session', kind: 'code', value: (payment) => payment.sessionId },
    { name: 'order_id', heading: 'order', kind: 'code', value: (payment) => payment.orderId },
    { name: 'user_id', heading: 'buyer', kind: 'code', value: (payment) => payment.userId },
    { name: 'created_at', kind: 'time', value: (payment) => payment.createdAt },
    { name: 'paid_at', heading: 'paid at', kind: 'time', value: (payment) => payment.paidAt },
    { name: 'expires_at', kind: 'time', value: (payment) => payment.expiresAt },
    { name: 'contradiction', value: (payment) => payment.contradiction?.says },
    { name: 'contradicted_at', kind: 'time', value: (payment) => payment.contradiction?.since },
  ],
  sections: ({ refunds, entries, contradiction }) => [
    ...(contradiction?.todo.length
      ? [
          section(
            'What to do',
            [
              { name: 'command', kind: 'code', value: (row) => row.command },
              { name: 'does', value: (row) => row.does },
            ],
            contradiction.todo,
          ),
        ]
      : []),
    section(
      'Refunds',
      [
        { name: 'code', kind: 'code', value: (row) => row.code },
        { name: 'status', kind: 'status', value: (row) => row.status },
        { name: 'amount_idr', kind: 'idr', value: (row) => row.amountIdr },
        { name: 'destination', heading: 'to', value: (row) => row.destination },
        { name: 'reason', value: (row) => row.reason },
      ],
      refunds,
    ),
    ledgerSection(entries),
  ],
})
