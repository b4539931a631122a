// This file imports two folders of xendit-node, not the whole package: the package takes 530 ms to load here,
// the two folders 90 ms.
import { Invoice } from 'xendit-node/invoice/index.js'
import { Refund } from 'xendit-node/refund/index.js'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type {
  GatewayInvoiceQuery,
  GatewayRefund,
  ListedRefunds,
  NewGatewayInvoice,
  PaymentGateway,
} from '../../domain/payment/gateway.ts'
import { present } from '../answers.ts'
import type { ProviderHttp } from '../http.ts'
import { plusPhone } from '../phone.ts'
import { chargeAnswer, invoiceAnswer, invoicesAnswer, refundAnswer, refundsAnswer } from './answers.ts'
import { throughSdk } from './through-sdk.ts'
import { balanceAnswer, transactionAnswer, transactionsAnswer } from './transaction-answers.ts'
import { type XenditOptions, xenditWire } from './wire.ts'

/**
 * Creates the payment gateway over Xendit's invoices and refunds. Xendit's SDK builds the requests that
 * create invoices and refunds. laku reads the raw answers, because the SDK's models drop `paid_at`,
 * `payment_channel`, a refund's `status` and more. The models also fail on an invoice if even one of its
 * `available_*` lists is missing.
 */
export function createXenditGateway(options: XenditOptions): PaymentGateway {
  const { http, account } = xenditWire(options)
  const makeInvoice = async (invoice: NewGatewayInvoice) => {
    const body = await throughSdk(http, 'create_invoice', new Invoice(account), (sdk) =>
      sdk.createInvoice({ data: invoiceRequest(invoice) }),
    )
    return http.read('create_invoice', body, invoiceAnswer)
  }

  return {
    async createInvoice(invoice) {
      try {
        return await makeInvoice(invoice)
      } catch (error) {
        // The request named payment channels that this account does not have. Xendit certainly made no
        // invoice, so laku asks again without naming channels. The invoice then offers all payment channels
        // of the account.
        if (!invoice.methods || !isUnavailableMethod(error)) throw error
        return await makeInvoice({ ...invoice, methods: undefined })
      }
    },
    getInvoice: (id) =>
      http.call(
        { operation: 'get_invoice', method: 'GET', path: `/v2/invoices/${encodeURIComponent(id)}` },
        invoiceAnswer,
      ),
    async findInvoices(externalId) {
      const query = { external_id: externalId }
      const invoices = await http.call(
        { operation: 'find_invoices', method: 'GET', path: '/v2/invoices', query },
        invoicesAnswer,
      )
      // If Xendit ignores the filter by our key, the list contains other buyers' invoices. They must not be
      // closed, so they are left out.
      return invoices.filter((invoice) => invoice.externalId === externalId || invoice.externalId === '')
    },
    listInvoices: (query) =>
      http.call(
        {
          operation: 'list_invoices',
          method: 'GET',
          path: '/v2/invoices',
          query: {
            statuses: query.statuses,
            paid_after: paidAfter(query)?.toISOString(),
            paid_before: query.paidBefore?.toISOString(),
            last_invoice: query.afterId,
            limit: String(query.limit),
          },
        },
        invoicesAnswer,
      ),
    // Xendit wants neither a body nor a content type for the request that expires an invoice, though it is
    // a POST.
    expireInvoice: (id) =>
      http.call(
        { operation: 'expire_invoice', method: 'POST', path: `/invoices/${encodeURIComponent(id)}/expire!` },
        invoiceAnswer,
      ),
    async createRefund({ idempotencyKey, referenceId, amountIdr, reason, ...payment }, lease) {
      const data = { ...payment, referenceId, amount: amountIdr, currency: 'IDR', reason }
      const body = await throughSdk(
        http,
        'create_refund',
        new Refund(account),
        (sdk) => sdk.createRefund({ idempotencyKey, data }),
        lease,
      )
      return http.read('create_refund', body, refundAnswer)
    },
    async findRefunds({ invoiceId, paymentRequestId, paymentId }) {
      const requestId = paymentRequestId ?? paymentId
      const lists = [{ invoice_id: invoiceId }, ...(requestId ? [{ payment_request_id: requestId }] : [])]
      const found = new Map<string, GatewayRefund>()
      let refused: ProviderFailure | undefined
      let answered = 0
      let partial: ListedRefunds['partial']
      for (const list of lists) {
        const listed = await refundsOf(http, list).catch((error: unknown) => {
          // xendit.refund-by-invoice: laku asks for the list of refunds twice, each time by another filter.
          // If Xendit no longer supports one filter, it refuses that request. The refunds found by the other
          // filter still count.
          if (!(error instanceof ProviderFailure) || error.outcome !== 'refused') throw error
          refused = error
        })
        if (listed) answered += 1
        partial = listed?.partial ?? partial
        for (const refund of listed?.refunds ?? []) found.set(refund.id, refund)
      }
      if (refused && answered === 0) throw refused
      return { refunds: [...found.values()], partial }
    },
    async refundedIdr({ paymentId }) {
      if (!paymentId?.startsWith('ewc_')) return undefined
      return await http.call(
        {
          operation: 'get_charge',
          method: 'GET',
          path: `/ewallets/charges/${encodeURIComponent(paymentId)}`,
        },
        chargeAnswer,
      )
    },
    getRefund: (id) =>
      http.call(
        { operation: 'get_refund', method: 'GET', path: `/refunds/${encodeURIComponent(id)}` },
        refundAnswer,
      ),
    listTransactions: ({
      productId,
      referenceId,
      createdFrom,
      createdUntil,
      updatedFrom,
      updatedUntil,
      afterId,
      limit,
    }) =>
      http.call(
        {
          operation: 'list_transactions',
          method: 'GET',
          path: '/transactions',
          query: {
            currency: 'IDR',
            product_id: productId,
            reference_id: referenceId,
            'created[gte]': createdFrom?.toISOString(),
            'created[lte]': createdUntil?.toISOString(),
            'updated[gte]': updatedFrom?.toISOString(),
            'updated[lte]': updatedUntil?.toISOString(),
            after_id: afterId,
            limit: String(limit),
          },
        },
        transactionsAnswer,
      ),
    getTransaction: (id) =>
      http.call(
        { operation: 'get_transaction', method: 'GET', path: `/transactions/${encodeURIComponent(id)}` },
        transactionAnswer,
      ),
    async balanceIdr() {
      const query = { account_type: 'CASH', currency: 'IDR' }
      return await http.call(
        { operation: 'get_balance', method: 'GET', path: '/balance', query },
        balanceAnswer,
      )
    },
  }
}

