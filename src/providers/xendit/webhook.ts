import { z } from 'zod'
import { isAcceptedSecret } from '../secret.ts'

export type XenditNotice =
  | { kind: 'invoice'; id: string; externalId: string; status: string }
  | { kind: 'refund'; id: string; referenceId: string; status: string }
  | { kind: 'payout'; id: string; referenceId: string; status: string }

/**
 * Whether `x-callback-token` is one of ours (several while it rotates). It says who sent, not what is true: the object
 * is read again before money moves.
 */
export function isXenditCallback(token: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(token, accepted)
}

const text = z.string().min(1)
const invoiceBody = z.looseObject({ id: text, external_id: text, status: text })
const thing = z.looseObject({ id: text, reference_id: text, status: text })
const eventBody = z.looseObject({
  event: z.string().regex(/^(refund|payout)\./),
  // Some deliveries wrap the object once more than documented.
  data: z.union([z.looseObject({ data: thing }).transform((wrapped) => wrapped.data), thing]),
})

/**
 * What a webhook body is about: an invoice comes flat, refunds and payouts as `{event, data}`. Undefined for a shape
 * that laku does not follow.
 */
export function parseXenditWebhook(body: unknown): XenditNotice | undefined {
  const event = eventBody.safeParse(body)
  if (event.success) {
    const { id, reference_id: referenceId, status } = event.data.data
    return { kind: event.data.event.startsWith('refund.') ? 'refund' : 'payout', id, referenceId, status }
  }
  const invoice = invoiceBody.safeParse(body)
  if (!invoice.success) return undefined
  const { id, external_id: externalId, status } = invoice.data
  return { kind: 'invoice', id, externalId, status }
}

/** The key two deliveries of one notice share: Xendit's `webhook-id` header where it came, else what it says. */
export function xenditDedupeKey(notice: XenditNotice, webhookId: string | undefined): string {
  return webhookId || `${notice.kind}:${notice.id}:${notice.status}`
}
