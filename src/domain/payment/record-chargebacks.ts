import { sql } from 'kysely'
import { asRecords, newId, type Rupiah, requireStaff, rupiah, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'
import { paymentErrors } from './errors.ts'
import { lockPayments } from './lock-payments.ts'

export interface Chargeback {
  /** The provider's id: the key under which it is booked once. */
  transactionId: string
  /** Nothing where it is of no payment of ours. */
  paymentId: string | null
  amountIdr: Rupiah
}

export const chargebackKey = (transactionId: string) => `chargeback:${transactionId}`

/**
 * Books what card issuers took back, once each: the company's loss, for the goods are on their way and the factory is not to blame. The
 * payment is marked and a person is told; nothing else is undone by itself. Returns how many are new.
 */
export async function recordChargebacks(work: Work, chargebacks: readonly Chargeback[]): Promise<number> {
  if (chargebacks.length === 0) return 0
  const payments = await lockPayments(
    work.tx,
    chargebacks.flatMap((one) => one.paymentId ?? []),
  )
  const posted = await post(
    work,
    chargebacks.map(({ transactionId, paymentId, amountIdr }) => ({
      key: chargebackKey(transactionId),
      kind: 'payment.charged_back',
      subject: paymentId ? ['payment', paymentId] : ['provider_transaction', newId()],
      entries: [debit('chargeback-loss', amountIdr), credit('gateway', amountIdr)],
    })),
  )
  const fresh = chargebacks.filter((one) => posted.has(chargebackKey(one.transactionId)))
  const rows = fresh.flatMap(({ paymentId: id, amountIdr }) => (id ? [{ id, amountIdr }] : []))
  await sql`
    update payments p set charged_back_idr = p.charged_back_idr + c.amount_idr
    from (
      select id, sum(amount_idr) as amount_idr from jsonb_to_recordset(${asRecords(rows)}::jsonb) as r(id uuid, amount_idr bigint) group by id
    ) c
    where p.id = c.id`.execute(work.tx)
  for (const { transactionId, paymentId, amountIdr } of fresh) {
    const payment = payments.get(paymentId ?? '')
    work.raise({
      kind: 'payment_charged_back',
      subject: payment ? ['payment', payment.id] : ['provider_transaction', transactionId],
      message: payment
        ? `${payment.code} was charged back: look at its order before it is sent`
        : 'money was charged back that is of no payment of ours',
      command: payment ? `laku payments show ${payment.code}` : 'laku payments reconcile',
      details: { transactionId, amountIdr },
    })
  }
  return fresh.length
}

/**
 * Staff book a chargeback that the provider told them of by another way than its book.
 * @throws payment.not_refundable, payment.not_found, ledger.key_reused, kernel.forbidden
 */
export async function recordChargeback(
  work: Work,
  { transactionId, paymentId, amountIdr }: Chargeback & { paymentId: string },
): Promise<{ paymentId: string; transactionId: string; amountIdr: Rupiah; fresh: boolean }> {
  requireStaff(work.actor, 'finance')
  const payment = (await lockPayments(work.tx, [paymentId])).get(paymentId)
  if (!payment) throw paymentErrors.not_found({ paymentId })
  const isOpen = payment.method === 'invoice' && payment.paidAt !== null && rupiah(amountIdr) > 0
  if (!isOpen || amountIdr > payment.amountIdr) {
    throw paymentErrors.not_refundable({ code: payment.code, status: payment.status, amountIdr })
  }
  const fresh = (await recordChargebacks(work, [{ transactionId, paymentId, amountIdr }])) === 1
  if (fresh) {
    const after = { transactionId, amountIdr }
    work.audit({ command: 'payments chargeback', subject: ['payment', paymentId], after })
  }
  return { paymentId, transactionId, amountIdr, fresh }
}
