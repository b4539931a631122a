import { sql } from 'kysely'
import { takeSnapshots } from '../../src/domain/ledger/index.ts'
import {
  applyQuarantined,
  approveRefund,
  confirmInvoices,
  createRefund,
  expirePayments,
  openInvoice,
  recordChargeback,
  refundQuarantined,
  sweepPayments,
} from '../../src/domain/payment/index.ts'
import { runSettlements } from '../../src/domain/settlement/index.ts'
import { adjustWallet } from '../../src/domain/wallet/index.ts'
import { needsAnother } from '../chargebacks.ts'
import { NOTHING } from '../outside/acts.ts'
import type { Person } from '../outside/people.ts'
import { payInvoice } from '../outside/shop-acts.ts'
import { sinta } from '../settlements.ts'
import type { Acts } from './acts.ts'
import type { House } from './house.ts'

const open = ['pending', 'expired', 'review'] as const
/** The amount that a buyer pays too much (IDR). */
const MORE_IDR = 7_000

/**
 * Opens the link of a payment in one of these states and pays its invoice. A quarter of the invoices are paid
 * with a wrong amount, and a payment that is paid already is paid a second time.
 */
async function pay(house: House, ...statuses: string[]): Promise<unknown> {
  const { laku, world } = house
  const { rows } = await sql<{ id: string; code: string; userId: string; invoiceIdr: number }>`
    select id, code, user_id, amount_idr - wallet_idr as invoice_idr from payments
    where id = ${await house.row('payments', ...statuses)} and method = 'invoice'`.execute(laku.db)
  const [payment] = rows
  if (!payment) return NOTHING
  const { id, code, invoiceIdr: amountIdr } = payment
  await openInvoice(world.context, code)
  const made = await world.gateway.findInvoices(code)
  // A call whose answer was lost may have made a second invoice.
  const another = { externalId: code, amountIdr, expiresInS: 3_600, description: 'Laku', payer: {} }
  const unpaid =
    made.find(({ status }) => status !== 'PAID') ??
    (made.length > 0 ? await world.gateway.createInvoice(another) : undefined)
  if (!unpaid) return NOTHING
  const isWrong = house.random(4) === 0
  const paid = { channel: house.oneOf(['BCA', 'DANA']), ...(isWrong && { amount: amountIdr + MORE_IDR }) }
  const by = world.person(payment.userId) as Person
  await payInvoice(world, by, { id, code, invoiceId: unpaid.id }, paid)
  return undefined
}

export const moneyActs: Acts = {
  'pay an invoice': (house) => pay(house, ...open),
  'pay more': (house) => pay(house, 'pending'),
  'pay still more': (house) => pay(house, 'pending'),
  'pay again': (house) => pay(house),
  expire: async (house) => {
    const payment = await house.row('payments', 'pending')
    return await house.laku.system((work) => expirePayments(work, [payment]))
  },
  'look at payments': ({ world }) => sweepPayments(world.context),
  /** The provider reports a state or an amount of an invoice that contradicts what it reported before. */
  'contradict of an invoice': async (house) => {
    const { world, laku } = house
    const payment = house.oneOf(world.payments)
    if (!payment) return NOTHING
    const read = await world.gateway.getInvoice(payment.invoiceId)
    const told = house.oneOf([
      { ...read, status: 'EXPIRED' as const },
      { ...read, status: 'PENDING' as const },
      { ...read, paidAmountIdr: (read.paidAmountIdr ?? read.amountIdr) + MORE_IDR },
    ])
    const calledPaid = new Set(house.random(2) === 0 ? [read.id] : [])
    return await laku.system((work) => confirmInvoices(work, [told], calledPaid))
  },
  'charge back': async (house) => {
    const { world, laku } = house
    const payment = house.oneOf(world.payments)
    if (!payment) return NOTHING
    const { id: paymentId, invoiceId } = payment
    const amountIdr = 20_000
    const about = { type: 'CHARGEBACK', of: invoiceId, amount: amountIdr }
    const { id: transactionId } = await world.control<{ id: string }>('POST', '/transactions', about)
    const isAnother = await needsAnother(laku, paymentId, amountIdr)
    const told = { transactionId, amountIdr, isAnother }
    return await laku.as(sinta, (work) => recordChargeback(work, { paymentId, ...told }))
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
  'take from a wallet': (house) => {
    const taken = { changeIdr: -15_000, kind: 'correction', reason: 'a mistake' } as const
    return house.laku.as(sinta, (work) => adjustWallet(work, { userId: house.buyer().id, ...taken }))
  },
  'settle all': async (house) => {
    const outcomes = await runSettlements({ ...house.context, actor: sinta }, {})
    for (const { error } of outcomes) if (error) throw error
  },
  'settle all again': async (house) => moneyActs['settle all']?.(house),
  'write snapshots': (house) =>
    takeSnapshots({ unitOfWork: house.laku.unitOfWork, actor: { kind: 'system', name: 'storm' } }),
}
