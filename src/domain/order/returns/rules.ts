import { type Rupiah, rupiah } from '../../kernel/index.ts'

export const returnReasons = [
  'damaged',
  'defective',
  'wrong_item',
  'not_as_described',
  'changed_mind',
  'other',
] as const

export type ReturnReason = (typeof returnReasons)[number]

const ourFault: ReadonlySet<ReturnReason> = new Set([
  'damaged',
  'defective',
  'wrong_item',
  'not_as_described',
])

/**
 * Returns true if the shipping fee is refunded as well: the fault is ours, and the buyer returned everything.
 * A buyer who changed their mind, or who keeps a part, still had the parcel delivered.
 */
export function refundsShipping(reason: ReturnReason, allCameBack: boolean): boolean {
  return ourFault.has(reason) && allCameBack
}

/**
 * A sold order item whose money was earned or released, with the number of pieces returned before and the
 * money left.
 */
export interface SoldPieces {
  quantity: number
  /** The factory's share and the commission together, less the refunds taken out of them. */
  goodsIdr: Rupiah
  commissionIdr: Rupiah
  returnedQuantity: number
}

/**
 * Returns the money that returning `quantity` more pieces of an item gives back: goods money, and the
 * commission within it. The share is in proportion to the pieces that are left and rounded down. So the last
 * pieces take the remainder, and neither the factory nor the commission gives back more than it has.
 */
export function shareBack(sold: SoldPieces, quantity: number): { goodsIdr: Rupiah; commissionIdr: Rupiah } {
  const left = sold.quantity - sold.returnedQuantity
  if (quantity < 1 || quantity > left) throw new RangeError(`${quantity} pieces of ${left}`)
  const part = (amountIdr: Rupiah) => Number((BigInt(rupiah(amountIdr)) * BigInt(quantity)) / BigInt(left))
  return { goodsIdr: part(sold.goodsIdr), commissionIdr: part(sold.commissionIdr) }
}
