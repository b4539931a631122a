import { newId } from '../../../src/domain/kernel/index.ts'
import {
  applyQuarantined,
  confirmPayments,
  recordChargeback,
  refundQuarantined,
  retryRefund,
  submitRefunds,
} from '../../../src/domain/payment/index.ts'
import { applyPayoutAnswers, submitPayouts } from '../../../src/domain/payout/index.ts'
import {
  approveSettlement,
  holdSettlement,
  paySettlement,
  releaseSettlement,
  retrySettlement,
  runSettlements,
  voidSettlement,
} from '../../../src/domain/settlement/index.ts'
import {
  adjustWallet,
  approveWithdrawal,
  rejectWithdrawal,
  requestWithdrawal,
  retryWithdrawal,
} from '../../../src/domain/wallet/index.ts'
import { needsAnother } from '../../chargebacks.ts'
import { system } from '../../laku.ts'
import { budi, sinta } from '../../settlements.ts'
import { customer } from '../../storefront.ts'
import { good } from '../../wallets.ts'
import { type Model, pick } from '../model/model.ts'
import { type Acts, asStaff } from './acts.ts'
import type { World } from './world.ts'

/** Returns the payment that a command means, if it has an invoice. */
const invoiced = ({ payments }: World, model: Model, nth: number) => payments[model.invoiced(nth)?.rank ?? -1]

/** Commands about money: payments, refunds, wallets and payouts. */
export const moneyActs: Acts<
  | 'pay'
  | 'expire'
  | 'chargeBack'
  | 'decide'
  | 'send'
  | 'goodwill'
  | 'withdraw'
  | 'withdrawal'
  | 'payouts'
  | 'settle'
  | 'settlement'
