import type { Rupiah } from '../kernel/index.ts'

/** What is still with a factory and in the commission of a sold item, after what was refunded of it before. */
export interface PostedShare {
  orderItemId: string
  factoryId: string
  factoryIdr: Rupiah
  commissionIdr: Rupiah
}

export interface RefundShares {
  items: PostedShare[]
  /** Beyond the goods: the shipping fee, which the courier has; the company takes it on. */
  companyIdr: Rupiah
}

const part = (amountIdr: Rupiah, of: Rupiah, whole: Rupiah) =>
  whole === 0 ? 0 : Number((BigInt(amountIdr) * BigInt(of)) / BigInt(whole))

/**
 * Whose money a refund of so much is, once its goods are paid out: of each item in proportion to what is still there of it, the factory's
 * share and the commission alike, rounded down; the last item takes the remainder, and so does the last refund. Rupiah.
 */
export function refundShares(posted: readonly PostedShare[], amountIdr: Rupiah): RefundShares {
  const sold = posted.filter((one) => one.factoryIdr + one.commissionIdr > 0)
  const goodsIdr = sold.reduce((sum, one) => sum + one.factoryIdr + one.commissionIdr, 0)
  const takenIdr = Math.min(amountIdr, goodsIdr)
  let leftIdr = takenIdr
  const items = sold.map((one, i) => {
    const wholeIdr = one.factoryIdr + one.commissionIdr
    const isLast = i === sold.length - 1
    const shareIdr = isLast ? leftIdr : part(takenIdr, wholeIdr, goodsIdr)
    leftIdr -= shareIdr
    const commissionIdr = part(shareIdr, one.commissionIdr, wholeIdr)
    return { ...one, factoryIdr: shareIdr - commissionIdr, commissionIdr }
  })
  return { items, companyIdr: amountIdr - takenIdr }
}
