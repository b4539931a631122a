import { factoriesById } from '../../factory/index.ts'
import { type EventOf, type EventPayloads, formatIdr, sumIdr, type Work } from '../../kernel/index.ts'
import type { ReturnReason } from '../../order/index.ts'
import { type NewMessage, queueMessages } from '../../whatsapp/index.ts'

type Returned = EventPayloads['return.accepted']

// The maximum number of SKUs that one message names, because a WhatsApp template with its parameters has at
// most 1,024 characters.
const LINES_SHOWN = 15

const reasons: Readonly<Record<ReturnReason, string>> = {
  damaged: 'barang rusak',
  defective: 'barang cacat',
  wrong_item: 'barang yang dikirim keliru',
  not_as_described: 'barang tidak sesuai keterangan',
  changed_mind: 'pembeli berubah pikiran',
  other: 'alasan lain',
}

/**
 * Reacts to return.accepted: a WhatsApp message goes to each factory of the returned goods. It says which
 * goods came back and why, and whether they were restocked or written off. It also says how much is taken off
 * the factory's balance. The message to a factory contains only the factory's own goods, and nothing about
 * the buyer.
 */
export async function notifyFactoriesOfReturn(
  work: Work,
  events: EventOf<'return.accepted'>[],
): Promise<void> {
  const factories = await factoriesById(
    work.tx,
    events.flatMap(({ payload }) => payload.items.map((item) => item.factoryId)),
  )
  await queueMessages(
    work,
    events.flatMap(({ payload }) =>
      [...Map.groupBy(payload.items, (item) => item.factoryId)].flatMap(
        ([factoryId, items]): NewMessage[] => {
          const factory = factories.get(factoryId)
          if (!factory) return []
          const takenIdr = sumIdr(items.map(({ goodsIdr, commissionIdr }) => goodsIdr - commissionIdr))
          return [
            {
              dedupeKey: `return_accepted:${payload.returnId}:${factoryId}`,
              to: factory.phone,
              template: 'return_accepted',
              params: [
                factory.name,
                payload.code,
                contentsOf(items),
                reasons[payload.reason],
                formatIdr(takenIdr),
              ],
            },
          ]
        },
      ),
    ),
  )
}

function contentsOf(items: Returned['items']): string {
  const shown = items
    .slice(0, LINES_SHOWN)
    .map(
      ({ sku, quantity, writtenOff }) =>
        `${sku} ${quantity} pcs (${writtenOff ? 'dihapus dari stok' : 'masuk stok lagi'})`,
    )
  const more = items.length - shown.length
  return [...shown, ...(more > 0 ? [`dan ${more} SKU lain`] : [])].join('; ')
}
