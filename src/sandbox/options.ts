import type { NewTemplate } from './messaging/template-registry.ts'

/**
 * The options that a sandbox is started with: where it listens, whom it calls back, and the secrets both
 * sides share.
 */
export interface SandboxOptions {
  /** HTTP port on loopback; 0 picks a free one. */
  port: number
  /** SMTP port on loopback; 0 or nothing picks a free one. */
  smtpPort?: number
  /** PEM texts. With them it speaks https and smtps, as production wants its providers. */
  tls?: { cert: string; key: string }
  /** Base of the links handed out (`invoice_url`); `http://127.0.0.1:<port>` when absent. */
  publicUrl?: string
  /** Base of the server that receives webhooks at `/api/webhooks/{xendit,biteship,whatsapp}`. */
  lakuUrl: string
  xendit: {
    secretKey: string
    callbackToken: string
    /**
     * The merchant's own money in the account from the start (IDR); 0 by default.
     */
    floatIdr?: number
  }
  biteship: { apiKey: string; webhookHeader: string; webhookSecret: string }
  whatsapp: {
    token: string
    phoneNumberId: string
    appSecret: string
    verifyToken: string
    /** The business whose templates are registered; any id where none is given. */
    businessId?: string
    /**
     * The templates that the merchant has registered from the start; a message with any other template is
     * refused.
     */
    templates?: readonly NewTemplate[]
  }
  /** Fonnte's settings; its token is WhatsApp's by default. */
  fonnte?: { token?: string; webhookSecret?: string; device?: string }
  sms: { account: string; token: string }
  /** The providers' clock; the real one when absent. */
  now?: () => Date
}
