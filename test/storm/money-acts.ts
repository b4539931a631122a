import { sql } from 'kysely'
import { newId } from '../../src/domain/kernel/index.ts'
import { takeSnapshots } from '../../src/domain/ledger/index.ts'
import {
  applyQuarantined,
  approveRefund,
  confirmPayments,
  createRefund,
  expirePayments,
  recordChargeback,
  refundQuarantined,
  retryRefund,
  submitRefunds,
  sweepPayments,
} from '../../src/domain/payment/index.ts'
import { applyPayoutAnswers, submitPayouts, sweepPayouts } from '../../src/domain/payout/index.ts'
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
  rejectWithdrawal,
  requestWithdrawal,
  retryWithdrawal,
  sweepWithdrawals,
} from '../../src/domain/wallet/index.ts'
import { needsAnother } from '../chargebacks.ts'
import { system } from '../laku.ts'
import { budi, sinta } from '../settlements.ts'
import { customer } from '../storefront.ts'
import { good } from '../wallets.ts'
import type { Acts } from './acts.ts'
import type { House } from './house.ts'

const open = ['pending', 'expired', 'review'] as const

async function pay(house: House, ...statuses: string[]): Promise<unknown> {
  const { rows } = await sql<{ id: string; amountIdr: number }>`
    select id, amount_idr - coalesce((
      select -e.amount_idr from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
      where t.key = 'payment:' || payments.id || ':held' and e.amount_idr < 0), 0) as amount_idr
    from payments where id = ${await house.row('payments', ...statuses)} and method = 'invoice'`.execute(
    house.laku.db,
  )
  const [payment] = rows
  if (!payment) return 'nothing'
  const { id: paymentId, amountIdr } = payment
  const invoiceId = `${paymentId}-${house.oneOf(['a', 'a', 'a', 'b'])}`
  const paid = { channel: house.oneOf(['BCA', 'DANA']), invoiceId }
  // Every payment of the same invoice has the same amount.
  const offIdr = invoiceId.endsWith('b') ? 7_000 : 0
  return await house.laku.system((work) =>
    confirmPayments(work, [{ paymentId, paidAmountIdr: amountIdr + offIdr, paidAt: work.now, ...paid }]),
  )
}

