import type { Actor } from '../../src/domain/kernel/index.ts'
import { walletAccount } from '../../src/domain/ledger/index.ts'
import {
  approveRefund,
  confirmInvoices,
  createRefund,
  openInvoice,
  readProviderRefund,
  retryRefund,
} from '../../src/domain/payment/index.ts'
import {
  approveSettlement,
  holdSettlement,
  paySettlement,
  releaseSettlement,
  retrySettlement,
  runSettlements,
  voidSettlement,
} from '../../src/domain/settlement/index.ts'
import {
  adjustWallet,
  approveWithdrawal,
  decideAdjustment,
  rejectWithdrawal,
  requestWithdrawal,
  retryWithdrawal,
  sweepWithdrawals,
} from '../../src/domain/wallet/index.ts'
import { giveGoodwill } from '../goodwill.ts'
import { system } from '../laku.ts'
import type { Buyer } from '../market.ts'
import { whereAllowed } from '../permutations/contradicted.ts'
import { type Act, type Dice, NOTHING } from './acts.ts'
import type { House } from './house.ts'
import { limits } from './limits.ts'
import type { Person } from './people.ts'
import { adjustmentsAsked, refunds, settlements, withdrawals } from './rows.ts'

/** The price of the goods, and the factory's part after the commission of 5 %. */
const [GOODS_IDR, NET_IDR] = [100_000, 95_000]
const SLICES = 4

const factory = (house: House, dice: Dice) => dice.of(house.ofKind('factory'))
const buyerOf = (house: House, dice: Dice) => dice.of(house.ofKind('buyer'))
const clerk = (house: House, dice: Dice) => dice.of(house.clerks)

async function sell(house: House, to: Person): Promise<void> {
  await house.f.sell(to.id, GOODS_IDR)
  to.dueIdr += NET_IDR
}

/** Settles only factories of this history. */
async function settle(house: House, actor: Actor, { id: factoryId }: Person): Promise<void> {
  await house.f.gather()
  for (const { error } of await runSettlements({ unitOfWork: house.laku.unitOfWork, actor }, { factoryId }))
    if (error) throw error
}

async function approve(
  house: House,
  actor: Actor & { id: string },
  nth: (all: readonly Settled[]) => Settled | undefined,
) {
  const settlement = nth(await settlements(house, 'calculated'))
  if (!settlement) return NOTHING
  await house.laku.as(actor, (work) => approveSettlement(work, { settlement: settlement.code }))
  noteApproval(house, actor, settlement)
  return undefined
}
type Settled = Awaited<ReturnType<typeof settlements>>[number]

/**
 * Notes the approval of a settlement, or the retry of a failed one, which is approved again. It counts only
 * if one person both calculated and approved. By two persons, it replaces an earlier approval by one.
 */
function noteApproval(
  house: House,
  actor: { id: string },
  { calculatedBy, factoryId, netIdr, code }: Settled,
): void {
  const at = house.laku.clock.now()
  if (calculatedBy === actor.id)
    house.alone.note('settlement', actor.id, `factory:${factoryId}`, netIdr, at, code)
  else house.alone.takeBack(code)
}

const pay = async (house: House, dice: Dice) => {
  const settlement = dice.of(await settlements(house, 'approved'))
  if (!settlement) return NOTHING
  return await house.laku.as(clerk(house, dice), (work) =>
    paySettlement(work, { settlement: settlement.code }),
  )
}

async function give(house: House, actor: Actor & { id: string }, to: Person, changeIdr: number) {
  const given = { userId: to.id, changeIdr, kind: 'goodwill', reason: 'a history' } as const
  const { status } = await house.laku.as(actor, (work) => adjustWallet(work, given))
  if (status !== 'posted') return
  to.dueIdr += changeIdr
  house.alone.note('given', actor.id, `user:${to.id}`, changeIdr, house.laku.clock.now())
}

async function withdraw(house: House, { id, accountNumber }: Person, amountIdr: number) {
  const bank = { channelCode: 'ID_BCA', accountNumber, accountHolderName: 'Budi' }
  const asked = { amountIdr, bank, otpVerifiedAt: house.laku.clock.now() }
  const made = await house.laku.as({ kind: 'customer', id }, (work) => requestWithdrawal(work, asked))
  // The withdrawal is sent without staff, so it counts against the limits.
  if (made.dueAt !== null)
    house.alone.note(
      'withdrawal',
      id,
      `account:${accountNumber}`,
      amountIdr,
      house.laku.clock.now(),
      made.code,
    )
}