> = {
  pay: async (world, command, model) => {
    const { nth, invoice } = command
    const payment = invoiced(world, model, nth)
    if (!payment) return
    const asked = model.invoiced(nth)
    const { channel, offIdr } = asked?.taken[invoice] ?? command
    const { id: paymentId } = payment
    const amountIdr = asked?.invoiceIdr ?? 0
    const paid = { paidAmountIdr: amountIdr + offIdr, channel, invoiceId: `${paymentId}-${invoice}` }
    await world.laku.system((work) => confirmPayments(work, [{ paymentId, paidAt: work.now, ...paid }]))
  },
  expire: async (world, { nth }, model) => {
    const payment = invoiced(world, model, nth)
    if (payment) await world.market.expire(payment.id)
  },
  chargeBack: async (world, { nth, parts }, model) => {
    const payment = invoiced(world, model, nth)
    if (!payment) return
    const { id: paymentId, amountIdr: paidIdr } = payment
    const amountIdr = Math.floor(paidIdr / parts)
    const isAnother = await needsAnother(world.laku, paymentId, amountIdr)
    const told = { transactionId: newId(), amountIdr, isAnother }
    await world.laku.as(sinta, (work) => recordChargeback(work, { paymentId, ...told }))
  },
  decide: async (world, { nth, how }) => {
    const unapplied = await unappliedOf(world, nth)
    if (!unapplied) return
    await asStaff(world, async (work) => {
      if (how === 'refund') await refundQuarantined(work, { id: unapplied })
      else await applyQuarantined(work, { id: unapplied, ...(how === 'wallet' ? { wallet: 'buyer' } : {}) })
    })
  },
  send: async (world, { answer }) => {
    const { laku, refundBook } = world
    refundBook.answer = answer
    const due = await laku.db
      .selectFrom('refunds')
      .select(['id', 'status'])
      .where('status', 'in', ['approved', 'submitted', 'failed'])
      .orderBy('id')
      .execute()
    for (const { id, status } of due)
      if (status !== 'approved') await asStaff(world, (work) => retryRefund(work, { refund: id }))
    const context = { unitOfWork: laku.unitOfWork, actor: system, gateway: refundBook.gateway }
    await submitRefunds(
      context,
      due.map((row) => row.id),
    )
  },
  goodwill: (world, { buyer, amountIdr: changeIdr }) => {
    const given = { changeIdr, kind: 'goodwill', reason: 'sorry' } as const
    return asStaff(world, (work) => adjustWallet(work, { userId: world.buyer(buyer).id, ...given }))
  },
  withdraw: async (world, command, model) => {
    const amountIdr = model.amountOf(command)
    const buyer = world.buyer(command.buyer)
    // Each buyer has an account of their own: the limits of a bank account count all histories of a run.
    const bank = { ...good, accountNumber: buyer.id.replace(/\D/g, '').slice(-10) }
    const { id } = await world.laku.as(customer(buyer), (work) =>
      requestWithdrawal(work, { amountIdr, bank, otpVerifiedAt: work.now }),
    )
    world.withdrawals.push(id)
  },
  withdrawal: async (world, { nth, act }) => {
    const withdrawal = pick(world.withdrawals, nth)
    if (!withdrawal) return
    const use = { approve: approveWithdrawal, reject: rejectWithdrawal, retry: retryWithdrawal }[act]
    const sentFromBank = act === 'approve' && (await isByHand(world, withdrawal))
    const byHand = sentFromBank ? { byHand: `bank ${withdrawal}` } : {}
    const { id } = await asStaff(world, (work) => use(work, { withdrawal, ...byHand }))
    if (act === 'retry') world.withdrawals.push(id)
  },
  payouts: async (world, { answer }) => {
    const { laku, payoutBook } = world
    payoutBook.answer = answer
    const known = await payoutsOf(world)
    const created = known.filter((row) => row.status === 'created' && answer !== 'reversed')
    const context = { unitOfWork: laku.unitOfWork, actor: system, payouts: payoutBook.gateway }
    await submitPayouts(
      context,
      created.map((row) => row.id),
    )
    const sent = answer === 'reversed' ? ['submitted', 'succeeded'] : ['submitted']
    const said = known.filter((row) => sent.includes(row.status)).map((row) => payoutBook.say(row.key))
    if (answer !== 'lost') await laku.system((work) => applyPayoutAnswers(work, said))
  },
  settle: async ({ laku, market: { factoryId } }) => {
    const outcomes = await runSettlements({ unitOfWork: laku.unitOfWork, actor: sinta }, { factoryId })
    for (const { error } of outcomes) if (error) throw error
  },
  settlement: async (world, { nth, act }) => {
    const settlements = await world.laku.db
      .selectFrom('settlements')
      .select('id')
      .where('factoryId', '=', world.market.factoryId)
      .orderBy('id')
      .execute()
    const settlement = pick(settlements, nth)?.id
    if (!settlement) return
    const named = { settlement, reason: 'a history' }
    const use = {
      approve: approveSettlement,
      hold: holdSettlement,
      release: releaseSettlement,
      void: voidSettlement,
      pay: paySettlement,
      retry: retrySettlement,
    }[act]
    await world.laku.as(budi, (work) => use(work, named))
  },
}

async function isByHand({ laku }: World, id: string): Promise<boolean> {
  const found = await laku.db
    .selectFrom('withdrawals')
    .select('byHand')
    .where('id', '=', id)
    .executeTakeFirst()
  return found?.byHand ?? false
}

async function unappliedOf({ laku, payments }: World, nth: number): Promise<string | undefined> {
  const unappliedFunds = await laku.db
    .selectFrom('quarantinedMoney')
    .select('id')
    .where('status', '=', 'waiting')
    .where('paymentId', 'in', [...payments.map((payment) => payment.id), newId()])
    .orderBy('id')
    .execute()
  return pick(unappliedFunds, nth)?.id
}

/** Returns the payouts of this history. Payouts that another history left under way are not included. */
async function payoutsOf({ laku, withdrawals, market }: World) {
  const settlements = laku.db.selectFrom('settlements').select('id').where('factoryId', '=', market.factoryId)
  return await laku.db
    .selectFrom('payouts')
    .select(['id', 'key', 'status'])
    .where((is) =>
      is.or([is('subjectId', 'in', settlements), is('subjectId', 'in', [...withdrawals, newId()])]),
    )
    .orderBy('id')
    .execute()
}
