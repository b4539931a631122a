import { channelsOf, type Invoice } from './invoices.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}

function rupiah(amount: number): string {
  return `Rp ${amount.toLocaleString('id-ID')}`
}

/** A link back to the shop, unless its address is none that a browser should follow. */
function linkTo(address: unknown): string {
  if (typeof address !== 'string' || !/^https?:\/\//.test(address)) return ''
  return `<p><a href="${escapeHtml(address)}">Back to the shop</a></p>`
}

/** What a buyer sees at `invoice_url`: plain HTML with a button for each channel, working without script. */
export function payPage(invoice: Invoice): string {
  const { request, payment } = invoice
  const buttons = channelsOf(invoice)
    .map((channel) => `<button name="channel" value="${channel}">${channel}</button>`)
    .join('\n')
  const body =
    invoice.status === 'PENDING'
      ? `<p>Pay before ${new Date(invoice.expiresAt).toISOString()}</p><form method="post">${buttons}</form>`
      : invoice.status === 'PAID' && payment
        ? `<p>Paid: ${rupiah(payment.paid_amount)} by ${payment.payment_channel}</p>${linkTo(request.success_redirect_url)}`
        : `<p>Expired</p>${linkTo(request.failure_redirect_url)}`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Invoice ${escapeHtml(request.external_id)}</title>
<style>body{font:16px sans-serif;max-width:30em;margin:2em auto;padding:0 1em}button{padding:.6em 1em;margin:.2em}</style>
</head><body><h1>${rupiah(request.amount)}</h1>
<p>Invoice ${escapeHtml(request.external_id)}</p><p>${escapeHtml(request.description ?? '')}</p>
${body}
</body></html>
`
}

/** What the page says when it refuses: of one paid before, expired, or not payable like that. */
export function refusalPage(message: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not paid</title></head><body><h1>Not paid</h1><p>${escapeHtml(message)}</p></body></html>\n`
}
