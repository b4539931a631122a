import { sql } from 'kysely'
import { inSql, insertRows, type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { waitingSuspenseStates } from '../../suspense/index.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { addChargedBack, lossOf, takeInTurn } from './book.ts'
import { suspendChargeback } from './suspend.ts'

/** A chargeback of a payment, with the sum that is not won back yet. */
interface LostChargeback {
  id: string
  leftIdr: Rupiah
}

interface Win {
  chargebackId: string
  amountIdr: Rupiah
}

/** The payment of a won dispute, and its buyer; both null if laku knows no payment for the line. */
interface Won {
  paymentId: string | null
  userId: string | null
}

/**
 * Posts a won dispute: the losses of the payment's chargebacks shrink by the sum that the card issuer
 * returned. Money that laku withheld from the buyer because of the chargebacks is then the buyer's again. One
 * line may bring several chargebacks back. What exceeds the booked ones clears chargebacks of this payment
 * that lie in suspense. The rest goes into suspense, where staff split and assign it.
 */
export async function bookWonDispute(
  work: Work,
  { id: lineId, amountIdr }: GatewayTransaction,
  { paymentId, userId }: Won,
): Promise<void> {
  const wins = paymentId ? winsOf(await lostOf(work, paymentId), amountIdr) : []
  const wonIdr = sumIdr(wins.map((win) => win.amountIdr))
  if (paymentId && wonIdr > 0) await bookWins(work, lineId, paymentId, wins)
  const restIdr = amountIdr - wonIdr
  const leftIdr = restIdr > 0 && paymentId ? await clearSuspended(work, lineId, paymentId, restIdr) : restIdr
  if (leftIdr === 0) return
  const money = { transactionId: lineId, amountIdr: -leftIdr, userId, subjectId: paymentId }
  await suspendChargeback(work, money, wonIdr > 0 ? 'won_more' : 'no_chargeback')
}

/** Locks the chargebacks of a payment that are not won back in full, oldest first. */
async function lostOf({ tx }: Work, paymentId: string): Promise<LostChargeback[]> {
  const { rows } = await sql<LostChargeback>`
    select id, amount_idr - won_idr as left_idr from chargebacks
    where payment_id = ${paymentId}::uuid and amount_idr > won_idr order by id for no key update`.execute(tx)
  return rows
}

/**
 * Says which chargebacks of one payment a returned sum brings back: one of exactly this sum, or else the
 * oldest first.
 */
function winsOf(lost: readonly LostChargeback[], amountIdr: Rupiah): Win[] {
  const same = lost.find((chargeback) => chargeback.leftIdr === amountIdr)
  return takeInTurn(same ? [same] : lost, amountIdr).map(({ id, partIdr }) => ({
    chargebackId: id,
    amountIdr: partIdr,
  }))
}

async function bookWins(work: Work, lineId: string, paymentId: string, wins: readonly Win[]): Promise<void> {
  const rows = wins.map((win, nth) => ({
    ledgerKey: `chargeback-won:${lineId}${nth === 0 ? '' : `:${nth + 1}`}`,
    lineId,
    ...win,
  }))
  await insertRows(work.tx, 'chargebackWins', rows)
  await sql`
    update chargebacks c set won_idr = c.won_idr + w.amount_idr from chargeback_wins w
    where w.line_id = ${lineId} and c.id = w.chargeback_id`.execute(work.tx)
  await post(
    work,
    rows.map(({ ledgerKey, amountIdr }) => lossOf(ledgerKey, paymentId, -amountIdr)),
  )
  await addChargedBack(
    work,
    rows.map(({ amountIdr }) => ({ paymentId, amountIdr: -amountIdr })),
  )
}

/**
 * Clears chargebacks of this payment that lie in suspense, because more was charged back than was paid. Only
 * whole ones are cleared, oldest first. Returns the sum that is left.
 */
async function clearSuspended(
  work: Work,
  transactionId: string,
  paymentId: string,
  amountIdr: Rupiah,
): Promise<Rupiah> {
  const { rows } = await sql<{ code: string; amountIdr: Rupiah; userId: string | null }>`
    select code, amount_idr, user_id from suspense_items
    where kind = 'chargeback' and subject_id = ${paymentId}::uuid and amount_idr > 0 and account = 'gateway'
      and status in ${inSql(waitingSuspenseStates)}
    order by id`.execute(work.tx)
  let leftIdr = amountIdr
  for (const { code, amountIdr: itemIdr, userId } of rows) {
    if (itemIdr > leftIdr) continue
    await suspendChargeback(
      work,
      { transactionId, amountIdr: -itemIdr, userId, subjectId: paymentId, code },
      'won_back',
    )
    leftIdr -= itemIdr
  }
  return leftIdr
}
