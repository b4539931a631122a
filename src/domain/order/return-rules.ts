import { type Rupiah, rupiah } from '../kernel/index.ts'

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
 * Whether the shipping fee goes back as well: where the fault is ours, and nothing of the order stays with its buyer. Who changed
 * their mind has had the parcel brought to them, and who keeps a part too.
 */
export function refundsShipping(reason: ReturnReason, allCameBack: boolean): boolean {
  return ourFault.has(reason) && allCameBack
}

/** An order item as it was earned or released, and what of it came back before. */
export interface SoldPieces {
  quantity: number
  /** As posted: the factory's share and the commission together. */
  goodsIdr: Rupiah
  commissionIdr: Rupiah
  returnedQuantity: number
}

/**
 * What so many more pieces give back of an item's goods, and of the commission within them: in proportion and rounded down, so
 * that the last pieces take the remainder and all of them together exactly what was posted.
 */
export function shareBack(sold: SoldPieces, quantity: number): { goodsIdr: Rupiah; commissionIdr: Rupiah } {
  const before = sold.returnedQuantity
  const after = before + quantity
  if (quantity < 1 || after > sold.quantity)
    throw new RangeError(`${quantity} pieces of ${sold.quantity - before}`)
  const upTo = (amountIdr: Rupiah, pieces: number) =>
    Number((BigInt(rupiah(amountIdr)) * BigInt(pieces)) / BigInt(sold.quantity))
  return {
    goodsIdr: upTo(sold.goodsIdr, after) - upTo(sold.goodsIdr, before),
    commissionIdr: upTo(sold.commissionIdr, after) - upTo(sold.commissionIdr, before),
  }
}
