import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description:
    'A payout: what was sent, what the provider says of it, and what is known where it says nothing.',
  args: [{ name: 'payout', description: 'UUID, or what the provider knows it by' }],
  input: z.object({ payout: z.string() }),
  run: async (context, { payout }) => {
    const { showPayout } = await import('../../domain/payout/read-payouts.ts')
    return await context.read((work) => showPayout(work, payout))
  },
  fields: [
    { name: 'id', kind: 'code', value: (one) => one.id },
    { name: 'key', kind: 'code', value: (one) => one.key },
    { name: 'purpose', value: (one) => one.purpose },
    { name: 'subject_id', heading: 'pays', kind: 'code', value: (one) => one.subjectId },
    { name: 'status', kind: 'status', value: (one) => one.status },
    { name: 'amount_idr', kind: 'idr', value: (one) => one.amountIdr },
    { name: 'bank', value: (one) => one.bank },
    { name: 'account', value: (one) => one.account },
    {
      name: 'provider_payout_id',
      heading: "provider's id",
      kind: 'code',
      value: (one) => one.providerPayoutId,
    },
    { name: 'provider_status', heading: 'provider says', value: (one) => one.providerStatus },
    { name: 'failure_code', heading: 'failure', value: (one) => one.failureCode },
    { name: 'held', value: (one) => one.held },
    { name: 'set_aside', heading: 'set aside', value: (one) => one.setAside },
    { name: 'in_suspense', heading: 'in suspense', value: (one) => one.inSuspense },
    { name: 'calls', value: (one) => one.calls },
    { name: 'called_at', heading: 'first call', kind: 'time', value: (one) => one.calledAt },
    { name: 'last_called_at', heading: 'last call', kind: 'time', value: (one) => one.lastCalledAt },
    { name: 'absent_at', heading: 'list without it', kind: 'time', value: (one) => one.absentAt },
    { name: 'next_check_at', heading: 'next look', kind: 'time', value: (one) => one.nextCheckAt },
    { name: 'waits_since', heading: 'waits for balance since', kind: 'time', value: (one) => one.waitsSince },
    { name: 'dead_asked_by', heading: 'declared dead by', value: (one) => one.deadAskedBy },
    { name: 'dead_reason', heading: 'because', value: (one) => one.deadReason },
    { name: 'dead_by', heading: 'confirmed by', value: (one) => one.deadBy },
    { name: 'created_at', kind: 'time', value: (one) => one.createdAt },
    { name: 'finished_at', kind: 'time', value: (one) => one.finishedAt },
  ],
})
