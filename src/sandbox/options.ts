import type { NewTemplate } from './messaging/template-registry.ts'

/**
 * The options of a sandbox: the ports where it listens, the server that gets its webhooks, and the secrets
 * that the sandbox and that server share.
 */
export interface SandboxOptions {
  /** The HTTP port on loopback; 0 picks a free one. */
  port: number
  /** The SMTP port on loopback; 0 or nothing picks a free one. */
  smtpPort?: number
  /**
   * The certificate and its key as PEM texts. With them the sandbox speaks https and smtps, because
   * production demands this of its providers.
   */
  tls?: { cert: string; key: string }
  /**
   * The base address of the links that the sandbox hands out (`invoice_url`). If it is absent, it is
   * `http://127.0.0.1:<port>`.
   */
  publicUrl?: string
  /** The base address of the server that receives webhooks at `/api/webhooks/{xendit,biteship,whatsapp}`. */
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
    /**
     * The id of the WhatsApp business whose templates are registered. If it is absent, any id is accepted.
     */
    businessId?: string
    /**
     * The templates that the merchant has registered from the start; a message with any other template is
     * refused.
     */
    templates?: readonly NewTemplate[]
  }
  /** The settings of Fonnte. Without `token`, Fonnte accepts the token of WhatsApp (Meta). */
  fonnte?: { token?: string; webhookSecret?: string; device?: string }
  sms: { account: string; token: string }
  /** The providers' clock. If it is absent, the real clock is used. */
  now?: () => Date
}
