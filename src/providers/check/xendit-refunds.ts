import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { GatewayInvoice, GatewayRefund, PaymentGateway } from '../../domain/payment/gateway.ts'
import { QRIS_REFUND_ISSUERS, qrisIssuer, REFUND_CHANNELS } from '../xendit/facts.ts'
import type { Difference, Probe, Seen } from './probe.ts'

export interface RefundProbe {
  gateway: PaymentGateway
  /** Our idempotency key and reference of the refund that the check makes. */
  key: string
  form: 'current' | 'legacy'
}

const DAY_MS = 86_400_000
const MAX_IDR = 1_000
/**
 * The form of the keys of laku's own invoices, with or without an installation's prefix. The check never
 * refunds an invoice with such a key, not even in test mode.
 */
const OURS = /(^|-)PAY-\d{6}-/

/**
 * Makes the probe of a repeated refund request. It sends the same refund request twice under one key. The
 * refund is a small part of a payment that somebody made by hand in test mode. So no real money moves. The
 * probe touches none of laku's own invoices.
 */
export function refundRepeatProbe({ gateway, key, form }: RefundProbe): Probe {
  return {
    provider: 'xendit',
    name: 'a refund, repeated',
    makes: true,
    ask: async () => {
      const paid = await gateway.listInvoices({ statuses: ['PAID', 'SETTLED'], limit: 50 })
      const invoice = paid.find((invoice) => isPartRefundable(invoice, form))
      if (!invoice) return { says: PAY_ONE, empty: true }
      const asked = {
        ...named(invoice, form),
        idempotencyKey: key,
        referenceId: key,
        amountIdr: Math.min(MAX_IDR, invoice.amountIdr - 1),
        reason: 'OTHERS' as const,
      }
      const first = await refusalOr(() => gateway.createRefund(asked))
      if (typeof first === 'string') return refusedWith(first)
      return seenIn(first, await refusalOr(() => gateway.createRefund(asked)))
    },
  }
}

const PAY_ONE =
  'there is no payment to try it with: make an invoice in the dashboard, pay it by DANA in test mode, and run it again'

/**
 * The error codes of a temporary refusal of a refund: the account is short of money, or the payment is not
 * ready.
 */
const OF_TODAY = ['INSUFFICIENT_BALANCE', 'REFUND_IN_PROGRESS', 'REFUND_AMOUNT_EXCEEDED']

function refusedWith(code: string): Seen {
  const says = `no refund was made to be repeated: it is refused with ${code}`
  if (OF_TODAY.includes(code)) return { says, empty: true }
  const difference: Difference = {
    fact: 'xendit.refund-refusals',
    says: `a refund of a payment that should take one is refused with ${code}`,
    todo: 'see in the dashboard why; until then set its channel to false in policy.refundChannels, so that buyers are told of their wallet',
  }
  return { says, differences: [difference] }
}

/** Judges Xendit's answer to a second refund request with the same key and body. */
function seenIn(first: GatewayRefund, second: GatewayRefund | string): Seen {
  if (typeof second !== 'string' && second.id !== first.id)
    return { says: 'a repeat makes a second refund, as the reference has it' }
  if (second === 'REFUND_IN_PROGRESS')
    return { says: 'a repeat is taken for another refund, as the reference has it' }
  const difference: Difference =
    typeof second === 'string'
      ? {
          fact: 'xendit.refund-repeat',
          says: `a repeated refund is refused with ${second}`,
          todo: 'nothing: laku takes no answer to a repeat for a no',
        }
      : {
          fact: 'xendit.refund-key',
          says: 'a repeat under the same key is answered with the first refund: the account heeds the key',
          todo: 'nothing: laku looks before it repeats all the same',
        }
  return { says: difference.says, differences: [difference] }
}

function isPartRefundable(invoice: GatewayInvoice, form: 'current' | 'legacy'): boolean {
  const { externalId, paymentMethod = '', paymentChannel = '', paymentSource = '', paidAt } = invoice
  const channel = /^QR/.test(paymentMethod) ? 'QRIS' : paymentChannel
  const rule = REFUND_CHANNELS[channel]
  if (OURS.test(externalId) || !rule?.parts || !paidAt) return false
  if (form === 'current' && !invoice.paymentRequestId && !invoice.paymentId) return false
  if (Date.now() - paidAt.getTime() > rule.days * DAY_MS) return false
  return channel !== 'QRIS' || QRIS_REFUND_ISSUERS[qrisIssuer(paymentSource)] !== undefined
}

function named({ id, paymentId, paymentRequestId }: GatewayInvoice, form: 'current' | 'legacy') {
  const requestId = paymentRequestId ?? paymentId
  return form === 'current' && requestId ? { paymentRequestId: requestId } : { invoiceId: id }
}

/**
 * Returns the answer to a request, or the error code if the request was refused.
 * @throws ProviderFailure where there is no answer, or a refused key
 */
async function refusalOr<T>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
      throw error
    return error.code
  }
}
