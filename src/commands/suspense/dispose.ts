import { z } from 'zod'
import { defineChange } from '../../cli/define/command.ts'
import { formatIdr, type Work } from '../../domain/kernel/index.ts'
import type { AccountName } from '../../domain/ops/index.ts'
import type { AskedDisposal, SuspenseItem } from '../../domain/suspense/index.ts'
import { seenInput, seenOption } from '../asked-seen.ts'
import { gatewayContext } from '../payments/gateway.ts'
import { severe, suspenseArgs } from './severe.ts'

const args = suspenseArgs
const item = z.string()

const done = ({ code, status, amountIdr, request }: SuspenseItem) =>
  status === 'requested'
    ? `It waits for another person: laku suspense approve ${code} --request ${request}`
    : `${formatIdr(Math.abs(amountIdr))} of ${code}: ${status.replace('_', ' ')}.`

async function dispose(work: Work, id: string, asked: AskedDisposal, sentTo?: AccountName) {
  const { disposeSuspense } = await import('../../domain/payment/index.ts')
  return await disposeSuspense(work, id, asked, sentTo)
}

export const offset = defineChange({
  name: 'offset',
  description:
    'Settle the money with the next settlement of a factory: money that left us is subtracted there, money that came to us is added.',
  args,
  options: [
    { flags: '--factory <factory>', description: 'the UUID of the factory (the known owner of the money)' },
  ],
  input: z.object({ item, factory: z.uuid().optional() }),
  examples: [
    'laku suspense offset STL-261123-7K3QX2-1 --reason "paid twice, file 12" --confirm STL-261123-7K3QX2-1',
  ],
  severe: severe((amount, code) => `sets ${amount} of ${code} against the factory's next settlement`),
  change: (work, { item: id, factory }) =>
    dispose(work, id, { to: 'offset', ...(factory && { factoryId: factory }) }),
  done,
})

export const toWallet = defineChange({
  name: 'to-wallet',
  description:
    'Put money that came to us into the wallet of its owner, or take money that left us out of that wallet.',
  args,
  options: [
    {
      flags: '--user <user>',
      description: 'the UUID or phone number of the user (the known owner of the money)',
    },
  ],
  input: z.object({ item, user: z.string().optional() }),
  examples: [
    'laku suspense to-wallet RFD-261123-7K3QX2ABCD-1 --reason "refunded twice" --confirm RFD-261123-7K3QX2ABCD-1',
  ],
  severe: severe((amount, code) => `moves ${amount} of ${code} through a wallet`),
  change: async (work, { item: id, user }) => {
    const { userIdOf } = await import('../wallets/user.ts')
    return await dispose(work, id, { to: 'wallet', ...(user && { userId: await userIdOf(work.tx, user) }) })
  },
  done,
})

export const collect = defineChange({
  name: 'collect',
  description:
    "Record that the money went through the company's bank: money that left us came back there, money that came to us was sent on.",
  args,
  options: [
    { flags: '--reference <reference>', description: "the bank's reference of the transfer (needed)" },
    {
      flags: '--channel <code>',
      description:
        'the bank or e-wallet to which the money was sent, like ID_BCA (without it, the money counts with all money that was sent to somebody unknown)',
    },
    { flags: '--account <number>', description: 'the number of the account to which the money was sent' },
  ],
  input: z
    .object({
      item,
      reference: z.string().min(3).max(100),
      channel: z.string().min(1).optional(),
      account: z.string().min(1).optional(),
    })
    .refine(
      ({ channel, account }) => (channel === undefined) === (account === undefined),
      'give --channel and --account together',
    ),
  examples: [
    'laku suspense collect txn_1 --reference BCA-0913 --channel ID_BCA --account 1234567890 --reason "sent on to its owner" --confirm txn_1',
    'laku suspense collect disb-1 --reference BCA-0912 --reason "they sent it back" --confirm disb-1',
  ],
  severe: severe((amount, code) => `books ${amount} of ${code} through the company's bank`),
  change: (work, { item: id, reference, channel, account }) =>
    dispose(
      work,
      id,
      { to: 'collected', reference },
      channel && account ? { channelCode: channel, accountNumber: account } : undefined,
    ),
  done,
})

