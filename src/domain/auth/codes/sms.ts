export interface SmsMessage {
  /** The recipient's phone number in E.164. */
  to: string
  body: string
}

/**
 * The sender of text messages: the second channel for a code when WhatsApp does not get through. Throws
 * `ProviderFailure`.
 */
export interface SmsSender {
  send(message: SmsMessage): Promise<{ id: string }>
}
