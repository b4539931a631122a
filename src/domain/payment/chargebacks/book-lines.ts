import { sql } from 'kysely'
import { inSql, type Rupiah, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import { lockPayments } from '../payments/lock.ts'
import { type Booked, MAX_CORRECTIONS, movedIdr } from '../reconciliation/booked-sums.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { type QuarantineStatus, receivedStates } from '../transitions.ts'
import { addChargedBack, correctionKey, lossOf, recordChargebacks, takesTooMuch } from './book.ts'
import { bookWonDispute } from './book-won-dispute.ts'
import { takeFromQuarantine } from './take-from-quarantine.ts'

interface Matched {
  /** The id of the chargeback's line in Xendit's transaction list. */
  id: string
  paymentId: string | null
  quarantineId: string | null
  /**
   * The status of the quarantined money (which matches no payment) that the chargeback reduces. Null if the
   * chargeback reduces no such money.
   */
  status: QuarantineStatus | null
  userId: string | null
  /**
   * True if the charged-back money was in quarantine (it matched no payment) and was already given away: to a
   * wallet, or back to its payer.
   */
  isGiven: boolean
}

const nowhere: Omit<Matched, 'id'> = {
  paymentId: null,
  quarantineId: null,
  status: null,
  userId: null,
  isGiven: false,
}

/**
 * Posts chargeback lines of Xendit's transaction list: sums that card issuers took back, sums returned after
 * a won dispute, and corrections. A line of an unknown payment goes into the suspense account (unexplained
 * money). Returns the number of new losses.
 */
export async function bookChargebackLines(
  work: Work,
  lines: readonly GatewayTransaction[],
  booked: ReadonlyMap<string, Booked>,
): Promise<number> {
  if (lines.length === 0) return 0
  const matches = new Map((await matchLines(work, lines)).map((matchLine) => [matchLine.id, matchLine]))
  await lockPayments(
    work.tx,
    [...matches.values()].flatMap((match) => match.paymentId ?? []),
  )
  let fresh = 0
  // The oldest line is posted first, because a chargeback must be posted before the won dispute that returns
  // its sum. Xendit lists the newest lines first.
  for (const line of lines.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const ours = booked.get(line.id)?.amountIdr ?? 0
    const theirs = movedIdr(line) ?? ours
    const match = matches.get(line.id) ?? { id: line.id, ...nowhere }
    if (ours !== 0 || theirs === 0)
      await correct(work, line, { changeIdr: theirs - ours, userId: match.userId })
    else if (theirs > 0) await bookWonDispute(work, line, match)
    else fresh += await lose(work, line, match)
  }
  return fresh
}

/**
 * Finds the payment or quarantined money that each chargeback line is about. The line may name it in three
 * ways: by the id of its invoice, by Xendit's id of the payment or of its request, or by laku's reference.
 * Staff may have applied the money of one payment to a second payment. Then both have Xendit's id of the
 * payment, but only the second has the invoice.
 */
async function matchLines(work: Work, lines: readonly GatewayTransaction[]): Promise<Matched[]> {
  const found: Matched[] = []
  for (const { id, productId, paymentLinkId, referenceId } of lines) {
    const ids = [paymentLinkId, productId].flatMap((value) => value ?? [])
    const { rows } = await sql<Omit<Matched, 'id'>>`
      select q.payment_id, q.id as quarantine_id, q.status, p.user_id, exists (
        select from ledger_transactions t where t.key = 'quarantine:' || q.id || ':applied'
        union all select from refunds r where r.quarantine_id = q.id) as is_given
      from quarantined_money q left join payments p on p.id = q.payment_id
      where (q.provider_invoice_id = any(${ids}) or q.provider_payment_id = ${productId} or q.provider_payment_request_id = ${productId}
        or (p.code = ${referenceId} and q.kind = 'wrong_amount' and p.status = 'review'))
        -- Staff applied the money to a payment, maybe of another buyer. Then the chargeback is of that payment.
        and not exists (
          select from payments y where y.provider_invoice_id = q.provider_invoice_id and y.status in ${inSql(receivedStates)}
            and q.status = 'applied' and not exists (
              select from ledger_transactions t where t.key = 'quarantine:' || q.id || ':applied'))
      union all (
        select p.id, null, null, p.user_id, false from payments p
        where p.provider_invoice_id = any(${ids}) or p.provider_payment_id = ${productId} or p.provider_payment_request_id = ${productId}
          or p.code = ${referenceId}
        order by coalesce(p.provider_invoice_id = any(${ids}), false) desc, p.provider_invoice_id is not null desc, p.id
      )
      limit 1`.execute(work.tx)
    found.push({ id, ...(rows[0] ?? nowhere) })
  }
  return found
}

async function lose(work: Work, line: GatewayTransaction, match: Matched): Promise<number> {
  const { id, amountIdr, referenceId, productId } = line
  const { quarantineId, paymentId, userId } = match
  if (quarantineId && (await wasTold(work, line, quarantineId))) return 0
  if (quarantineId && match.status === 'waiting') {
    await takeFromQuarantine(work, { quarantineId, transactionId: id, amountIdr, isLine: true })
    return 1
  }
  if (paymentId && !match.isGiven)
    return await recordChargebacks(work, [{ transactionId: id, paymentId, amountIdr }])
  await putIntoSuspense(work, {
    key: `line:${id}:0`,
    code: id,
    kind: 'chargeback',
    subjectId: quarantineId,
    providerId: id,
    amountIdr,
    userId,
    why: match.isGiven
      ? 'money that was given out of quarantine was charged back, so its receiver has it twice'
      : `money was charged back, but laku knows no payment for it (${referenceId ?? productId ?? 'no reference'})`,
  })
  return 0
}

/**
 * Links a chargeback line to the chargeback of quarantined money that staff reported earlier: to the first
 * one, if staff reported several of the same amount. Returns false if staff reported none.
 */
async function wasTold(
  work: Work,
  { id, amountIdr }: GatewayTransaction,
  quarantineId: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update chargebacks set provider_transaction_id = ${id}
    where id = (select id from chargebacks
      where quarantine_id = ${quarantineId}::uuid and provider_transaction_id is null and amount_idr = ${amountIdr}
      order by id limit 1)`.execute(work.tx)
  return numAffectedRows === 1n
}

interface Corrected {
  id: string
  ledgerKey: string
  paymentId: string | null
  quarantineId: string | null
  /** The part of the chargeback that was not won back. */
  leftIdr: Rupiah
  corrections: number
}

/**
 * Posts Xendit's change to a chargeback line that laku has already posted: the line was reversed, or its
 * amount changed.
 */
async function correct(
  work: Work,
  line: GatewayTransaction,
  { changeIdr, userId }: { changeIdr: Rupiah; userId: string | null },
): Promise<void> {
  if (changeIdr === 0) return
  const { rows } = await sql<Corrected>`
    select id, ledger_key, payment_id, quarantine_id, amount_idr - won_idr as left_idr, corrections from chargebacks
    where provider_transaction_id = ${line.id} for no key update`.execute(work.tx)
  const [row] = rows
  const isOfPayment = row?.paymentId && !row.quarantineId && row.corrections < MAX_CORRECTIONS - 1
  const payment = row?.paymentId
    ? (await lockPayments(work.tx, [row.paymentId])).get(row.paymentId)
    : undefined
  const isTooMuch = payment !== undefined && changeIdr < 0 && takesTooMuch(payment, -changeIdr)
  if (!isOfPayment || isTooMuch || row.leftIdr - changeIdr < 0) {
    const { rows: before } = await sql<{ n: number; code: string | null }>`
      select count(*)::int as n, max(code) as code from suspense_items where provider_id = ${line.id}`.execute(
      work.tx,
    )
    await putIntoSuspense(work, {
      key: `line:${line.id}:${before[0]?.n ?? 0}`,
      code: before[0]?.code ?? line.id,
      kind: 'chargeback',
      providerId: line.id,
      amountIdr: -changeIdr,
      userId,
      why: 'the provider corrected a chargeback',
    })
    return
  }
  const key = correctionKey(row.ledgerKey, row.corrections)
  await sql`
    update chargebacks set amount_idr = amount_idr - ${changeIdr}, corrections = corrections + 1 where id = ${row.id}`.execute(
    work.tx,
  )
  await post(work, [lossOf(key, row.paymentId, -changeIdr)])
  await addChargedBack(work, [{ paymentId: row.paymentId, amountIdr: -changeIdr }])
}
