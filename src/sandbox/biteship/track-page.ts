import { escapeHtml, instantText, type Language, sandboxPage } from '../page.ts'
import type { Order } from './orders.ts'

const texts: Record<Language, { waybill: string; lost: string; lostText: string }> = {
  id: {
    waybill: 'Nomor resi',
    lost: 'Tidak ditemukan',
    lostText: 'Tidak ada paket dengan tautan ini. Uji coba yang dimulai lagi melupakan paketnya.',
  },
  en: {
    waybill: 'Waybill',
    lost: 'Not found',
    lostText: 'There is no parcel of this link. A sandbox that is started again forgets its parcels.',
  },
}

/** Renders the page that a buyer sees at `tracking_url`: the history of the parcel, the newest first. */
export function trackPage(order: Order, language: Language): string {
  const { company, type } = order.request.courier
  const { waybill } = texts[language]
  const history = order.history
    .toReversed()
    .map(
      ({ status, note, updated_at }) =>
        `<h2>${escapeHtml(status)}</h2><p>${escapeHtml(note)}</p><p>${instantText(language, new Date(updated_at))}</p>`,
    )
  const body = `<section class="card"><p>${waybill}</p><h1>${escapeHtml(order.waybillId ?? '-')}</h1>
<p>${escapeHtml(`${company.toUpperCase()} ${type}`)}</p>${history.join('')}</section>`
  return sandboxPage({ title: `${waybill} ${order.waybillId ?? '-'}`, language, body })
}

export function lostParcelPage(language: Language): string {
  const { lost, lostText } = texts[language]
  const body = `<section class="card"><h1>${lost}</h1><p>${lostText}</p></section>`
  return sandboxPage({ title: lost, language, body })
}
