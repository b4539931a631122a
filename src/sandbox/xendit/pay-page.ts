import { PAYMENT_CHANNELS, type PaymentMethod } from './channels.ts'
import { channelsOf, type Invoice } from './invoices.ts'
import { type Language, payTexts } from './pay-texts.ts'

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

const STYLE = `
:root{color-scheme:light dark;--ink:#172033;--soft:#566075;--ground:#f3f5f9;--card:#fff;--line:#d9dfea;--brand:#2449c4;--tint:#e9eefc;--note:#6b4300;--note-tint:#fdf0d5;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf6;--soft:#a6b0c6;--ground:#0d1220;--card:#161d2f;--line:#2d374f;--brand:#9db4ff;--tint:#1d2947;--note:#f6c768;--note-tint:#3a2c10}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
header,main{max-width:32rem;margin:0 auto;padding:0 1rem}
header{display:flex;justify-content:space-between;align-items:center;min-height:3.5rem}
header b{color:var(--brand);font-size:1.1rem}
a{color:var(--brand)}
header a{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 .25rem}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.note{margin:0;padding:.5rem 1rem;background:var(--note-tint);color:var(--note);text-align:center;font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.25rem;margin:0 0 1rem}
h1{font-size:1.9rem;line-height:1.2;margin:.25rem 0}
h2{font-size:1rem;margin:1.25rem 0 .5rem}
p{margin:.25rem 0;color:var(--soft)}
.ways{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.5rem}
button,.button{display:flex;align-items:center;justify-content:center;min-height:3rem;padding:.5rem;border:1px solid var(--line);border-radius:.75rem;background:var(--tint);color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button{margin-top:1rem;color:var(--brand);border-color:var(--brand)}
`

interface Shown {
  title: string
  language: Language
  body: string
}

function page({ title, language, body }: Shown): string {
  const { other, notice } = payTexts[language]
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><p class="note">${notice}</p>
<header><b>Laku</b><a href="?lang=${other.language}" hreflang="${other.language}" lang="${other.language}">${other.name}</a></header>
<main>${body}</main></body></html>
`
}

/** A link back to the shop, unless its address is none that a browser should follow. */
function linkTo(address: unknown, text: string): string {
  if (typeof address !== 'string' || !/^https?:\/\//.test(address)) return ''
  return `<a class="button" href="${escapeHtml(address)}">${text}</a>`
}

/** A button for each channel, under its kind. */
function waysToPay(invoice: Invoice, language: Language): string {
  const byMethod = new Map<PaymentMethod, string[]>()
  for (const channel of channelsOf(invoice)) {
    const method = PAYMENT_CHANNELS[channel]?.method
    if (method) byMethod.set(method, [...(byMethod.get(method) ?? []), channel])
  }
  const { choose, methods } = payTexts[language]
  const groups = [...byMethod].map(([method, channels]) => {
    const buttons = channels.map((one) => `<button name="channel" value="${one}">${nameOf(one)}</button>`)
    return `<h2>${methods[method]}</h2><div class="ways">${buttons.join('')}</div>`
  })
  return `<section class="card"><p>${choose}</p><form method="post" action="?lang=${language}">${groups.join('\n')}</form></section>`
}

/** What a buyer sees at `invoice_url`: plain HTML, working without script. */
export function payPage(invoice: Invoice, language: Language): string {
  const { request, payment, status } = invoice
  const texts = payTexts[language]
  const name = `${texts.invoice} ${request.external_id}`
  const heading = (title: string, lines: readonly string[], link = '') =>
    `<section class="card"><p>${escapeHtml(name)}</p><h1>${title}</h1>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}${link}</section>`
  const description = request.description ? [request.description] : []
  if (status === 'PENDING') {
    const at = new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'Asia/Jakarta',
    }).format(invoice.expiresAt)
    const body = heading(rupiah(request.amount), [...description, texts.payBefore(`${at} WIB`)])
    return page({ title: name, language, body: body + waysToPay(invoice, language) })
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
  return page({ title: name, language, body })
}

/** What the page says when it refuses: of one paid before, expired, or not payable like that. */
export function refusalPage(message: string, language: Language): string {
  const { refused, backToInvoice } = payTexts[language]
  const body = `<section class="card"><h1>${refused}</h1><p>${escapeHtml(message)}</p><a class="button" href="?lang=${language}">${backToInvoice}</a></section>`
  return page({ title: refused, language, body })
}
