import { sql } from 'kysely'
import { inSql, type Rupiah, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { waitingSuspenseStates } from '../../suspense/index.ts'
import { lockWallets } from '../../wallet/index.ts'
import { lockPaidThings } from '../escrow/funds.ts'
import { lockPayments } from '../payments/lock.ts'
import { type Booked, bookedOf, MAX_CORRECTIONS, movedIdr } from '../reconciliation/booked-sums.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { type QuarantineStatus, receivedStates } from '../transitions.ts'
import {
  addChargedBack,
  chargebackKey,
  correctChargebacks,
  correctionKey,
  isConfirmed,
  lockChargebacks,
  lossOf,
  recordChargebacks,
  takesTooMuch,
} from './book.ts'
import { bookWonDispute } from './book-won-dispute.ts'
import { linkTold, lockTold, moveToQuarantined } from './follow-told.ts'
import { suspendChargeback } from './suspend.ts'
import { lockNamed, suspendQuarantined, takeFromQuarantine } from './take-from-quarantine.ts'

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
  /** True if the payment's money is confirmed. */
  isReceived: boolean
}

const nowhere: Omit<Matched, 'id'> = {
  paymentId: null,
  quarantineId: null,
  status: null,
  userId: null,
  isReceived: false,
}

interface BookedChargebackLines {
  /** The number of chargebacks that are posted as new losses of the company. */
  fresh: number
  /** The lines of payments whose money is not confirmed yet. They are looked at again later. */
  waiting: GatewayTransaction[]
}

/**
 * Posts chargeback lines of Xendit's transaction list: sums that card issuers took back, sums returned after
 * a won dispute, and corrections. A line of an unknown payment goes into the suspense account (unexplained
 * money). A line of a payment whose money is not confirmed waits, because its money may end in quarantine.
 */
export async function bookChargebackLines(
  work: Work,
  lines: readonly GatewayTransaction[],
  booked: ReadonlyMap<string, Booked>,
): Promise<BookedChargebackLines> {
  const due = await dueAmong(work, lines, booked)
  const result: BookedChargebackLines = { fresh: 0, waiting: [] }
  if (due.length === 0) return result
  // Staff may report the same chargebacks at this moment. So the known chargebacks and the posted sums are
  // read again under the lock.
  await lockChargebacks(
    work,
    due.map((line) => line.id),
  )
  const known = await knownOf(work, due)
  const now = await bookedOf(work.tx, due)
  const matches = new Map((await matchLines(work, due)).map((matchLine) => [matchLine.id, matchLine]))
  await lockFor(work, matches.values(), known.values())
  // The oldest line is posted first, because a chargeback must be posted before the won dispute that returns
  // its sum. Xendit lists the newest lines first.
  for (const line of due.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const ours = now.get(line.id)?.amountIdr ?? 0
    const theirs = movedIdr(line) ?? ours
    const match = matches.get(line.id) ?? { id: line.id, ...nowhere }
    const before = known.get(line.id)
    if (before?.isTold) result.fresh += await followTold(work, line, match, before.id)
    else if (before || ours !== 0 || theirs === 0)
      await correct(work, line, { changeIdr: theirs - ours, match })
    else if (match.paymentId && !match.quarantineId && !match.isReceived) result.waiting.push(line)
    // A chargeback of quarantined money is not booked on the payment, so a won dispute has nothing to give
    // back to the payment.
    else if (theirs > 0)
      await bookWonDispute(work, line, match.quarantineId ? { ...match, paymentId: null } : match)
    else result.fresh += await lose(work, line, match)
  }
  return result
}

/**
 * Returns the lines that differ from laku's ledger, and the lines whose chargeback was reported by staff and
 * is not linked with the line yet.
 */
async function dueAmong(
  work: Work,
  lines: readonly GatewayTransaction[],
  booked: ReadonlyMap<string, Booked>,
): Promise<GatewayTransaction[]> {
  if (lines.length === 0) return []
  const known = await knownOf(work, lines)
  return lines.filter((line) => {
    const theirs = movedIdr(line)
    if (theirs === undefined) return false
    return known.get(line.id)?.isTold === true || theirs !== (booked.get(line.id)?.amountIdr ?? 0)
  })
}

interface KnownLine {
  lineId: string
  id: string
  /** The payment of the chargeback, or the payment for which its quarantined money came. */
  paymentId: string | null
  /** The status of the quarantined money of the chargeback; null if it is not of such money. */
  status: QuarantineStatus | null
  /**
   * True if staff reported the chargeback under the line's id, maybe in another case, and the line is not
   * linked with it yet.
   */
  isTold: boolean
}

