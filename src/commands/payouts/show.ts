import { z } from 'zod'
import { defineShow } from '../../cli/define/command.ts'

export const show = defineShow({
  name: 'show',
  description:
    'Show one payout: what was sent, the answer of the provider, and what is known if there is no answer.',
  args: [{ name: 'payout', description: 'the UUID of the payout, or its key at the provider' }],
  input: z.object({ payout: z.string() }),
  run: async (context, { payout }) => {
    const { showPayout } = await import('../../domain/payout/payouts/read.ts')
    return await context.read((work) => showPayout(work, payout))
  },
  fields: [
    { name: 'id', kind: 'code', value: (payout) => payout.id },
    { name: 'key', kind: 'code', value: (payout) => payout.key },
    { name: 'purpose', value: (payout) => payout.purpose },
    { name: 'subject_id', heading: 'pays', kind: 'code', value: (payout) => payout.subjectId },
    { name: 'status', kind: 'status', value: (payout) => payout.status },
    { name: 'amount_idr', kind: 'idr', value: (payout) => payout.amountIdr },
    { name: 'bank', value: (payout) => payout.bank },
    { name: 'account', value: (payout) => payout.account },
    {
      name: 'provider_payout_id',
      heading: "provider's id",
      kind: 'code',
      value: (payout) => payout.providerPayoutId,
    },
    { name: 'provider_status', heading: 'provider says', value: (payout) => payout.providerStatus },
    { name: 'failure_code', heading: 'failure', value: (payout) => payout.failureCode },
    { name: 'held', value: (payout) => payout.held },
    { name: 'set_aside', heading: 'set aside', value: (payout) => payout.setAside },
    { name: 'in_suspense', heading: 'in suspense', value: (payout) => payout.inSuspense },
    { name: 'calls', value: (payout) => payout.calls },
    { name: 'called_at', heading: 'first call', kind: 'time', value: (payout) => payout.calledAt },
    { name: 'last_called_at', heading: 'last call', kind: 'time', value: (payout) => payout.lastCalledAt },
    { name: 'absent_at', heading: 'list without it', kind: 'time', value: (payout) => payout.absentAt },
    { name: 'next_check_at', heading: 'next look', kind: 'time', value: (payout) => payout.nextCheckAt },
    {
      name: 'waits_since',
      heading: 'waits for balance since',
      kind: 'time',
      value: (payout) => payout.waitsSince,
    },
    { name: 'dead_asked_by', heading: 'declared dead by', value: (payout) => payout.deadAskedBy },
    { name: 'dead_reason', heading: 'because', value: (payout) => payout.deadReason },
    { name: 'dead_by', heading: 'confirmed by', value: (payout) => payout.deadBy },
    { name: 'given_up_asked_by', heading: 'given up by', value: (payout) => payout.givenUpAskedBy },
    { name: 'given_up_ticket', heading: "provider's ticket", value: (payout) => payout.givenUpTicket },
    { name: 'given_up_by', heading: 'given up by as well', value: (payout) => payout.givenUpBy },
    { name: 'created_at', kind: 'time', value: (payout) => payout.createdAt },
    { name: 'finished_at', kind: 'time', value: (payout) => payout.finishedAt },
  ],
})
