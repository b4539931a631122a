import type { WhatsAppSender } from '../domain/whatsapp/sender.ts'
import { createFonnteSender } from '../providers/whatsapp/fonnte.ts'
import { createMetaSender } from '../providers/whatsapp/meta.ts'
import { templateBody } from '../providers/whatsapp/templates.ts'
import type { Config } from './config.ts'

type WhatsAppConfig = Pick<Config, 'whatsappApiUrl' | 'whatsappToken' | 'whatsappPhoneNumberId'>

/**
 * Creates the client of Meta's Cloud API, or of Fonnte where WHATSAPP_API_URL is Fonnte's: the address
 * decides which API is used.
 */
export function createWhatsApp(config: WhatsAppConfig): WhatsAppSender {
  const { whatsappApiUrl: url, whatsappToken: token, whatsappPhoneNumberId: phoneNumberId } = config
  return isFonnte(url)
    ? createFonnteSender({ url, token, templates: templateBody })
    : createMetaSender({ url, token, phoneNumberId })
}

export function isFonnte(url: string): boolean {
  const { hostname, pathname } = new URL(url)
  // The sandbox serves its imitation of Fonnte at this address, so the address counts as Fonnte's.
  if (hostname === '127.0.0.1' && pathname === '/fonnte') return true
  return hostname === 'fonnte.com' || hostname.endsWith('.fonnte.com')
}
