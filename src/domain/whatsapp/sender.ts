export interface WhatsAppTemplate {
  /** E.164 */
  to: string
  template: string
  /** The language the template was approved in: `id`. */
  language: string
  /** The values that fill {{1}}, {{2}} … of the template's body, in order. */
  bodyParams: readonly string[]
  /** The value that fills the template's first button: the code of a one-time password. */
  buttonParam?: string
}

export interface WhatsAppText {
  /** E.164 */
  to: string
  body: string
}

export interface SentWhatsApp {
  /** The id by which status webhooks name the message. */
  providerMessageId: string
}

/** WhatsApp, out. Both throw `ProviderFailure`; an accepted message is sent, not delivered. */
export interface WhatsAppSender {
  sendTemplate(message: WhatsAppTemplate): Promise<SentWhatsApp>
  /** Free text: taken only within 24 hours of the recipient's last message to us. */
  sendText(message: WhatsAppText): Promise<SentWhatsApp>
}
