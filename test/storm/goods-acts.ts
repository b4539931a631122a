import {
  adjustStock,
  cancelPurchaseOrder,
  closePurchaseOrder,
  receivePurchaseOrder,
} from '../../src/domain/warehouse/index.ts'
import type { Acts } from './acts.ts'
import type { House } from './house.ts'

const variantOf = (house: House) => house.oneOf([house.market.variantId, house.market.otherVariantId])
const purchase = (house: House) => house.row('warehousePurchaseOrders')

export const goodsActs: Acts = {
  stock: (house) =>
    house.asStaff((work) =>
      adjustStock(work, {
        variantId: variantOf(house),
        change: house.oneOf([1, 2, -1]),
        reason: 'counted',
      }),
    ),
  receive: async (house) => {
    const purchaseOrder = await purchase(house)
    const lines = [{ variantId: variantOf(house), good: 1, damaged: house.random(2) }]
    return await house.asStaff((work) => receivePurchaseOrder(work, { purchaseOrder, lines }))
  },
  'cancel a purchase': async (house) => {
    const purchaseOrder = await purchase(house)
    return await house.asStaff((work) => cancelPurchaseOrder(work, { purchaseOrder }))
  },
  'close a purchase': async (house) => {
    const purchaseOrder = await purchase(house)
    return await house.asStaff((work) => closePurchaseOrder(work, { purchaseOrder }))
  },
}
