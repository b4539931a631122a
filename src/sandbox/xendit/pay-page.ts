import { escapeHtml, instantText, type Language, sandboxPage } from '../page.ts'
import { PAYMENT_CHANNELS, type PaymentMethod } from './channels.ts'
import { channelsOf, type Invoice } from './invoices.ts'
import { payTexts } from './pay-texts.ts'

const rupiah = (amount: number): string => `Rp\u00a0${amount.toLocaleString('id-ID')}`

const CHANNEL_NAMES: Record<string, string> = {
  CREDIT_CARD: 'Visa, Mastercard',
  SHOPEEPAY: 'ShopeePay',
  LINKAJA: 'LinkAja',
  GOPAY: 'GoPay',
  MANDIRI: 'Mandiri',
  PERMATA: 'Permata',
  ALFAMART: 'Alfamart',
  INDOMARET: 'Indomaret',
}
const nameOf = (channel: string) => CHANNEL_NAMES[channel] ?? channel

/**
 * Returns a link back to the shop; empty if the address is not http or https, because a browser should not
 * follow other addresses.
 */
function linkTo(address: unknown, text: string): string {
  if (typeof address !== 'string' || !/^https?:\/\//.test(address)) return ''
  return `<a class="button" href="${escapeHtml(address)}">${text}</a>`
}

/** Returns a button for each payment channel, grouped by the kind of channel. */
function waysToPay(invoice: Invoice, language: Language): string {
  const byMethod = new Map<PaymentMethod, string[]>()
  for (const channel of channelsOf(invoice)) {
    const method = PAYMENT_CHANNELS[channel]?.method
    if (method) byMethod.set(method, [...(byMethod.get(method) ?? []), channel])
  }
  const { choose, methods } = payTexts[language]
  const groups = [...byMethod].map(([method, channels]) => {
    const buttons = channels.map(
      (channel) => `<button name="channel" value="${channel}">${nameOf(channel)}</button>`,
    )
    return `<h2>${methods[method]}</h2><div class="ways">${buttons.join('')}</div>`
  })
  return `<section class="card"><p>${choose}</p><form method="post" action="?lang=${language}">${groups.join('\n')}</form></section>`
}

/** Renders the page that a buyer sees at `invoice_url`: plain HTML, working without script. */
export function payPage(invoice: Invoice, language: Language): string {
  const { request, payment, status } = invoice
  const texts = payTexts[language]
  const name = `${texts.invoice} ${request.external_id}`
  const heading = (title: string, lines: readonly string[], link = '') =>
    `<section class="card"><p>${escapeHtml(name)}</p><h1>${title}</h1>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}${link}</section>`
  const description = request.description ? [request.description] : []
  if (status === 'PENDING') {
    const at = instantText(language, invoice.expiresAt)
    const body = heading(rupiah(request.amount), [...description, texts.payBefore(at)])
    return sandboxPage({ title: name, language, body: body + waysToPay(invoice, language) })
  }
  const body =
    status === 'PAID' && payment
      ? heading(
          texts.paid,
          [rupiah(payment.paid_amount), texts.paidBy(nameOf(payment.payment_channel))],
          linkTo(request.success_redirect_url, texts.back),
        )
      : heading(
          texts.expired,
          [rupiah(request.amount), texts.expiredText],
          linkTo(request.failure_redirect_url, texts.back),
        )
  return sandboxPage({ title: name, language, body })
}

/**
 * Renders the page of a refused payment: the invoice was paid before, has expired, or does not accept this
 * payment.
 */
export function refusalPage(message: string, language: Language): string {
  const { refused, backToInvoice } = payTexts[language]
  const body = `<section class="card"><h1>${refused}</h1><p>${escapeHtml(message)}</p><a class="button" href="?lang=${language}">${backToInvoice}</a></section>`
  return sandboxPage({ title: refused, language, body })
}
