import type { ReplyMeaning } from './purchase-orders/reply-rules.ts'

interface PurchaseOrderSubject {
  purchaseOrderId: string
  code: string
  /** The session whose demand the purchase order covers; null where the order fills the shelves. */
  sessionId: string | null
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * More pieces of a variant are free than before: sessions and orders that wait for them may try again.
     */
    'stock.added': { variantId: string; quantity: number }
    'stock.reserved': { subjectKind: 'session' | 'order'; subjectId: string; units: number }
    'purchase_order.created': PurchaseOrderSubject & { units: number }
    /** The message that tells the factory of the purchase order is queued. */
    'purchase_order.sent': PurchaseOrderSubject
    'purchase_order.confirmed': PurchaseOrderSubject
    'purchase_order.shipped': PurchaseOrderSubject
    'purchase_order.answered': PurchaseOrderSubject & { meaning: ReplyMeaning }
    /** Goods came in; `complete` when nothing is owed any more. */
    'purchase_order.received': PurchaseOrderSubject & {
      variantIds: string[]
      good: number
      damaged: number
      complete: boolean
    }
    /** `missing` pieces will not come. */
    'purchase_order.closed': PurchaseOrderSubject & { variantIds: string[]; missing: number }
    'purchase_order.cancelled': PurchaseOrderSubject & { variantIds: string[]; reason: string }
  }
}
