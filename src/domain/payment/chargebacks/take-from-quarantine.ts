import { sql } from 'kysely'
import { insertRows, moveState, newId, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { paymentErrors } from '../errors.ts'
import { endReview } from '../suspense/end-review.ts'
import { lockQuarantined } from '../suspense/lock.ts'
import { quarantineMachine } from '../transitions.ts'
import { chargebackKey } from './book.ts'

export interface TakenFromQuarantine {
  quarantineId: string
  /** Xendit's id of the chargeback of quarantined money (which matches no payment). */
  transactionId: string
  amountIdr: Rupiah
}

/**
 * Reduces quarantined money (such as a wrong amount) by the sum that a card issuer took back, so that nobody
 * is given that sum. A payment may be in review because of this money. Once nothing of the money is left,
 * that payment ends as refunded.
 * @throws payment.not_in_quarantine, quarantine_decided, not_refundable where more is taken back than waits
 */
export async function reduceQuarantined(
  work: Work,
  { quarantineId, transactionId, amountIdr }: TakenFromQuarantine,
): Promise<{ paymentId: string | null }> {
  const { unapplied, payments } = await lockQuarantined(work, quarantineId)
  if (amountIdr > unapplied.amountIdr)
    throw paymentErrors.not_refundable({ id: quarantineId, amountIdr, waitingIdr: unapplied.amountIdr })
  await sql`
    update quarantined_money set charged_back_idr = charged_back_idr + ${amountIdr} where id = ${quarantineId}::uuid`.execute(
    work.tx,
  )
  if (amountIdr === unapplied.amountIdr) {
    await moveState(work, quarantineMachine, {
      to: 'charged_back',
      ids: [quarantineId],
      set: { decidedBy: 'provider', decidedAt: work.now },
    })
    await endReview(work, unapplied, payments.get(unapplied.paymentId ?? ''), 'refunded')
  }
  work.requestAttention({
    kind: 'payment_charged_back',
    subject: unapplied.paymentId ? ['payment', unapplied.paymentId] : ['provider_transaction', transactionId],
    message:
      'Money in quarantine was charged back, so it cannot be applied or refunded any more. Check that nobody was promised it.',
    command: 'laku payments quarantine list --all',
    details: { quarantineId, transactionId, amountIdr },
  })
  return { paymentId: unapplied.paymentId }
}

/**
 * Reduces quarantined money as `reduceQuarantined` does, and posts that the sum has left laku's Xendit
 * account. `isLine` is true if the id is that of a line in Xendit's transaction list.
 */
export async function takeFromQuarantine(
  work: Work,
  taken: TakenFromQuarantine & { isLine: boolean },
): Promise<void> {
  const { quarantineId, transactionId, amountIdr, isLine } = taken
  const { paymentId } = await reduceQuarantined(work, taken)
  const ledgerKey = chargebackKey(transactionId)
  await insertRows(work.tx, 'chargebacks', [
    {
      id: newId(),
      ledgerKey,
      paymentId: null,
      quarantineId,
      amountIdr,
      providerTransactionId: isLine ? transactionId : null,
      createdAt: work.now,
    },
  ])
  await post(work, [
    {
      key: ledgerKey,
      kind: 'quarantine.charged_back',
      subject: paymentId ? ['payment', paymentId] : ['quarantine', quarantineId],
      entries: [debit('quarantine', amountIdr), credit('gateway', amountIdr)],
    },
  ])
}
