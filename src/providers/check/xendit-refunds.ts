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
 * The form of the keys of laku's own invoices. A key may begin with a prefix that names the installation of
 * laku. The check never refunds an invoice with such a key, not even in test mode.
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
  'there is no payment with which to test it: make an invoice in the dashboard, pay it by DANA in test mode, and run the check again'

/**
 * The error codes of a temporary refusal of a refund: the account is short of money, or the payment is not
 * ready.
 */
const OF_TODAY = ['INSUFFICIENT_BALANCE', 'REFUND_IN_PROGRESS', 'REFUND_AMOUNT_EXCEEDED']

function refusedWith(code: string): Seen {
  const says = `there is no refund to repeat: the first request is refused with ${code}`
  if (OF_TODAY.includes(code)) return { says, empty: true }
  const difference: Difference = {
    fact: 'xendit.refund-refusals',
    says: `a refund of a refundable payment is refused with ${code}`,
    todo: 'look for the reason in the dashboard; until then set the payment’s channel to false in policy.refundChannels, so that buyers are told that refunds go to their wallet',
  }
  return { says, differences: [difference] }
}

/** Judges Xendit's answer to a second refund request with the same key and body. */
function seenIn(first: GatewayRefund, second: GatewayRefund | string): Seen {
  if (typeof second !== 'string' && second.id !== first.id)
    return { says: 'a repeated request makes a second refund, as the reference says' }
  if (second === 'REFUND_IN_PROGRESS')
    return { says: 'a repeated request is treated as another refund, as the reference says' }
  const difference: Difference =
    typeof second === 'string'
      ? {
          fact: 'xendit.refund-repeat',
          says: `a repeated refund is refused with ${second}`,
          todo: 'nothing, because laku does not treat the answer to a repeated request as a refusal',
        }
      : {
          fact: 'xendit.refund-key',
          says: 'a repeated request under the same key returns the first refund: the account uses the key',
          todo: 'nothing, because laku still searches before it repeats a request',
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