export const writeOff = defineChange({
  name: 'write-off',
  description: 'Book money that left us as a loss of the company, or keep money that came to us.',
  args,
  input: z.object({ item }),
  examples: ['laku suspense write-off txn_1 --reason "the provider keeps it" --confirm txn_1'],
  severe: severe((amount, code) => `books ${amount} of ${code} as a loss or gain of the company`),
  change: (work, { item: id }) => dispose(work, id, { to: 'written_off' }),
  done,
})

export const reassign = defineChange({
  name: 'reassign',
  description:
    'Assign the money to what it belongs to: a chargeback to its payment, or a movement to the fees of the provider.',
  args,
  options: [
    { flags: '--payment <payment>', description: 'the UUID or code of the payment that was charged back' },
    { flags: '--money <money>', description: 'the UUID of the money in quarantine that was charged back' },
    { flags: '--fee', description: 'it is a fee of the provider' },
  ],
  input: z
    .object({ item, payment: z.string().optional(), money: z.uuid().optional(), fee: z.boolean().optional() })
    .refine(
      ({ payment, money, fee }) => [payment, money, fee].filter((value) => value !== undefined).length === 1,
      'give one of --payment, --money and --fee',
    ),
  examples: [
    'laku suspense reassign txn_1 --payment PAY-261123-7K3QX2ABCD --reason "dispute 7" --confirm txn_1',
  ],
  severe: severe((amount, code) => `assigns ${amount} of ${code} to the payment, money or fee that you name`),
  change: async (work, { item: id, payment, money }) => {
    const { showPayment } = await import('../../domain/payment/index.ts')
    const ofPayment = payment && (await showPayment(work.tx, payment)).id
    const place = ofPayment ?? (money ? `quarantine:${money}` : 'fee')
    return await dispose(work, id, { to: 'reassigned', place })
  },
  done,
})

export const put = defineChange({
  name: 'put',
  description: 'Put a posting into suspense that our ledger has and the provider does not have.',
  args: [
    { name: 'posting', description: 'the key of the posting in our ledger, from laku payments reconcile' },
  ],
  input: z.object({ posting: z.string().min(1) }),
  examples: ['laku suspense put refund:0192…:succeeded --reason "the provider never made it"'],
  needsReason: true,
  change: async (work, { posting }) => {
    const { putPosting } = await import('../../domain/payment/index.ts')
    return await putPosting(work, posting)
  },
  outside: async ({ context, actor, input: { posting } }, run) => {
    const { requireMissingThere } = await import('../../domain/payment/index.ts')
    await requireMissingThere({ ...(await gatewayContext(context)), actor }, posting)
    return await run()
  },
  done: ({ id, code }) => `It is in suspense under ${code}: laku suspense show ${id}`,
})

export const approve = defineChange({
  name: 'approve',
  secondPerson: true,
  description: 'Approve and do what another person asked for with unassigned money.',
  args,
  options: [
    {
      flags: '--request <request>',
      description: 'the request that you checked (needed), as laku suspense show names it',
    },
    seenOption,
  ],
  input: z.object({ item, request: z.string().trim().min(1).max(100).optional(), seen: seenInput }),
  examples: ['laku suspense approve txn_1 --request 3f9a2c81d04e'],
  change: async (work, { item: id, request, seen }) => {
    const { decideSuspense } = await import('../../domain/payment/index.ts')
    return await decideSuspense(work, id, { decision: 'approve', request, seen })
  },
  done,
})

export const reject = defineChange({
  name: 'reject',
  description: 'Reject what another person asked for with unassigned money. The money is open again.',
  args,
  input: z.object({ item }),
  needsReason: true,
  change: async (work, { item: id }) => {
    const { decideSuspense } = await import('../../domain/payment/index.ts')
    return await decideSuspense(work, id, { decision: 'reject' })
  },
  done: ({ code, status }) => `${code} is ${status}.`,
})
