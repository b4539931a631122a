export interface WhatsAppTemplate {
  /** E.164 */
  to: string
  template: string
  /** The language the template was approved in: `id`. */
  language: string
  /** What fills {{1}}, {{2}} … of its body, in order. */
  bodyParams: readonly string[]
  /** What fills its first button: the code of a one-time password. */
  buttonParam?: string
}

export interface WhatsAppText {
  /** E.164 */
  to: string
  body: string
}

export interface SentWhatsApp {
  /** What status webhooks name it by. */
  providerMessageId: string
}

/** WhatsApp, out. Both throw `ProviderFailure`; an accepted message is sent, not delivered. */
export interface WhatsAppSender {
  sendTemplate(message: WhatsAppTemplate): Promise<SentWhatsApp>
  /** Free text: taken only within 24 hours of the recipient's last message to us. */
  sendText(message: WhatsAppText): Promise<SentWhatsApp>
}
