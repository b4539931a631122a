import { randomUUID } from 'node:crypto'
import type { SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { WireError } from '../wire-error.ts'
import type { XenditAccount } from './account.ts'
import { findLine } from './movements.ts'
import { notify } from './notify.ts'

const EVENTS = ['action_required', 'under_review', 'won', 'lost'] as const
const TWO_WEEKS_MS = 14 * 86_400_000

/**
 * Sends Xendit's webhook about a dispute. The fields of `body` are `{of, event?, id?, amount?, due_in_s?}`.
 * The field `of` names an invoice, a payment or a reference. The webhook moves no money. Money moves only by
 * a separate line of the transaction list (`POST /control/transactions`). Such a line is a chargeback, or the
 * money that comes back after a won dispute.
 */
export function sendDisputeWebhook(context: SandboxContext, account: XenditAccount, body: unknown): object {
  const fields = fieldsOf(body)
  const line = findLine(account, textOf(fields.of) ?? '')
  const event = EVENTS.find((event) => event === (fields.event ?? 'action_required'))
  if (!event) throw new WireError(400, { error: `event: one of ${EVENTS.join(', ')} is wanted` })
  const now = context.now()
  const dueMs = typeof fields.due_in_s === 'number' ? fields.due_in_s * 1000 : TWO_WEEKS_MS
  const dispute = {
    event: `dispute.${event}`,
    id: textOf(fields.id) ?? `mi-dspt-${randomUUID()}`,
    channel_code: line.channel_category === 'QR_CODE' ? 'QR_CODE' : 'CARDS',
    status: event.toUpperCase(),
    currency: 'IDR',
    amount: {
      initial: (typeof fields.amount === 'number' ? fields.amount : line.amount).toFixed(2),
      terminal: null,
    },
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
    due_date: event === 'action_required' ? new Date(now.getTime() + dueMs).toISOString() : null,
    note: null,
    payment_id: line.product_id,
    reference_id: line.reference_id,
  }
  notify(context, dispute)
  return dispute
}
