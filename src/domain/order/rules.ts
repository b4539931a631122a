import { basisPoints, type Rupiah, rupiah, sumIdr } from '../kernel/index.ts'

export interface SoldItem {
  id: string
  factoryId: string
  /** The item's total price: quantity x unit price. */
  totalIdr: Rupiah
  commissionBps: number
}

export interface Shares {
  items: { orderItemId: string; factoryId: string; goodsIdr: Rupiah; commissionIdr: Rupiah }[]
  shippingIdr: Rupiah
}

/**
 * Splits an order's money when it is earned: the price of each item, with the commission in it (rounded
 * down), and the shipping fee. If earlier refunds left less money than the order's price, the items get less
 * in proportion. The shipping fee gets less only after the items have nothing left.
 */
export function sharesOf(items: readonly SoldItem[], fees: { shippingIdr: Rupiah; heldIdr: Rupiah }): Shares {
  const goodsIdr = sumIdr(items.map((item) => item.totalIdr))
  const lackingIdr = Math.max(0, goodsIdr + fees.shippingIdr - fees.heldIdr)
  const fromGoodsIdr = Math.min(goodsIdr, lackingIdr)
  const lacks = partsOf(
    fromGoodsIdr,
    items.map((item) => item.totalIdr),
  )
  return {
    items: items.map(({ id, factoryId, totalIdr, commissionBps }, i) => {
      const leftIdr = rupiah(totalIdr - (lacks[i] as Rupiah))
      return {
        orderItemId: id,
        factoryId,
        goodsIdr: leftIdr,
        commissionIdr: basisPoints(leftIdr, commissionBps),
      }
    }),
    shippingIdr: rupiah(fees.shippingIdr - (lackingIdr - fromGoodsIdr)),
  }
}

/**
 * Splits an amount in proportion to the weights. Each part is rounded down, and the last part gets the
 * remainder.
 */
function partsOf(amountIdr: Rupiah, weights: readonly number[]): Rupiah[] {
  const whole = BigInt(sumIdr(weights))
  let left = amountIdr
  return weights.map((weight, i) => {
    const part =
      i === weights.length - 1 ? left : Number((BigInt(amountIdr) * BigInt(weight)) / (whole || 1n))
    left -= part
    return part
  })
}
