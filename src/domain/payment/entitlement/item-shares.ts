import { type RawBuilder, sql } from 'kysely'
import { proportion, type Rupiah, type Tx } from '../../kernel/index.ts'

/**
 * The factory's share and the commission that are left of a sold item's price, after earlier refunds and
 * returns of that item.
 */
export interface PostedShare {
  orderItemId: string
  factoryId: string
  factoryIdr: Rupiah
  commissionIdr: Rupiah
}

export interface ItemShares {
  items: PostedShare[]
  /**
   * The part of a refund that exceeds the price of the goods: the shipping fee. The company pays it, because
   * the courier keeps the fee.
   */
  companyIdr: Rupiah
}

/**
 * Splits a refund (rupiah) after the money of the goods was posted. Each item bears a part of it, in
 * proportion to the sum still posted for the item. This part is split between the factory's share and the
 * commission, in the same proportion as the posted sum. The company bears the rest, so the parts add up to
 * the refund.
 */
export function itemShares(posted: readonly PostedShare[], amountIdr: Rupiah): ItemShares {
  const sold = posted.filter((share) => share.factoryIdr + share.commissionIdr > 0)
  const goodsIdr = sold.reduce((sum, share) => sum + share.factoryIdr + share.commissionIdr, 0)
  const takenIdr = Math.min(amountIdr, goodsIdr)
  let beforeIdr = 0
  const items = sold.map((share) => {
    const wholeIdr = share.factoryIdr + share.commissionIdr
    const shareIdr =
      proportion(takenIdr, beforeIdr + wholeIdr, goodsIdr) - proportion(takenIdr, beforeIdr, goodsIdr)
    beforeIdr += wholeIdr
    const commissionIdr = proportion(shareIdr, share.commissionIdr, wholeIdr)
    return { ...share, factoryIdr: shareIdr - commissionIdr, commissionIdr }
  })
  return { items, companyIdr: amountIdr - takenIdr }
}

/**
 * Returns, for each of these order items, the sums that the ledger has posted to its factory's account and to
 * the account `commission`. The sums that refunds and returns took back are subtracted. Money that was
 * already paid out to the factory is still included. The SQL `which` selects the ids of the items.
 */
export async function postedItems(tx: Tx, which: RawBuilder<unknown>): Promise<PostedShare[]> {
  const { rows } = await sql<PostedShare>`
    select e.order_item_id, (array_agg(e.factory_id))[1] as factory_id,
      coalesce(-sum(e.amount_idr) filter (where a.key like 'factory:%'), 0)::int8 as factory_idr,
      coalesce(-sum(e.amount_idr) filter (where a.key = 'commission'), 0)::int8 as commission_idr
    from ledger_entries e
    join ledger_transactions t on t.id = e.transaction_id and t.kind in ('escrow.released', 'order.earned', 'refund.decided', 'order.taken_back')
    join ledger_accounts a on a.id = e.account_id
    where e.order_item_id in (${which}) group by e.order_item_id order by e.order_item_id`.execute(tx)
  return rows
}
