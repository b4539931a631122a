export interface WhatsAppTemplate {
  /** The recipient's phone number in E.164. */
  to: string
  template: string
  /** The language in which WhatsApp approved the template: `id` (Indonesian). */
  language: string
  /** The values that fill {{1}}, {{2}} … of the template's body, in order. */
  bodyParams: readonly string[]
  /** The value that fills the template's first button: the code of a one-time password. */
  buttonParam?: string
}

export interface WhatsAppText {
  /** The recipient's phone number in E.164. */
  to: string
  body: string
}

export interface SentWhatsApp {
  /** The provider's id of the sent message. The webhooks that report the message's status contain it. */
  providerMessageId: string
}

/**
 * The client that sends messages by WhatsApp. Its calls throw `ProviderFailure`. When a call succeeds,
 * WhatsApp has accepted the message but not yet delivered it.
 */
export interface WhatsAppSender {
  sendTemplate(message: WhatsAppTemplate): Promise<SentWhatsApp>
  /** Sends free text, which WhatsApp accepts only within 24 hours of the recipient's last message to laku. */
  sendText(message: WhatsAppText): Promise<SentWhatsApp>
}
