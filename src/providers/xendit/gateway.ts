// The folders are imported, not the package: all of it takes 530 ms to load here, these two 90 ms.
import { Invoice } from 'xendit-node/invoice/index.js'
import { Refund } from 'xendit-node/refund/index.js'
import { z } from 'zod'
import type { NewGatewayInvoice, PaymentGateway } from '../../domain/payment/gateway.ts'
import { present } from '../answers.ts'
import type { BreakerOptions } from '../guard.ts'
import { createProviderHttp, type ProviderHttp } from '../http.ts'
import { plusPhone } from '../phone.ts'
import { invoiceAnswer, refundAnswer, xenditErrorIn } from './answers.ts'

export interface XenditOptions {
  /** `https://api.xendit.co`, or a sandbox's address. */
  url: string
  secretKey: string
  /** For one call. Default 10 s. */
  timeoutMs?: number
  breaker?: BreakerOptions
}

/**
 * The payment gateway over Xendit's invoices and refunds. Creations go through Xendit's SDK, which builds the request;
 * what is read is always the raw answer, because the SDK's models drop `paid_at`, `payment_channel`, a refund's
 * `status` and more, and fail on an invoice without every `available_*` list.
 */
export function createXenditGateway(options: XenditOptions): PaymentGateway {
  const url = options.url.replace(/\/+$/, '')
  const http = createProviderHttp({
    ...options,
    provider: 'xendit',
    headers: { authorization: `Basic ${Buffer.from(`${options.secretKey}:`).toString('base64')}` },
    errorIn: xenditErrorIn,
  })
  const account = { secretKey: options.secretKey, xenditURL: url }

  return {
    async createInvoice(invoice) {
      const body = await throughSdk(http, 'create_invoice', new Invoice(account), (sdk) =>
        sdk.createInvoice({ data: invoiceRequest(invoice) }),
      )
      return http.read('create_invoice', body, invoiceAnswer)
    },
    getInvoice: (id) =>
      http.call(
        { operation: 'get_invoice', method: 'GET', path: `/v2/invoices/${encodeURIComponent(id)}` },
        invoiceAnswer,
      ),
    findInvoices: (externalId) =>
      http.call(
        {
          operation: 'find_invoices',
          method: 'GET',
          path: '/v2/invoices',
          query: { external_id: externalId },
        },
        z.array(invoiceAnswer),
      ),
    listInvoices: (query) =>
      http.call(
        {
          operation: 'list_invoices',
          method: 'GET',
          path: '/v2/invoices',
          query: {
            statuses: query.statuses,
            paid_after: query.paidAfter?.toISOString(),
            paid_before: query.paidBefore?.toISOString(),
            last_invoice: query.afterId,
            limit: String(query.limit),
          },
        },
        z.array(invoiceAnswer),
      ),
    // No body and no content type here, though it is a POST.
    expireInvoice: (id) =>
      http.call(
        { operation: 'expire_invoice', method: 'POST', path: `/invoices/${encodeURIComponent(id)}/expire!` },
        invoiceAnswer,
      ),
    async createRefund({ idempotencyKey, invoiceId, referenceId, amountIdr, reason }) {
      const data = { invoiceId, referenceId, amount: amountIdr, currency: 'IDR', reason }
      const body = await throughSdk(http, 'create_refund', new Refund(account), (sdk) =>
        sdk.createRefund({ idempotencyKey, data }),
      )
      return http.read('create_refund', body, refundAnswer)
    },
    getRefund: (id) =>
      http.call(
        { operation: 'get_refund', method: 'GET', path: `/refunds/${encodeURIComponent(id)}` },
        refundAnswer,
      ),
  }
}

function invoiceRequest(invoice: NewGatewayInvoice) {
  const { payer, items } = invoice
  const phone = payer.phone === undefined ? undefined : plusPhone(payer.phone)
  return present({
    externalId: invoice.externalId,
    amount: invoice.amountIdr,
    currency: 'IDR',
    description: invoice.description,
    invoiceDuration: invoice.expiresInS,
    payerEmail: payer.email,
    customer: present({ givenNames: payer.name, mobileNumber: phone, email: payer.email }),
    successRedirectUrl: invoice.successRedirectUrl,
    items: items?.map(({ name, priceIdr, quantity }) => ({ name, price: priceIdr, quantity })),
  })
}

/**
 * One call through an SDK client, answering the raw JSON. The client's fetch is replaced by ours: it has no timeout of
 * its own and throws a TypeError on an error page. Once there is an answer, what the SDK's models make of it is no matter.
 */
async function throughSdk<Client extends object>(
  http: ProviderHttp,
  operation: string,
  client: Client,
  call: (client: Client) => Promise<unknown>,
): Promise<unknown> {
  let answer: unknown
  const fetchApi = async (url: string, init: RequestInit) => {
    answer = await http.send(operation, url, init)
    return Response.json(answer)
  }
  Object.assign(client, { fetchApi })
  try {
    await call(client)
  } catch (error) {
    if (answer === undefined) throw error
  }
  return answer
}
