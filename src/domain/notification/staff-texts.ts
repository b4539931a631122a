import type { Locale } from '../user/index.ts'
import { notificationErrors } from './errors.ts'
import type { NoticeKind } from './kinds.ts'
import type { NoticeText } from './templates/texts.ts'

interface StaffTemplate {
  kind: NoticeKind
  /** The names of the parameters that staff must give for this notice template, in order. */
  params: readonly string[]
  write: Record<Locale, (...params: string[]) => NoticeText>
}

/**
 * The templates of notices that staff and other services may send to a user by hand, in Indonesian and
 * English.
 */
const templates: Readonly<Record<string, StaffTemplate>> = {
  message: {
    kind: 'shop',
    params: ['title', 'body'],
    write: {
      id: (title = '', body = '') => ({ title, body }),
      en: (title = '', body = '') => ({ title, body }),
    },
  },
  order_delayed: {
    kind: 'orders',
    params: ['order code', 'days'],
    write: {
      id: (code = '', days = '') => ({
        title: `Pesanan ${code} terlambat`,
        body: `Maaf, pesanan Anda terlambat sekitar ${days} hari. Kami kabari lagi begitu dikirim.`,
      }),
      en: (code = '', days = '') => ({
        title: `Order ${code} is late`,
        body: `Sorry, your order is late by about ${days} days. We will let you know when it is sent.`,
      }),
    },
  },
  goodwill: {
    kind: 'money',
    params: ['amount', 'reason'],
    write: {
      id: (amount = '', reason = '') => ({
        title: `${amount} untuk Anda`,
        body: `Sebagai permintaan maaf (${reason}), saldo dompet Laku Anda kami tambah.`,
      }),
      en: (amount = '', reason = '') => ({
        title: `${amount} for you`,
        body: `As an apology (${reason}) we have added to your Laku wallet.`,
      }),
    },
  },
}

const staffTemplates: readonly string[] = Object.keys(templates)

/** @throws notification.template_unknown, params_wrong */
export function staffTemplate(name: string, params: readonly string[]): StaffTemplate {
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined
  if (!template) throw notificationErrors.template_unknown({ template: name, known: staffTemplates })
  if (params.length !== template.params.length) {
    throw notificationErrors.params_wrong({ template: name, takes: template.params })
  }
  return template
}