const isUnavailableMethod = (error: unknown) =>
  error instanceof ProviderFailure &&
  error.outcome === 'refused' &&
  error.code === 'UNAVAILABLE_PAYMENT_METHOD_ERROR'

const A_PAGE = 50
/**
 * The largest number of pages of a list of refunds that laku reads. One payment has few refunds, and a list
 * without end must not be read for ever.
 */
const MAX_PAGES = 20

/** Returns the refunds on all pages of a list, and tells whether the list may lack a refund. */
async function refundsOf(http: ProviderHttp, list: Record<string, string>): Promise<ListedRefunds> {
  const refunds: GatewayRefund[] = []
  let afterId: string | undefined
  let unread = 0
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query = { ...list, limit: String(A_PAGE), after_id: afterId }
    const page = await http.call(
      { operation: 'list_refunds', method: 'GET', path: '/refunds', query },
      refundsAnswer,
    )
    refunds.push(...page.refunds)
    unread += page.unread
    if (!page.hasMore) return { refunds, partial: unread > 0 ? 'unreadable_refund' : undefined }
    if (!page.lastId || page.lastId === afterId) break
    afterId = page.lastId
  }
  return { refunds, partial: unread > 0 ? 'unreadable_refund' : 'endless_list' }
}

function paidAfter({ paidAfter, paidWithinS }: GatewayInvoiceQuery): Date | undefined {
  return paidWithinS === undefined ? paidAfter : new Date(Date.now() - paidWithinS * 1000)
}

function invoiceRequest(invoice: NewGatewayInvoice) {
  const { payer, items, methods } = invoice
  const phone = payer.phone === undefined ? undefined : plusPhone(payer.phone)
  return present({
    externalId: invoice.externalId,
    amount: invoice.amountIdr,
    currency: 'IDR',
    description: invoice.description,
    invoiceDuration: invoice.expiresInS,
    paymentMethods: methods && [...methods],
    payerEmail: payer.email,
    customer: present({ givenNames: payer.name, mobileNumber: phone, email: payer.email }),
    successRedirectUrl: invoice.successRedirectUrl,
    failureRedirectUrl: invoice.failureRedirectUrl,
    items: items?.map(({ name, priceIdr, quantity }) => ({ name, price: priceIdr, quantity })),
  })
}
