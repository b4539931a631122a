import { z } from 'zod'
import { instant, lenient, name, word } from '../answers.ts'
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
 * proves the sender of a webhook, not its content. So laku reads the invoice, refund or payout again before
 * money moves.
 */
export function isXenditCallback(token: string | undefined, accepted: readonly string[]): boolean {
  return isAcceptedSecret(token, accepted)
}

const INVOICE_STATES: readonly string[] = ['PENDING', 'PAID', 'SETTLED', 'EXPIRED']
/**
 * A webhook about an invoice. Our key of the invoice may be missing. Then the webhook counts as one about an
 * invoice only if it has a known invoice status.
 */
const invoiceBody = z
  .looseObject({
    id: name,
    external_id: lenient(name),
    status: word('UNKNOWN'),
    event: z.unknown().optional(),
  })
  .refine(
    ({ external_id, status, event }) =>
      external_id !== undefined || (event === undefined && INVOICE_STATES.includes(status)),
  )
// A refund or payout in a webhook. laku does not trust these fields: it reads the refund or payout again by
// its id.
const thing = z.looseObject({
  id: name,
  reference_id: lenient(name),
  // If a refund or payout has no status in the webhook, the event's name gives its status.
  status: lenient(z.string().min(1).toUpperCase()),
})
const disputed = z.looseObject({
  id: name,
  // If a dispute has no status in the webhook, the event's name gives its status.
  status: lenient(z.string().min(1)),
  reference_id: lenient(name),
  payment_id: lenient(name),
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
  // xendit.payout-events: the event names of Xendit's newer payout API begin with `v3_payout.`.
  event: z.string().regex(/^(v3_)?(refund|payout)\./),
  // Some webhook deliveries wrap the refund or payout in one more `data` than documented.
  data: z.union([z.looseObject({ data: thing }).transform((wrapped) => wrapped.data), thing]),
})

/**
 * Reads the body of a Xendit webhook: the fields of an invoice come unwrapped, refunds and payouts as
 * `{event, data}`. Returns undefined for a shape that laku does not process.
 */
export function parseXenditWebhook(body: unknown): XenditNotice | undefined {
  const event = eventBody.safeParse(body)
  if (event.success) {
    const { event: name, data } = event.data
    const { id, reference_id: referenceId = '', status = name.split('.').at(-1)?.toUpperCase() ?? '' } = data
    return { kind: name.includes('refund.') ? 'refund' : 'payout', id, referenceId, status }
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
  const { id, external_id: externalId = '', status } = invoice.data
  return { kind: 'invoice', id, externalId, status }
}

/**
 * Returns the key that two deliveries of one webhook share: Xendit's `webhook-id` header if it came, else the
 * webhook's content.
 */
export function xenditDedupeKey(notice: XenditNotice, webhookId: string | undefined): string {
  return webhookId || `${notice.kind}:${notice.id}:${notice.status}`
}
