import { newId } from '../../src/domain/kernel/index.ts'
import {
  applyRefundAnswers,
  readProviderBook,
  submitRefunds,
  sweepRefunds,
} from '../../src/domain/payment/index.ts'
import { applyPayoutAnswers, submitPayouts, sweepPayouts } from '../../src/domain/payout/index.ts'
import { retryFailed } from '../../src/domain/settlement/index.ts'
import { sweepWithdrawals } from '../../src/domain/wallet/index.ts'
import { system } from '../laku.ts'
import { points } from '../sleepers.ts'
import { type Act, type Dice, NOTHING } from './acts.ts'
import type { AtProvider, House } from './house.ts'
import type { Person } from './people.ts'
import { payouts, refunds } from './rows.ts'

const faults = [
  'none',
  'none',
  'none',
  'timeout',
  'commit_then_timeout',
  'commit_then_timeout',
  'refuse',
] as const

/** Sets a fault, so that a call ends in another way than by its answer. */
async function fault(house: House, kind: (typeof faults)[number]): Promise<void> {
  const operations = ['createPayout', 'createRefund']
  const more = kind === 'refuse' ? { code: 'INSUFFICIENT_BALANCE' } : {}
  const all = operations.map((operation) => ({ provider: 'xendit', operation, kind, times: 1, ...more }))
  await house.control('PUT', '/faults', (kind === 'none' ? [] : all) as never)
}

const waiting = async (house: House) => ({
  out: (await payouts(house, 'created')).map(({ id }) => id),
  back: (await refunds(house, 'approved')).map(({ id }) => id),
})

/** Returns the provider's objects of this history's people. */
export async function atProvider(house: House) {
  const book = await house.book()
  const owners = new Map(house.people.map((person) => [person.accountNumber, person]))
  return {
    payouts: book.payouts.flatMap((payout) => {
      const person = owners.get(payout.channel_properties.account_number)
      return person ? [{ ...payout, person, what: 'payouts' as const }] : []
    }),
    refunds: book.refunds.flatMap((refund) => {
      const person = house.payers.get(refund.invoice_id)
      return person && house.people.includes(person) ? [{ ...refund, person, what: 'refunds' as const }] : []
    }),
  }
}

type There = AtProvider & { person: Person; what: 'payouts' | 'refunds' }
const isOpen = ({ status }: AtProvider) => status === 'ACCEPTED' || status === 'PENDING'

async function hear(house: House, { what, id }: Pick<There, 'what' | 'id'>): Promise<void> {
  if (what === 'payouts') {
    const answer = await house.payouts.getPayout(id)
    await house.laku.system((work) => applyPayoutAnswers(work, [answer]))
  } else {
    const answer = await house.gateway.getRefund(id)
    await house.laku.system((work) => applyRefundAnswers(work, [answer]))
  }
}

/** Ends an open object at the provider, as the provider's rules allow. */
async function say(house: House, dice: Dice, what: There['what']) {
  const one = dice.of((await atProvider(house))[what].filter(isOpen))
  if (!one) return NOTHING
  const status = dice.of(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'FAILED'])
  await house.control('POST', `/${what}/${one.id}`, { status })
  if (dice.below(3) > 0) await hear(house, one)
  return undefined
}

async function contradict(house: House, dice: Dice, what: There['what']) {
  const all: readonly There[] = (await atProvider(house))[what]
  const one = dice.of(all)
  if (!one) return NOTHING
  const told = dice.of([
    { status: 'SUCCEEDED' },
    { status: 'SUCCEEDED' },
    { status: 'FAILED' },
    { status: 'FAILED' },
    { status: 'REVERSED' },
    { status: 'SUCCEEDED', amount: Math.ceil(one.amount / 2) },
    { status: 'SUCCEEDED', amount: one.amount + 5_000 },
  ])
  if (!isOpen(one) || 'amount' in told || told.status === 'REVERSED') one.person.mayHaveMore = true
  await house.control('POST', `/${what}/${one.id}`, { ...told, force: true })
  if (dice.below(4) > 0) await hear(house, one)
  return undefined
}

export async function sweep(house: House): Promise<void> {
  await sweepWithdrawals({ unitOfWork: house.laku.unitOfWork, actor: system })
  await retryFailed(house.context)
  await sweepPayouts(house.context)
  await sweepRefunds(house.context)
}

export async function readBook(house: House): Promise<void> {
  await readProviderBook(house.context)
}

export const providerActs = {
  send: async (house, dice) => {
    await fault(house, dice.of(faults))
    const { out, back } = await waiting(house)
    if (out.length + back.length === 0) return NOTHING
    await submitPayouts(house.context, out)
    await submitRefunds(house.context, back)
    return undefined
  },
  'send and sleep': async (house, dice) => {
    const { out, back } = await waiting(house)
    if (out.length + back.length === 0) return NOTHING
    await fault(house, dice.of(faults))
    const { context, gateway, payouts: provider, sleepers } = house
    const point = dice.of(points)
    if (out.length > 0)
      await sleepers.send(point, provider.createPayout, (createPayout) =>
        submitPayouts({ ...context, payouts: { ...provider, createPayout } }, out.slice(0, 1)),
      )
    if (back.length > 0)
      await sleepers.send(point, gateway.createRefund, (createRefund) =>
        submitRefunds({ ...context, gateway: { ...gateway, createRefund } }, back.slice(0, 1)),
      )
    return undefined
  },
  wake: async (house) => {
    if (!house.sleepers.some) return NOTHING
    await house.sleepers.wake()
    return undefined
  },
  look: async (house, dice) => {
    await fault(house, dice.of(faults))
    await sweep(house)
  },
  'say of a payout': (house, dice) => say(house, dice, 'payouts'),
  'contradict of a payout': (house, dice) => contradict(house, dice, 'payouts'),
  'say of a refund': (house, dice) => say(house, dice, 'refunds'),
  'contradict of a refund': (house, dice) => contradict(house, dice, 'refunds'),
  'read the updates': async (house) => {
    const { payouts: out, refunds: back } = await atProvider(house)
    for (const line of [...out, ...back]) await hear(house, line)
  },
  'let lists lag': (house, dice) => house.control('PUT', '/lists', { lag_s: dice.of([0, 300, 600, 800]) }),
  'take back a payment': async (house, dice) => {
    const payment = dice.of(house.payments)
    if (!payment) return NOTHING
    ;(house.payers.get(payment.invoiceId) as Person).isCharged = true
    const about = { type: 'CHARGEBACK', of: payment.invoiceId, amount: dice.of([20_000, 60_000]) }
    await house.control('POST', '/transactions', about)
    return undefined
  },
  'win a dispute': async (house, dice) => {
    const payment = dice.of(house.payments)
    if (!payment) return NOTHING
    ;(house.payers.get(payment.invoiceId) as Person).isCharged = true
    const about = { type: 'CHARGEBACK', of: payment.invoiceId, amount: 20_000, cashflow: 'MONEY_IN' }
    await house.control('POST', '/transactions', about)
    return undefined
  },
  'pay out a stranger': async (house) => {
    const about = {
      type: 'DISBURSEMENT',
      amount: 14_000,
      cashflow: 'MONEY_OUT',
      reference_id: `theirs-${newId()}`,
    }
    await house.control('POST', '/transactions', about)
  },
  'read the book': (house) => readBook(house),
} satisfies Record<string, Act>