/** An amount that waits for staff. */
const LARGE_IDR = limits.withdrawalApprovalAboveIdr + 10_000
const SALES = 3

/**
 * Returns the code of a settlement of goods that were just sold; one person calculates it and another
 * approves it. A factory that owes money first sells enough to pay its debt; undefined if it owes more than
 * that.
 */
export async function approvedAnew(house: House, dice: Dice): Promise<string | undefined> {
  const [firstClerk, other] = house.clerks as [House['clerks'][number], House['clerks'][number]]
  const to = factory(house, dice)
  for (let sales = 0; sales < SALES; sales++) {
    await sell(house, to)
    await settle(house, firstClerk, to)
    const made = (await settlements(house, 'calculated')).findLast((settled) => settled.factoryId === to.id)
    if (!made) continue
    await house.laku.as(other, (work) => approveSettlement(work, { settlement: made.code }))
    return made.code
  }
  return undefined
}

/**
 * Pays an invoice at the provider's page, in time or too late. Then laku reads the invoice and posts its
 * answer.
 */
export async function payInvoice(
  house: House,
  person: Person,
  payment: House['payments'][number],
  paid: { channel: string; amount?: number },
): Promise<void> {
  house.payers.set(payment.invoiceId, person)
  await fetch(`${house.laku.sandbox.url}/xendit/pay/${payment.invoiceId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...paid, late: true }),
  })
  const read = await house.gateway.getInvoice(payment.invoiceId)
  await house.laku.system((work) => confirmInvoices(work, [read]))
  house.payments.push(payment)
}

async function buyAndPay(house: House, dice: Dice): Promise<typeof NOTHING | undefined> {
  const person = buyerOf(house, dice)
  const { payment } = await house.shop.order(person.buyer as Buyer)
  const { id, code } = payment
  await openInvoice(house.context, code)
  const invoice = (await house.book()).invoices.find((invoice) => invoice.external_id.includes(code))
  if (!invoice) return NOTHING
  await payInvoice(house, person, { id, code, invoiceId: invoice.id }, { channel: 'DANA' })
  return undefined
}

async function refundOf(house: House, dice: Dice, payment: House['payments'][number]): Promise<void> {
  const [actor, amountIdr] = [clerk(house, dice), dice.of([10_000, 15_000, 25_000, 60_000])]
  const to = house.payers.get(payment.invoiceId) as Person
  const asked = { payment: payment.id, amountIdr, note: 'a scratch', borneBy: 'company' as const }
  const { status } = await house.laku.as(actor, (work) => createRefund(work, asked))
  if (status === 'requested') return
  to.dueIdr += amountIdr
  house.alone.note('given', actor.id, `user:${to.id}`, amountIdr, house.laku.clock.now())
}

export const shopActs = {
  sell: (house, dice) => sell(house, factory(house, dice)),
  settle: (house, dice) => settle(house, clerk(house, dice), factory(house, dice)),
  approve: async (house, dice) => {
    if ((await settlements(house, 'calculated')).length === 0) {
      const to = factory(house, dice)
      await sell(house, to)
      await settle(house, clerk(house, dice), to)
    }
    return await approve(house, clerk(house, dice), (all) => dice.of(all))
  },
  'approve in slices': async (house, dice) => {
    const [actor, to] = [clerk(house, dice), factory(house, dice)]
    for (let i = 0; i < SLICES; i++) {
      await sell(house, to)
      await settle(house, actor, to)
      // If a limit is reached, a rule refuses the approval, and another person must approve.
      await whereAllowed(
        approve(house, actor, (all) =>
          all.findLast((item) => item.factoryId === to.id && item.calculatedBy === actor.id),
        ),
      )
    }
  },
  pay,
  'bring to payment': async (house, dice) => {
    const settlement = await approvedAnew(house, dice)
    if (!settlement) return NOTHING
    const actor = clerk(house, dice)
    return await house.laku.as(actor, (work) => paySettlement(work, { settlement }))
  },
  'decide a settlement': async (house, dice) => {
    const use = dice.of([
      holdSettlement,
      holdSettlement,
      releaseSettlement,
      releaseSettlement,
      voidSettlement,
    ])
    const settlement = dice.of(await settlements(house, 'calculated', 'approved', 'on_hold'))
    if (!settlement) return NOTHING
    const { code } = settlement
    await house.laku.as(clerk(house, dice), (work) => use(work, { settlement: code, reason: 'a history' }))
    house.alone.takeBack(code)
    return undefined
  },
  retry: async (house, dice) => {
    const settlement = dice.of(await settlements(house, 'failed', 'reversed'))
    const actor = clerk(house, dice)
    if (settlement) {
      await house.laku.as(actor, (work) => retrySettlement(work, { settlement: settlement.code }))
      noteApproval(house, actor, settlement)
      return undefined
    }
    const withdrawal = dice.of(await withdrawals(house, 'failed', 'reversed'))?.code
    if (!withdrawal) return NOTHING
    return await house.laku.as(actor, (work) => retryWithdrawal(work, { withdrawal }))
  },
  'buy and pay': buyAndPay,
  refund: async (house, dice) => {
    const payment = dice.of(house.payments)
    return payment ? await refundOf(house, dice, payment) : NOTHING
  },
  'bring to a refund': async (house, dice) => {
    const made = await buyAndPay(house, dice)
    if (made === NOTHING) return NOTHING
    const payment = house.payments.at(-1) as House['payments'][number]
    return await refundOf(house, dice, payment)
  },
  'retry a refund': async (house, dice) => {
    const refund = dice.of(await refunds(house, 'failed', 'submitted', 'approved', 'succeeded'))
    if (!refund) return NOTHING
    const [actor, how] = [clerk(house, dice), dice.below(4)]
    if (how === 0)
      return await house.laku.as(actor, (work) => retryRefund(work, { refund: refund.id, wallet: true }))
    const there = dice.of(
      (await house.book()).refunds.filter((otherRefund) => otherRefund.reference_id.includes(refund.code)),
    )
    if (how > 1 || !there)
      return await house.laku.as(actor, (work) => retryRefund(work, { refund: refund.id }))
    const read = await readProviderRefund({ ...house.context, actor }, there.id)
    return await house.laku.as(actor, (work) =>
      retryRefund(work, { refund: refund.id, providerRefundId: there.id, read }),
    )
  },
  goodwill: (house, dice) =>
    give(house, clerk(house, dice), buyerOf(house, dice), dice.of([20_000, 45_000, 80_000, 160_000])),
  'goodwill in slices': async (house, dice) => {
    const actor = clerk(house, dice)
    for (let i = 0; i < SLICES; i++) await give(house, actor, buyerOf(house, dice), 45_000)
  },
  'decide what is asked': async (house, dice) => {
    const actor = clerk(house, dice)
    const asked = dice.of(await adjustmentsAsked(house))
    if (asked) {
      const decision = dice.of(['posted', 'posted', 'rejected'] as const)
      await house.laku.as(actor, (work) => decideAdjustment(work, { id: asked.id, decision }))
      if (decision === 'posted') (house.person(asked.userId) as Person).dueIdr += asked.changeIdr
      return undefined
    }
    const refund = dice.of(await refunds(house, 'requested'))
    if (!refund) return NOTHING
    await house.laku.as(actor, (work) => approveRefund(work, { refund: refund.id }))
    ;(house.person(refund.userId) as Person).dueIdr += refund.amountIdr
    return undefined
  },
  withdraw: async (house, dice) => {
    const to = buyerOf(house, dice)
    const thereIdr = await house.f.balance(walletAccount(to.id))
    const amountIdr = dice.of([10_000, 40_000, thereIdr, thereIdr, thereIdr + 1])
    return await withdraw(house, to, amountIdr)
  },
  'withdraw in slices': async (house, dice) => {
    const to = buyerOf(house, dice)
    await house.laku.system((work) => giveGoodwill(work, to.id, SLICES * 30_000))
    to.dueIdr += SLICES * 30_000
    for (let i = 0; i < SLICES; i++) await withdraw(house, to, 30_000)
  },
  'decide a withdrawal': async (house, dice) => {
    await sweepWithdrawals({ unitOfWork: house.laku.unitOfWork, actor: system })
    if ((await withdrawals(house, 'held')).length === 0) {
      const to = buyerOf(house, dice)
      await house.laku.system((work) => giveGoodwill(work, to.id, LARGE_IDR))
      to.dueIdr += LARGE_IDR
      await withdraw(house, to, LARGE_IDR)
    }
    const withdrawal = dice.of(await withdrawals(house, 'held'))?.code
    if (!withdrawal) return NOTHING
    const use = dice.of([approveWithdrawal, approveWithdrawal, rejectWithdrawal])
    await house.laku.as(clerk(house, dice), (work) => use(work, { withdrawal }))
    if (use === rejectWithdrawal) house.alone.takeBack(withdrawal)
    return undefined
  },
} satisfies Record<string, Act>
