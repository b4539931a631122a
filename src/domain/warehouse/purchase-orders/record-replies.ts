import { sql } from 'kysely'
import { insertRows, type Work } from '../../kernel/index.ts'
import { messagesByProviderId } from '../../whatsapp/index.ts'
import { moveConfirmed } from './confirm.ts'
import { lockPurchaseOrder, subjectOf } from './lock.ts'
import { codesIn, meaningOf, type ReplyMeaning } from './reply-rules.ts'
import { purchaseOrderOfMessage } from './send.ts'

/** An incoming WhatsApp message, from any sender. */
export interface Reply {
  providerMessageId: string
  /** The sender's phone number in E.164; undefined if the provider withholds the number. */
  from?: string | undefined
  /** The provider's id for a sender whose phone number it withholds. */
  userId?: string | undefined
  at: Date
  /** The text of the message; undefined for a picture, a voice message … */
  body?: string | undefined
  /** The id of laku's message that this message answers. */
  repliesTo?: string | undefined
}

// The maximum number of purchase orders that one message can answer.
const MAX_LISTED_ORDERS = 20

/**
 * Applies factories' WhatsApp replies to their purchase orders, each reply once. WhatsApp may tell which
 * message a reply answers. Otherwise laku looks for codes of purchase orders in the reply's text. Without a
 * code, the reply belongs to the factory's only unanswered purchase order. If a reply answers a message that
 * laku does not know, returns the provider's id of that reply.
 */
export async function recordReplies(work: Work, replies: readonly Reply[]): Promise<{ unknown: string[] }> {
  if (replies.length === 0) return { unknown: [] }
  const answered = await messagesByProviderId(
    work.tx,
    replies.flatMap((reply) => reply.repliesTo ?? []),
  )
  const found: { reply: Reply; purchaseOrderId: string }[] = []
  const unknown: string[] = []
  for (const reply of replies) {
    const message = reply.repliesTo === undefined ? undefined : answered.get(reply.repliesTo)
    if (reply.repliesTo !== undefined && !message) unknown.push(reply.providerMessageId)
    // Only the receiver of laku's message can answer it in WhatsApp. So an answer without a phone number
    // comes from that receiver.
    const isTheirs = message !== undefined && (reply.from ?? message.toPhone) === message.toPhone
    const own = isTheirs ? purchaseOrderOfMessage(message.dedupeKey) : undefined
    if (reply.from === undefined && !message) showUnknown(work, reply)
    // A reply to another message of laku, such as a one-time code or a notice, does not answer a purchase
    // order.
    const ids = own ? [own] : message ? [] : await namedOrOnly(work, reply)
    found.push(...ids.map((purchaseOrderId) => ({ reply, purchaseOrderId })))
  }
  // The replies are sorted by purchase order, so that two batches lock the purchase orders in the same
  // sequence.
  const sorted = found.toSorted((a, b) =>
    a.purchaseOrderId === b.purchaseOrderId
      ? a.reply.at.getTime() - b.reply.at.getTime()
      : a.purchaseOrderId < b.purchaseOrderId
        ? -1
        : 1,
  )
  for (const { reply, purchaseOrderId } of sorted) await record(work, reply, purchaseOrderId)
  return { unknown }
}

/**
 * Raises an attention item for a message whose sender's phone number is unknown. The sender may be a factory
 * that answers a purchase order.
 */
function showUnknown(work: Work, { userId, providerMessageId, body }: Reply): void {
  const named = codesIn(body)
  const [code] = named
  work.requestAttention({
    kind: 'whatsapp_sender_unknown',
    subject: ['whatsapp_sender', userId ?? providerMessageId],
    message: `A WhatsApp message${code ? ` about ${code}` : ''} came from a number that the provider hides. It may be from a factory: read it with laku webhooks list --provider whatsapp.`,
    command: code ? `laku purchase-orders confirm ${code}` : 'laku webhooks list --provider whatsapp',
    details: { providerMessageId, named },
  })
}

