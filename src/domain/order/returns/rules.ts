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
 * Whether the shipping fee goes back as well: where the fault is ours, and nothing of the order stays with
 * its buyer. Who changed their mind has had the parcel brought to them, and who keeps a part too.
 */
export function refundsShipping(reason: ReturnReason, allCameBack: boolean): boolean {
  return ourFault.has(reason) && allCameBack
}

/**
 * An order item that was earned or released, with the pieces returned before and the money left.
 */
export interface SoldPieces {
  quantity: number
  /** The factory's share and the commission together, less what refunds took of them. */
  goodsIdr: Rupiah
  commissionIdr: Rupiah
  returnedQuantity: number
}

/**
 * Returns the part of an item's goods money, and of the commission within it, that returning `quantity` more
 * pieces gives back. The share is in proportion to the pieces that are left and rounded down. So the last
 * pieces take the remainder, and nobody gives back more than they have.
 */
export function shareBack(sold: SoldPieces, quantity: number): { goodsIdr: Rupiah; commissionIdr: Rupiah } {
  const left = sold.quantity - sold.returnedQuantity
  if (quantity < 1 || quantity > left) throw new RangeError(`${quantity} pieces of ${left}`)
  const part = (amountIdr: Rupiah) => Number((BigInt(rupiah(amountIdr)) * BigInt(quantity)) / BigInt(left))
  return { goodsIdr: part(sold.goodsIdr), commissionIdr: part(sold.commissionIdr) }
}
