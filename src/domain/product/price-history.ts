import { actorLabel, insertRows, newId, type Rupiah, type Work } from '../kernel/index.ts'

/** Records in the price history the price that each variant has from now on, and who set it. */
export async function recordPrices(
  work: Work,
  prices: readonly { variantId: string; priceIdr: Rupiah }[],
): Promise<void> {
  const setBy = actorLabel(work.actor)
  await insertRows(
    work.tx,
    'priceHistory',
    prices.map((price) => ({ id: newId(), ...price, since: work.now, setBy })),
  )
}
