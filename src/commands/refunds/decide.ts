import { z } from 'zod'
import { defineChange, type OutsideWay } from '../../cli/define/command.ts'
import { shellWord } from '../../domain/kernel/index.ts'
import type { RefundDetail, RefundRetry } from '../../domain/payment/index.ts'
import { seenInput, seenOption } from '../asked-seen.ts'
import { ticketInput, ticketOption } from '../asked-ticket.ts'
import { gatewayContext } from '../payments/gateway.ts'
import { told } from './told.ts'

const args = [{ name: 'refund', description: 'the UUID or code of the refund' }]

export const approve = defineChange({
  name: 'approve',
  secondPerson: true,
  description: 'Approve a refund that another person asked for.',
  args,
  options: [seenOption],
  input: z.object({ refund: z.string(), seen: seenInput }),
  change: async (work, input) => {
    const { approveRefund } = await import('../../domain/payment/index.ts')
    return await approveRefund(work, input)
  },
  done: told,
})

export const reject = defineChange({
  name: 'reject',
  description: 'Reject a refund that somebody asked for.',
  args,
  input: z.object({ refund: z.string() }),
  needsReason: true,
  change: async (work, input) => {
    const { rejectRefund } = await import('../../domain/payment/index.ts')
    return await rejectRefund(work, input)
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})

type Retry = z.infer<typeof retryInput>

const retryInput = z.object({
  refund: z.string(),
  wallet: z.boolean().optional(),
  providerRefundId: z.string().trim().min(1).max(200).optional(),
  notSent: z.boolean().optional(),
  /**
   * The refund as the provider reported it. No command-line option gives this value, because laku reads it
   * from the provider.
   */
  read: z.custom<RefundRetry['read']>().optional(),
  looked: z.custom<RefundRetry['looked']>().optional(),
  hasArrived: z.custom<boolean>().optional(),
})

export const retry = defineChange({
  name: 'retry',
  secondPerson: true,
  description:
    'Send a failed refund again now, or ask the provider about one without an answer, or take over the refund that the provider has.',
  args,
  options: [
    {
      flags: '--wallet',
      description: 'put it into the wallet of the buyer, because it cannot go back to its source',
    },
    {
      flags: '--provider-refund-id <id>',
      description: "the provider's id of the refund; it must have the same payment, reference and amount",
    },
    { flags: '--not-sent', description: 'its request never arrived: the same as declare-dead' },
  ],
  input: retryInput,
  examples: [
    'laku refunds retry RFD-261123-7K3QX2ABCD',
    'laku refunds retry RFD-261123-7K3QX2ABCD --wallet --reason "the buyer asked for it"',
    'laku refunds retry RFD-261123-7K3QX2ABCD --provider-refund-id rfd-50d758bc-e352-46fc-aa5d-82b69d2fe35a',
  ],
  change: async (work, input) => {
    const { retryRefund } = await import('../../domain/payment/index.ts')
    return await retryRefund(work, input)
  },
  outside: async ({ context, actor, input }, run) => await run(await readFirst({ context, actor, input })),
  assuming: async (_way, run) => await run({ read: 'taken for granted', looked: 'taken for granted' }),
  done: (refund) => toldOf(refund),
})

/** Reads the provider's answer about the refund before the transaction begins. */
async function readFirst({ context, actor, input }: OutsideWay<Retry>): Promise<Partial<Retry>> {
  const { refund, wallet, providerRefundId, notSent } = input
  // Only one of --wallet, --provider-refund-id and --not-sent is allowed. If more were given, the provider is
  // not asked, because the use case will refuse them.
  if ([wallet, providerRefundId, notSent].filter(Boolean).length > 1) return {}
  const { askAboutFailedRefund, searchLostRefund, readProviderRefund } = await import(
    '../../domain/payment/index.ts'
  )
  const gateway = { ...(await gatewayContext(context)), actor }
  if (providerRefundId) return { read: await readProviderRefund(gateway, providerRefundId) }
  if (notSent) return { looked: await searchLostRefund(gateway, refund) }
  return await askAboutFailedRefund(gateway, refund)
}

function toldOf({ code, status, deadDeclaredBy, providerRefundId }: RefundDetail): string {
  if (status === 'to_wallet') return `${code} is in the wallet.`
  if (status === 'succeeded')
    return `${code} was already refunded by the provider (${providerRefundId}), so nothing was sent.`
  if (status === 'submitted' && deadDeclaredBy)
    return `${code} waits for a second person: laku refunds declare-dead ${code}`
  if (status === 'failed' && deadDeclaredBy)
    return `${code} is declared dead. Send it under a new key with laku refunds retry ${code}, or add --wallet.`
  return `${code} is ${status}; laku continues with it within seconds.`
}

export const declareDead = defineChange({
  name: 'declare-dead',
  secondPerson: true,
  description:
    'Declare that a lost refund request never arrived, or with --ticket that the provider will never pay it. It needs two persons, and is possible only after the provider can no longer make the refund.',
  args,
  options: [ticketOption('pay a refund')],
  input: z.object({
    refund: z.string(),
    ticket: ticketInput,
    looked: z.custom<RefundRetry['looked']>().optional(),
  }),
  examples: [
    'laku refunds declare-dead RFD-261123-7K3QX2ABCD --reason "not in their dashboard either"',
    'laku refunds declare-dead RFD-261123-7K3QX2ABCD --ticket XND-4711 --reason "pending for two weeks"',
  ],
  needsReason: true,
  change: async (work, input) => {
    const domain = await import('../../domain/payment/index.ts')
    const { refund, ticket, looked } = input
    return ticket === undefined
      ? await domain.declareDead(work, { refund, looked })
      : await domain.giveUpRefund(work, { refund, ticket })
  },
  outside: async ({ context, actor, input: { refund, ticket } }, run) => {
    const { askAboutPendingRefund, searchLostRefund } = await import('../../domain/payment/index.ts')
    const gateway = { ...(await gatewayContext(context)), actor }
    if (ticket === undefined) return await run({ looked: await searchLostRefund(gateway, refund) })
    await askAboutPendingRefund(gateway, refund)
    return await run()
  },
  assuming: async (_way, run) => await run({ looked: 'taken for granted' }),
  done: (refund, { ticket }) => (ticket === undefined ? toldOf(refund) : toldOfGivenUp(refund, ticket)),
})

const toldOfGivenUp = ({ code, givenUpBy }: RefundDetail, ticket: string): string =>
  givenUpBy
    ? `${code} is given up. Send it under a new key with laku refunds retry ${code}, or add --wallet.`
    : `${code} waits for a second person: laku refunds declare-dead ${code} --ticket ${shellWord(ticket)}`

export const keep = defineChange({
  name: 'keep',
  description:
    'Refuse the request of another person to declare a refund dead, or to give it up. laku keeps looking for it.',
  args,
  input: z.object({ refund: z.string() }),
  examples: ['laku refunds keep RFD-261123-7K3QX2ABCD --reason "Xendit looks for it, ticket 4711"'],
  needsReason: true,
  change: async (work, input) => {
    const { keepRefund } = await import('../../domain/payment/index.ts')
    return await keepRefund(work, input)
  },
  done: ({ code }) => `laku goes on looking for ${code}.`,
})
