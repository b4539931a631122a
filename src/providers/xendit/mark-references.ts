import type { GatewayInvoice, GatewayRefund, PaymentGateway } from '../../domain/payment/gateway.ts'
import type { GatewayTransaction } from '../../domain/payment/reconciliation/gateway-transactions.ts'

/**
 * Returns a gateway that puts the installation's prefix before laku's codes of invoices and refunds at the
 * provider (`1A2B3C-PAY-…`). Callers get the codes without the prefix. An object of another installation
 * keeps its prefix, so its code matches none of ours. An old object, made before laku used prefixes, is found
 * by its code alone.
 */
export function prefixReferences(
  gateway: PaymentGateway,
  installation: () => Promise<string>,
): PaymentGateway {
  const markOf = async () => `${await installation()}-`
  const bare = (mark: string, name: string) => (name.startsWith(mark) ? name.slice(mark.length) : name)
  const invoiceOf = (mark: string, invoice: GatewayInvoice): GatewayInvoice => ({
    ...invoice,
    externalId: bare(mark, invoice.externalId),
  })
  const refundOf = (mark: string, refund: GatewayRefund): GatewayRefund => ({
    ...refund,
    referenceId: refund.referenceId && bare(mark, refund.referenceId),
  })
  // The prefix is not removed from the transaction lines of payouts, because laku's own key of a payout
  // contains the prefix.
  const lineOf = (mark: string, line: GatewayTransaction): GatewayTransaction =>
    line.referenceId && /^(PAYMENT|REFUND|CHARGEBACK)$/.test(line.type)
      ? { ...line, referenceId: bare(mark, line.referenceId) }
      : line

  return {
    ...gateway,
    async createInvoice(invoice) {
      const mark = await markOf()
      return invoiceOf(
        mark,
        await gateway.createInvoice({ ...invoice, externalId: `${mark}${invoice.externalId}` }),
      )
    },
    async getInvoice(id) {
      return invoiceOf(await markOf(), await gateway.getInvoice(id))
    },
    async findInvoices(externalId) {
      const mark = await markOf()
      const marked = await gateway.findInvoices(`${mark}${externalId}`)
      const found = marked.length > 0 ? marked : await gateway.findInvoices(externalId)
      return found.map((invoice) => invoiceOf(mark, invoice))
    },
    async listInvoices(query) {
      const mark = await markOf()
      return (await gateway.listInvoices(query)).map((invoice) => invoiceOf(mark, invoice))
    },
    async expireInvoice(id) {
      return invoiceOf(await markOf(), await gateway.expireInvoice(id))
    },
    async createRefund(refund, lease) {
      const mark = await markOf()
      return refundOf(
        mark,
        await gateway.createRefund({ ...refund, referenceId: `${mark}${refund.referenceId}` }, lease),
      )
    },
    async getRefund(id) {
      return refundOf(await markOf(), await gateway.getRefund(id))
    },
    async findRefunds(payment) {
      const mark = await markOf()
      const listed = await gateway.findRefunds(payment)
      return { ...listed, refunds: listed.refunds.map((refund) => refundOf(mark, refund)) }
    },
    async listTransactions(query) {
      const mark = await markOf()
      const { referenceId } = query
      const marked =
        referenceId && /^(PAY|RFD)-/.test(referenceId)
          ? await gateway.listTransactions({ ...query, referenceId: `${mark}${referenceId}` })
          : undefined
      const page = marked?.transactions.length ? marked : await gateway.listTransactions(query)
      return { ...page, transactions: page.transactions.map((transaction) => lineOf(mark, transaction)) }
    },
    async getTransaction(id) {
      return lineOf(await markOf(), await gateway.getTransaction(id))
    },
  }
}
