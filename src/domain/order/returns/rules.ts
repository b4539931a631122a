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
 * Returns true if a return also refunds the shipping fee: the fault is ours, and the buyer returned
 * everything. In any other case the fee is kept, because the buyer did get a parcel delivered.
 */
export function refundsShipping(reason: ReturnReason, allCameBack: boolean): boolean {
  return ourFault.has(reason) && allCameBack
}

/**
 * A sold order item, whose money was posted as its factory's share and the commission. The fields say how
 * many pieces were returned before, and how much money is left after those returns.
 */
export interface SoldPieces {
  quantity: number
  /**
   * The factory's share and the commission for this item together, less the refunds that were taken out of
   * them.
   */
  goodsIdr: Rupiah
  commissionIdr: Rupiah
  returnedQuantity: number
}

/**
 * Returns the money that is taken back from the factory's share and the commission if `quantity` more pieces
 * of an item are returned. The amount is in proportion to the pieces not returned yet, rounded down. So the
 * last piece gets the remainder, and never more is taken back than is left.
 */
export function shareBack(sold: SoldPieces, quantity: number): { goodsIdr: Rupiah; commissionIdr: Rupiah } {
  const left = sold.quantity - sold.returnedQuantity
  if (quantity < 1 || quantity > left) throw new RangeError(`${quantity} pieces of ${left}`)
  const part = (amountIdr: Rupiah) => Number((BigInt(rupiah(amountIdr)) * BigInt(quantity)) / BigInt(left))
  return { goodsIdr: part(sold.goodsIdr), commissionIdr: part(sold.commissionIdr) }
}
