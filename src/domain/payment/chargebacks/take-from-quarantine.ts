import { sql } from 'kysely'
import { insertRows, moveState, newId, type Rupiah, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'
import { paymentErrors } from '../errors.ts'
import { endReview } from '../suspense/end-review.ts'
import { lockQuarantined } from '../suspense/lock.ts'
import { quarantineMachine } from '../transitions.ts'
import { chargebackKey } from './book.ts'
import { suspendChargeback } from './suspend.ts'

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

/** The quarantined money that a chargeback line names. */
interface NamedQuarantine {
  quarantineId: string
  /** The sum that still waits in quarantine; 0 if the money was given out or charged back before. */
  waitingIdr: Rupiah
  /** True if the money was given away: to a wallet, or back to its payer. */
  isGiven: boolean
  /** The buyer of the payment for which the money came, and the payment's code. */
  userId: string | null
  code: string | null
}

/**
 * Locks quarantined money and reads what is left of it, because staff or another line may have reduced it
 * since the line was matched. The caller has locked its payment.
 */
export async function lockNamed(work: Work, quarantineId: string): Promise<NamedQuarantine> {
  const { rows } = await sql<NamedQuarantine>`
    select q.id as quarantine_id, case q.status when 'waiting' then q.amount_idr - q.charged_back_idr else 0 end as waiting_idr,
      exists (
        select from ledger_transactions t where t.key = 'quarantine:' || q.id || ':applied'
        union all select from refunds r where r.quarantine_id = q.id) as is_given, p.user_id, p.code
    from quarantined_money q left join payments p on p.id = q.payment_id
    where q.id = ${quarantineId}::uuid for no key update of q`.execute(work.tx)
  const [named] = rows
  if (!named) throw paymentErrors.not_in_quarantine({ id: quarantineId })
  return named
}

/** Puts a chargeback line into suspense, because it is of more quarantined money than still waits. */
export async function suspendQuarantined(
  work: Work,
  { transactionId, amountIdr }: Pick<TakenFromQuarantine, 'transactionId' | 'amountIdr'>,
  { quarantineId: subjectId, userId, isGiven, code }: NamedQuarantine,
): Promise<void> {
  const money = { transactionId, amountIdr, userId, subjectId }
  await suspendChargeback(work, money, isGiven ? 'given' : 'too_much', code ?? undefined)
}
