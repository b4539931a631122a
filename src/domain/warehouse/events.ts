import type { ReplyMeaning } from './purchase-orders/reply-rules.ts'

interface PurchaseOrderSubject {
  purchaseOrderId: string
  code: string
  /** The session whose demand the purchase order covers; null if the order only replenishes the stock. */
  sessionId: string | null
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * More pieces of a variant are free (not reserved) than before. Sessions and orders that wait for pieces
     * may try again to reserve them.
     */
    'stock.added': { variantId: string; quantity: number }
    'stock.reserved': { subjectKind: 'session' | 'order'; subjectId: string; units: number }
    'purchase_order.created': PurchaseOrderSubject & { units: number }
    /** The WhatsApp message that sends the purchase order to the factory is queued. */
    'purchase_order.sent': PurchaseOrderSubject
    'purchase_order.confirmed': PurchaseOrderSubject
    'purchase_order.shipped': PurchaseOrderSubject
    'purchase_order.answered': PurchaseOrderSubject & { meaning: ReplyMeaning }
    /** Goods of a purchase order arrived. `complete` is true if the factory owes no more pieces. */
    'purchase_order.received': PurchaseOrderSubject & {
      variantIds: string[]
      good: number
      damaged: number
      complete: boolean
    }
    /** Staff closed a purchase order: the `missing` pieces will not be delivered. */
    'purchase_order.closed': PurchaseOrderSubject & { variantIds: string[]; missing: number }
    'purchase_order.cancelled': PurchaseOrderSubject & { variantIds: string[]; reason: string }
  }
}