/** Returns the chargebacks in laku's ledger that are linked with these lines, or that have their ids. */
async function knownOf(work: Work, lines: readonly GatewayTransaction[]): Promise<Map<string, KnownLine>> {
  const ids = lines.map((line) => line.id)
  const { rows } = await sql<KnownLine>`
    select l.id as line_id, c.id, coalesce(c.payment_id, q.payment_id) as payment_id, q.status,
      c.provider_transaction_id is distinct from l.id and w.line_id is null as is_told
    from unnest(${ids}::text[]) as l(id)
      left join (select distinct on (line_id) line_id, chargeback_id from chargeback_wins where line_id = any(${ids}) order by line_id, ledger_key) w
        on w.line_id = l.id
      join chargebacks c on c.provider_transaction_id = l.id or c.id = w.chargeback_id or c.ledger_key = ${chargebackKey('')} || l.id
        or (c.provider_transaction_id is null and upper(c.ledger_key) = upper(${chargebackKey('')} || l.id))
      left join quarantined_money q on q.id = c.quarantine_id
    order by is_told desc`.execute(work.tx)
  return new Map(rows.map((row) => [row.lineId, row]))
}

/**
 * Posts a line whose chargeback staff reported before under the same id. Laku may have linked another line
 * with that chargeback by mistake. Then the other line is booked as a chargeback of its own, on the money on
 * which the reported chargeback was booked. If the line names quarantined money and staff named a payment,
 * the line counts. Returns the number of new losses.
 */
async function followTold(work: Work, line: GatewayTransaction, match: Matched, id: string): Promise<number> {
  const told = await lockTold(work, id)
  if (!told || told.providerTransactionId === line.id) return 0
  const { providerTransactionId: other, paymentId, quarantineId, amountIdr } = told
  await linkTold(work, told, line.id)
  // Staff may have put the reported chargeback into suspense, because its line was missing. Then its posting
  // counts as 0. So the sum is read again, and not taken from the chargeback's row.
  const ours = (await bookedOf(work.tx, [line])).get(line.id)?.amountIdr ?? 0
  await correct(work, line, { changeIdr: (movedIdr(line) ?? ours) - ours, match })
  const linked = await lockTold(work, id)
  if (linked && match.quarantineId && !linked.quarantineId)
    await moveToQuarantined(work, linked, line.id, match.quarantineId)
  // The reported chargeback has left its payment before the other line is booked there, so the payment has
  // room for that line.
  if (other === null || amountIdr === 0) return 0
  return await lose(work, { ...line, id: other, amountIdr }, { paymentId, quarantineId, userId: null })
}

/**
 * Locks the payments of chargeback lines, and the wallets of their buyers, before the first chargeback or
 * ledger balance is locked. For money in quarantine, the order and the session of its payment are locked too.
 */
async function lockFor(
  work: Work,
  matches: Iterable<Matched>,
  known: Iterable<Pick<Matched, 'paymentId' | 'status'>>,
): Promise<void> {
  const named = [...matches, ...known]
  const payments = await lockPayments(
    work.tx,
    named.flatMap((line) => line.paymentId ?? []),
  )
  const quarantined = named.filter((line) => line.status === 'waiting')
  await lockPaidThings(
    work.tx,
    quarantined.flatMap((line) => payments.get(line.paymentId ?? '') ?? []),
  )
  await lockWallets(
    work,
    [...payments.values()].map((payment) => payment.userId),
  )
}

/**
 * Finds the payment or quarantined money that each chargeback line is about. The line may name it in three
 * ways: by the id of its invoice, by Xendit's id of the payment or of its request, or by laku's reference.
 * Staff may have used the money of one payment to pay another. Then Xendit's id of the payment finds both,
 * but the invoice finds only the payment that got the money. So the invoice counts first.
 */
async function matchLines(work: Work, lines: readonly GatewayTransaction[]): Promise<Matched[]> {
  const found: Matched[] = []
  for (const { id, productId, paymentLinkId, referenceId } of lines) {
    const ids = [paymentLinkId, productId].flatMap((value) => value ?? [])
    const { rows } = await sql<Omit<Matched, 'id'>>`
      select q.payment_id, q.id as quarantine_id, q.status, p.user_id, false as is_received
      from quarantined_money q left join payments p on p.id = q.payment_id
      where (q.provider_invoice_id = any(${ids}) or q.provider_payment_id = ${productId} or q.provider_payment_request_id = ${productId}
        or (p.code = ${referenceId} and q.kind = 'wrong_amount' and not ${isConfirmed}))
        -- Staff applied the money to a payment, maybe of another buyer. Then the chargeback is of that payment.
        and not exists (
          select from payments y where y.provider_invoice_id = q.provider_invoice_id and y.status in ${inSql(receivedStates)}
            and q.status = 'applied' and not exists (
              select from ledger_transactions t where t.key = 'quarantine:' || q.id || ':applied'))
      union all (
        select p.id, null, null, p.user_id, ${isConfirmed} from payments p
        where p.provider_invoice_id = any(${ids}) or p.provider_payment_id = ${productId} or p.provider_payment_request_id = ${productId}
          or p.code = ${referenceId}
        order by coalesce(p.provider_invoice_id = any(${ids}), false) desc, p.provider_invoice_id is not null desc, p.id
      )
      limit 1`.execute(work.tx)
    found.push({ id, ...(rows[0] ?? nowhere) })
  }
  return found
}

