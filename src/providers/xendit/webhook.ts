import { z } from 'zod'
import { instant, lenient } from '../answers.ts'
import { isAcceptedSecret } from '../secret.ts'

export type XenditNotice =
  | { kind: 'invoice'; id: string; externalId: string; status: string }
  | { kind: 'refund'; id: string; referenceId: string; status: string }
  | { kind: 'payout'; id: string; referenceId: string; status: string }
  | {
      kind: 'dispute'
      id: string
      referenceId: string | null
      paymentId: string | null
      status: string
      /** The time by which the merchant has to answer the dispute. */
      dueAt: Date | null
      amountIdr: number | null
    }

/**
 * Returns true if `x-callback-token` is one of our tokens; several are valid during a rotation. The token
 * proves the sender, not the content, so laku reads the object again before money moves.
 */
export function isXenditCallback(token: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(token, accepted)
}

const text = z.string().min(1)
const invoiceBody = z.looseObject({ id: text, external_id: text, status: text.catch('UNKNOWN') })
// The webhook's body is not believed: laku reads the refund or payout again by its id.
const thing = z.looseObject({ id: text, reference_id: lenient(z.string()), status: text.catch('UNKNOWN') })
const disputed = z.looseObject({
  id: text,
  // The event's name gives the dispute's status where this field is left out.
  status: lenient(text),
  reference_id: lenient(z.string()),
  payment_id: lenient(z.string()),
  due_date: lenient(instant),
  amount: lenient(z.looseObject({ initial: lenient(z.coerce.number()) })),
})
const disputeBody = z.union([
  disputed.extend({ event: z.string().startsWith('dispute.') }),
  z
    .looseObject({ event: z.string().startsWith('dispute.'), data: disputed })
    .transform(({ event, data }) => ({ ...data, event })),
])
const eventBody = z.looseObject({
  // xendit.payout-events: the event names of the newer API begin with `v3_payout.`.
  event: z.string().regex(/^(v3_)?(refund|payout)\./),
  // Some webhook deliveries wrap the refund or payout in one more `data` than documented.
  data: z.union([z.looseObject({ data: thing }).transform((wrapped) => wrapped.data), thing]),
})

/**
 * Reads a webhook body: an invoice comes flat, refunds and payouts as `{event, data}`. Returns undefined for
 * a shape that laku does not process.
 */
export function parseXenditWebhook(body: unknown): XenditNotice | undefined {
  const event = eventBody.safeParse(body)
  if (event.success) {
    const { id, reference_id: referenceId = '', status } = event.data.data
    return { kind: event.data.event.includes('refund.') ? 'refund' : 'payout', id, referenceId, status }
  }
  const dispute = disputeBody.safeParse(body)
  if (dispute.success) {
    const { id, event: name, due_date: dueAt = null, amount } = dispute.data
    const status = (dispute.data.status ?? name.slice('dispute.'.length)).toUpperCase()
    const { reference_id: referenceId = null, payment_id: paymentId = null } = dispute.data
    return { kind: 'dispute', id, referenceId, paymentId, status, dueAt, amountIdr: amount?.initial ?? null }
  }
  const invoice = invoiceBody.safeParse(body)
  if (!invoice.success) return undefined
  const { id, external_id: externalId, status } = invoice.data
  return { kind: 'invoice', id, externalId, status }
}

/**
 * Returns the key that two deliveries of one webhook share: Xendit's `webhook-id` header if it came, else the
 * webhook's content.
 */
export function xenditDedupeKey(notice: XenditNotice, webhookId: string | undefined): string {
  return webhookId || `${notice.kind}:${notice.id}:${notice.status}`
}
