import type { Rupiah } from '../../kernel/index.ts'
import { type AccountKey, credit, debit, type Posting } from '../../ledger/index.ts'
import { isCancelledByCourier, isOver, type ShipmentStatus } from '../transitions.ts'

interface ParcelMoney {
  id: string
  /** The shipping fee that the buyer was charged for this parcel. */
  feeIdr: Rupiah
  /** The price that the courier has taken for the parcel so far; null before the parcel was booked. */
  priceIdr: Rupiah | null
  /** The part of the shipping fee that was posted to the account `shipping-margin`; null before that. */
  marginIdr: Rupiah | null
  corrections: number
}

function move(
  id: string,
  what: string,
  kind: string,
  amountIdr: Rupiah,
  [from, to]: [AccountKey, AccountKey],
): Posting[] {
  if (amountIdr === 0) return []
  const [debited, credited] = amountIdr > 0 ? [from, to] : [to, from]
  const entries = [debit(debited, Math.abs(amountIdr)), credit(credited, Math.abs(amountIdr))]
  return [{ key: `shipment:${id}:${what}`, kind, subject: ['shipment', id], entries }]
}

/** Returns the ledger posting for a booked parcel: the courier's price leaves the courier deposit. */
export function bookedPosting(id: string, priceIdr: Rupiah): Posting[] {
  return move(id, 'booked', 'shipment_booked', priceIdr, ['shipping', 'courier-deposit'])
}

/** Returns the ledger posting for a cancelled parcel: the courier's price returns to the courier deposit. */
export function cancellationPosting(id: string, priceIdr: Rupiah): Posting[] {
  return move(id, 'cancelled', 'shipment_cancelled', priceIdr, ['courier-deposit', 'shipping'])
}

/**
 * Returns the ledger postings for a parcel's new state and price, and the values to store with the parcel. If
 * the price changed, the change is posted once. If the parcel is cancelled, its price returns to the courier
 * deposit. When the parcel's journey is over, the margin is posted: the buyer's fee less the price. If the
 * price changes after that, the change of the margin is posted.
 */
export function parcelPostings(
  parcel: ParcelMoney,
  { status, wasCancelled, priceIdr }: { status: ShipmentStatus; wasCancelled: boolean; priceIdr: Rupiah },
): Pick<ParcelMoney, 'priceIdr' | 'marginIdr' | 'corrections'> & { postings: Posting[] } {
  const { id, feeIdr, marginIdr, corrections } = parcel
  const before = parcel.priceIdr ?? 0
  if (isCancelledByCourier(status)) {
    const postings = wasCancelled ? [] : cancellationPosting(id, before)
    return { priceIdr: parcel.priceIdr, marginIdr, corrections, postings }
  }
  const count = corrections + (priceIdr === before ? 0 : 1)
  const corrected = move(id, `corrected:${count}`, 'shipment_price_corrected', priceIdr - before, [
    'shipping',
    'courier-deposit',
  ])
  if (!isOver(status)) return { priceIdr, marginIdr, corrections: count, postings: corrected }
  const leftIdr = feeIdr - priceIdr
  const closed = marginIdr === null ? 'closed' : `closed:${count}`
  const margin = move(id, closed, 'shipment_closed', leftIdr - (marginIdr ?? 0), [
    'shipping',
    'shipping-margin',
  ])
  return { priceIdr, marginIdr: leftIdr, corrections: count, postings: [...corrected, ...margin] }
}
