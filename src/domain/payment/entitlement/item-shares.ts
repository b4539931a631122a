import { type RawBuilder, sql } from 'kysely'
import { proportion, type Rupiah, type Tx } from '../../kernel/index.ts'

/**
 * The factory's share and the commission of a sold item, after earlier refunds and returns of the item.
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
   * The part of a refund beyond the price of the goods: the shipping fee. The courier has it, so the company
   * bears this part.
   */
  companyIdr: Rupiah
}

/**
 * Splits a refund between factories, commission and company, once the goods were paid out. Each item bears a
 * part in proportion to the sum still there for it, with the same ratio for factory and commission. The
 * rounding remainder goes to the next item, so the parts add up and none exceeds its item. Rupiah.
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
 * Returns, from the ledger, the money that the factory and the commission account still have of each of these
 * order items (`which` selects their ids). That is the sum posted by the release or the delivery, less what
 * refunds and returns took since. Money that a settlement paid out to the factory still counts, so that it
 * can be taken back.
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
