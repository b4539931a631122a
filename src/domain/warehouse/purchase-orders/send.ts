import { sql } from 'kysely'
import { getFactory } from '../../factory/index.ts'
import { moveState, requireStaff, requireTransition, secondsAfter, type Work } from '../../kernel/index.ts'
import { messageStatuses, queueMessages } from '../../whatsapp/index.ts'
import { warehouseErrors } from '../errors.ts'
import { purchaseOrderMachine, purchaseOrderTransitions } from '../transitions.ts'
import { type LockedPurchaseOrder, lockPurchaseOrder, subjectOf } from './lock.ts'
import { type PurchaseOrderItem, type PurchaseOrderView, purchaseOrder } from './read.ts'

const TEMPLATE = 'purchase_order'
// The maximum number of variants that one message about a purchase order lists. The number is limited because
// a WhatsApp template has at most 1,024 characters.
const LINES_SHOWN = 25

const KEY = 'purchase_order'
// The maximum number of messages about one purchase order. If all of them failed, staff call the factory by
// phone.
const MAX_SENDS_OF_ORDER = 20

const messageKeyOf = (purchaseOrderId: string, time: number) => `${KEY}:${purchaseOrderId}:${time}`

/**
 * Returns the id of the purchase order that a WhatsApp message was about, read from the message's idempotency
 * key; undefined for a message about anything else.
 */
export function purchaseOrderOfMessage(dedupeKey: string): string | undefined {
  const [kind, id] = dedupeKey.split(':')
  return kind === KEY ? id : undefined
}

/**
 * Sends a purchase order to its factory by WhatsApp, after the commit. It is sent again only if the last
 * message about it failed finally. The factory has policy.purchaseOrderAnswerHours to answer.
 * @throws warehouse.purchase_order_not_found, message_under_way, kernel.illegal_transition, kernel.forbidden
 */
export async function sendPurchaseOrder(work: Work, named: string): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const order = await lockPurchaseOrder(work.tx, named)
  const told = await timesTold(work, order.id)
  if (order.status === 'sent') {
    if (told.last !== 'failed') throw warehouseErrors.message_under_way({ purchaseOrder: order.code })
  } else {
    requireTransition(purchaseOrderTransitions, order.status, 'sent', order.code)
  }
  const dueAt = secondsAfter(work.now, work.policy.purchaseOrderAnswerHours * 3600)
  await moveState(work, purchaseOrderMachine, {
    to: 'sent',
    stays: true,
    ids: [order.id],
    all: true,
    set: { sentAt: sql`coalesce(t.sent_at, ${work.now})`, answerDueAt: dueAt, updatedAt: work.now },
  })
  await sendToFactory(work, order, told.times + 1)
  work.emit({
    type: 'purchase_order.sent',
    aggregate: ['purchase_order', order.id],
    payload: subjectOf(order),
  })
  const [before, after] = [{ status: order.status }, { status: 'sent', message: told.times + 1 }]
  work.audit({ command: 'purchase-orders send', subject: ['purchase_order', order.id], before, after })
  return await purchaseOrder(work.tx, order.id)
}

async function timesTold(
  work: Work,
  purchaseOrderId: string,
): Promise<{ times: number; last: string | undefined }> {
  const keys = Array.from({ length: MAX_SENDS_OF_ORDER }, (_, i) => messageKeyOf(purchaseOrderId, i + 1))
  const statuses = await messageStatuses(work.tx, keys)
  return { times: statuses.size, last: statuses.get(messageKeyOf(purchaseOrderId, statuses.size)) }
}

async function sendToFactory(work: Work, order: LockedPurchaseOrder, time: number): Promise<void> {
  const { name, phone } = await getFactory(work.tx, order.factoryId)
  const { items } = await purchaseOrder(work.tx, order.id)
  await queueMessages(work, [
    {
      dedupeKey: messageKeyOf(order.id, time),
      to: phone,
      template: TEMPLATE,
      language: 'id',
      params: [name, order.code, contentsOf(items)],
    },
  ])
}

function contentsOf(items: readonly PurchaseOrderItem[]): string {
  const shown = items.slice(0, LINES_SHOWN).map(({ sku, quantity, wholesaleUnit }) => {
    const bundles =
      wholesaleUnit > 1 && quantity % wholesaleUnit === 0 ? ` (${quantity / wholesaleUnit} bundel)` : ''
    return `${sku} ${quantity} pcs${bundles}`
  })
  const more = items.length - shown.length
  return [...shown, ...(more > 0 ? [`dan ${more} SKU lain`] : [])].join('; ')
}