export const moneyActs: Acts = {
  pay: (house) => pay(house, ...open),
  'pay more': (house) => pay(house, 'pending'),
  'pay still more': (house) => pay(house, 'pending'),
  'pay again': (house) => pay(house),
  expire: async (house) => {
    const payment = await house.row('payments', 'pending')
    return await house.laku.system((work) => expirePayments(work, [payment]))
  },
  'look at payments': (house) => sweepPayments({ ...house.context, gateway: house.refundBook.gateway }),
  'charge back': async (house) => {
    const paymentId = await house.row('payments')
    const isAnother = await needsAnother(house.laku, paymentId, 20_000)
    const told = { transactionId: newId(), amountIdr: 20_000, isAnother }
    return await house.laku.as(sinta, (work) => recordChargeback(work, { paymentId, ...told }))
  },
  'apply unapplied funds': async (house) => {
    const id = await house.row('quarantinedMoney', 'waiting')
    const to = house.random(2) === 0 ? {} : ({ wallet: 'buyer' } as const)
    return await house.asStaff((work) => applyQuarantined(work, { id, ...to }))
  },
  'send unapplied funds back': async (house) => {
    const id = await house.row('quarantinedMoney', 'waiting')
    return await house.asStaff((work) => refundQuarantined(work, { id }))
  },
  'refund a part': async (house) => {
    const payment = await house.row('payments', 'paid', 'partially_refunded')
    const borneBy = house.oneOf(['factory', 'company'] as const)
    const asked = { payment, amountIdr: house.oneOf([3_000, 25_000]), note: 'a scratch', borneBy }
    return await house.asStaff((work) => createRefund(work, asked))
  },
  'approve a refund': async (house) => {
    const refund = await house.row('refunds', 'requested')
    return await house.laku.as(sinta, (work) => approveRefund(work, { refund }))
  },
  'send refunds': async (house) => {
    house.refundBook.answer = house.oneOf(['succeeded', 'succeeded', 'pending', 'failed', 'hopeless', 'lost'])
    const ids = [await house.row('refunds', 'approved'), await house.row('refunds', 'submitted', 'failed')]
    return await submitRefunds({ ...house.context, gateway: house.refundBook.gateway }, ids)
  },
  'retry a refund': async (house) => {
    const refund = await house.row('refunds', 'failed', 'submitted')
    return await house.asStaff((work) => retryRefund(work, { refund, wallet: house.random(2) === 0 }))
  },
  goodwill: (house) => {
    const given = { changeIdr: 20_000, kind: 'goodwill', reason: 'sorry' } as const
    return house.asStaff((work) => adjustWallet(work, { userId: house.buyer().id, ...given }))
  },
  'take from a wallet': (house) => {
    const taken = { changeIdr: -15_000, kind: 'correction', reason: 'a mistake' } as const
    return house.laku.as(sinta, (work) => adjustWallet(work, { userId: house.buyer().id, ...taken }))
  },
  withdraw: (house) =>
    house.laku.as(customer(house.buyer()), (work) =>
      requestWithdrawal(work, {
        amountIdr: house.oneOf([5_000, 40_000, 110_000]),
        bank: good,
        otpVerifiedAt: work.now,
      }),
    ),
  'decide a withdrawal': async (house) => {
    const withdrawal = await house.row('withdrawals', 'held')
    const use = house.oneOf([approveWithdrawal, approveWithdrawal, rejectWithdrawal])
    return await house.asStaff((work) => use(work, { withdrawal }))
  },
  'retry a withdrawal': async (house) => {
    const withdrawal = await house.row('withdrawals', 'failed', 'reversed')
    return await house.asStaff((work) => retryWithdrawal(work, { withdrawal }))
  },
  'look at withdrawals': (house) => sweepWithdrawals({ units: house.laku.units, actor: system }),
  'send payouts': async (house) => {
    house.payoutBook.answer = house.oneOf(['succeeded', 'succeeded', 'pending', 'failed', 'lost'])
    const ids = [await house.row('payouts', 'created'), await house.row('payouts', 'created')]
    return await submitPayouts({ ...house.context, payouts: house.payoutBook.gateway }, ids)
  },
  'look at payouts': (house) => sweepPayouts({ ...house.context, payouts: house.payoutBook.gateway }),
  'hear of a payout': async (house) => {
    const { rows } = await sql<{ key: string }>`
      select key from payouts where id = ${await house.row('payouts', 'submitted', 'succeeded')} and provider_payout_id is not null`.execute(
      house.laku.db,
    )
    house.payoutBook.answer = house.oneOf(['succeeded', 'succeeded', 'failed', 'reversed'])
    const said = rows.map(({ key }) => house.payoutBook.say(key))
    return await house.laku.system((work) => applyPayoutAnswers(work, said))
  },
  settle: async (house) => {
    const outcomes = await runSettlements({ ...house.context, actor: sinta }, {})
    for (const { error } of outcomes) if (error) throw error
  },
  'settle again': async (house) => moneyActs.settle?.(house),
  'decide a settlement': async (house) => {
    const settlement = await house.row('settlements', 'calculated', 'on_hold', 'approved')
    const use = house.oneOf([
      approveSettlement,
      approveSettlement,
      holdSettlement,
      releaseSettlement,
      voidSettlement,
    ])
    return await house.laku.as(budi, (work) => use(work, { settlement, reason: 'a storm' }))
  },
  'pay a settlement': async (house) => {
    const settlement = await house.row('settlements', 'approved')
    return await house.laku.as(budi, (work) => paySettlement(work, { settlement }))
  },
  'retry a settlement': async (house) => {
    const settlement = await house.row('settlements', 'failed', 'reversed')
    return await house.laku.as(budi, (work) => retrySettlement(work, { settlement }))
  },
  'write snapshots': (house) =>
    takeSnapshots({ units: house.laku.units, actor: { kind: 'system', name: 'storm' } }),
}
