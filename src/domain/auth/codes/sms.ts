export interface SmsMessage {
  /** E.164 */
  to: string
  body: string
}

/**
 * Text messages, out: the second way for a code when WhatsApp does not get through. Throws `ProviderFailure`.
 */
export interface SmsSender {
  send(message: SmsMessage): Promise<{ id: string }>
}