/**
 * Returns the sender's purchase orders that the text names by code. If it names none, returns the sender's
 * only unanswered purchase order.
 */
async function namedOrOnly(work: Work, { from, body }: Reply): Promise<string[]> {
  if (from === undefined) return []
  const codes = codesIn(body)
  const which = codes.length > 0 ? sql`o.code = any(${codes})` : sql`o.status = 'sent'`
  const { rows } = await sql<{ id: string; code: string }>`
    select o.id, o.code from warehouse_purchase_orders o join factories f on f.id = o.factory_id
    where f.phone = ${from} and ${which} order by o.id limit ${MAX_LISTED_ORDERS}`.execute(work.tx)
  const [first] = rows
  if (!first || codes.length > 0 || rows.length === 1) return rows.map((row) => row.id)
  work.requestAttention({
    kind: 'purchase_order_reply_ambiguous',
    subject: ['purchase_order', first.id],
    message: `A factory replied, but it is not clear whether to ${first.code} or to another purchase order. Read the reply in the webhook inbox, then confirm the right one.`,
    command: `laku purchase-orders confirm ${first.code}`,
    details: { unanswered: rows.map((row) => row.code) },
  })
  return []
}

async function record(work: Work, reply: Reply, purchaseOrderId: string): Promise<void> {
  const order = await lockPurchaseOrder(work.tx, purchaseOrderId)
  const meaning = meaningOf(reply.body)
  const row = { providerMessageId: reply.providerMessageId, purchaseOrderId, meaning, answeredAt: reply.at }
  const fresh = await insertRows(work.tx, 'purchaseOrderReplies', [row], {
    onConflictDoNothing: true,
    returning: 'provider_message_id',
  })
  if (fresh.length === 0) return
  work.emit({
    type: 'purchase_order.answered',
    aggregate: ['purchase_order', purchaseOrderId],
    payload: { ...subjectOf(order), meaning },
  })
  if (meaning === 'yes') return await moveConfirmed(work, order, 'confirmed')
  if (meaning === 'shipped') return await moveConfirmed(work, order, 'shipped')
  // The factory has answered the purchase order, so no attention item about a missing answer is needed.
  await sql`update warehouse_purchase_orders set answer_due_at = null where id = ${purchaseOrderId}`.execute(
    work.tx,
  )
  if (await isOvertaken(work, reply, purchaseOrderId)) return
  show(work, { id: purchaseOrderId, code: order.code }, meaning)
}

/**
 * Tells whether the factory confirmed the purchase order in a message that is newer than this reply. Messages
 * arrive in any order. So an older reply, such as a refusal, may arrive after the confirmation; it no longer
 * matters.
 */
async function isOvertaken(work: Work, reply: Reply, purchaseOrderId: string): Promise<boolean> {
  const { rows } = await sql`
    select from purchase_order_replies
    where purchase_order_id = ${purchaseOrderId} and meaning in ('yes', 'shipped') and answered_at > ${reply.at} limit 1`.execute(
    work.tx,
  )
  return rows.length > 0
}

function show(work: Work, { id, code }: { id: string; code: string }, meaning: ReplyMeaning): void {
  const refused = meaning === 'no'
  work.requestAttention({
    kind: refused ? 'purchase_order_refused' : 'purchase_order_reply_unclear',
    subject: ['purchase_order', id],
    message: refused
      ? `The factory refuses ${code}. Read its reply in the webhook inbox, then cancel the purchase order.`
      : `The factory's reply to ${code} is not a clear yes or no. Read it in the webhook inbox, then confirm or cancel the purchase order.`,
    command: refused ? `laku purchase-orders cancel ${code}` : `laku purchase-orders confirm ${code}`,
    details: {
      meaning,
      otherwise: refused ? `laku purchase-orders confirm ${code}` : `laku purchase-orders cancel ${code}`,
    },
  })
}