async function lose(
  work: Work,
  line: GatewayTransaction,
  { quarantineId, paymentId, userId }: Pick<Matched, 'quarantineId' | 'paymentId' | 'userId'>,
): Promise<number> {
  const { id: transactionId, amountIdr, referenceId, productId } = line
  if (quarantineId) {
    if (await wasTold(work, line, quarantineId)) return 0
    const named = await lockNamed(work, quarantineId)
    if (amountIdr <= named.waitingIdr) {
      await takeFromQuarantine(work, { quarantineId, transactionId, amountIdr, isLine: true })
      return 1
    }
    await suspendQuarantined(work, { transactionId, amountIdr }, named)
    return 0
  }
  if (paymentId) return await recordChargebacks(work, [{ transactionId, paymentId, amountIdr }])
  await suspendChargeback(
    work,
    { transactionId, amountIdr, userId },
    'unknown',
    referenceId ?? productId ?? undefined,
  )
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

/** The suspense item of a chargeback whose posting staff put into suspense, before its line came. */
interface PutChargeback {
  code: string
  amountIdr: Rupiah
  userId: string | null
  /** True if nobody has assigned the item's money yet. */
  isOpen: boolean
}

/**
 * Puts the money of a line into suspense, because staff had put the line's chargeback there while the line
 * was missing. The two sums clear each other, and the loss stays booked once. If the chargeback's sum was
 * assigned already, the line's sum waits for staff. Returns the part of the change that is still to be
 * posted: the line's amount may differ from the reported one.
 */
async function clearPut(
  work: Work,
  line: GatewayTransaction,
  { ledgerKey, paymentId, quarantineId }: Corrected,
  changeIdr: Rupiah,
): Promise<Rupiah> {
  const { rows } = await sql<PutChargeback>`
    select i.code, i.amount_idr, i.user_id, i.status in ${inSql(waitingSuspenseStates)} as is_open
    from suspense_items i
    where i.key = ${`posting:${ledgerKey}`}
      and not exists (select from suspense_items s where s.provider_id = ${line.id} and s.code = i.code)`.execute(
    work.tx,
  )
  const [put] = rows
  if (!put) return changeIdr
  const { code, userId, isOpen } = put
  const amountIdr = isOpen ? -put.amountIdr : -changeIdr
  const subjectId = quarantineId ?? paymentId
  await suspendChargeback(work, { transactionId: line.id, amountIdr, userId, subjectId, code }, 'came_late')
  return changeIdr + amountIdr
}

/**
 * Posts Xendit's change to a chargeback line that laku has already posted: the line was reversed, or its
 * amount changed. Or the line came after staff had put its chargeback into suspense.
 */
async function correct(
  work: Work,
  line: GatewayTransaction,
  { changeIdr: allIdr, match }: { changeIdr: Rupiah; match: Matched },
): Promise<void> {
  if (allIdr === 0) return
  const { rows } = await sql<Corrected>`
    select id, ledger_key, payment_id, quarantine_id, amount_idr - won_idr as left_idr, corrections from chargebacks
    where provider_transaction_id = ${line.id} for no key update`.execute(work.tx)
  const [row] = rows
  const changeIdr = row ? await clearPut(work, line, row, allIdr) : allIdr
  if (changeIdr === 0) return
  const isOfPayment = row?.paymentId && !row.quarantineId && row.corrections < MAX_CORRECTIONS - 1
  const payment = row?.paymentId
    ? (await lockPayments(work.tx, [row.paymentId])).get(row.paymentId)
    : undefined
  const isTooMuch = payment !== undefined && changeIdr < 0 && takesTooMuch(payment, -changeIdr)
  if (!isOfPayment || isTooMuch || row.leftIdr - changeIdr < 0) {
    const { userId, quarantineId, paymentId } = match
    await suspendChargeback(
      work,
      { transactionId: line.id, amountIdr: -changeIdr, userId, subjectId: quarantineId ?? paymentId },
      'corrected',
    )
    return
  }
  const key = correctionKey(row.ledgerKey, row.corrections)
  await correctChargebacks(work, [{ id: row.id, partIdr: changeIdr }])
  await post(work, [lossOf(key, row.paymentId, -changeIdr)])
  await addChargedBack(work, [{ paymentId: row.paymentId, amountIdr: -changeIdr }])
}
