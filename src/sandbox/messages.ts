export type Channel = 'whatsapp' | 'email' | 'sms' | 'push'

/** A message that a real provider would have delivered to its recipient. */
export interface Message {
  id: string
  channel: Channel
  to: string
  body: string
  /** The one-time code in the message: the first run of exactly six digits. */
  code?: string
  /** The name of the WhatsApp template from which the message was made. */
  template?: string
  subject?: string
  /** The attachments of an email, without their content. */
  attachments?: { filename: string; content_type: string; bytes: number }[]
  at: string
}

/**
 * Returns a recipient in the form in which recipients are compared. A phone number becomes its digits, with
 * Indonesia's country code 62 for a leading 0. Everything else becomes lower case.
 */
function sameness(to: string): string {
  if (!/^\+?[\d\s-]+$/.test(to)) return to.toLowerCase()
  return to.replace(/\D/g, '').replace(/^0/, '62')
}

/**
 * All messages that the sandbox accepted. They are kept by recipient too, since tests often ask for the
 * last one-time code that a recipient got.
 */
export class MessageLog {
  #all: Message[] = []
  #byRecipient = new Map<string, Message[]>()

  /**
   * Stores a message with the one-time code that `codeText` contains. If `codeText` is left out, the code is
   * taken from the message's body.
   */
  add(message: Omit<Message, 'code'>, codeText = message.body): void {
    const code = /(?<!\d)\d{6}(?!\d)/.exec(codeText)?.[0]
    const stored: Message = code === undefined ? message : { ...message, code }
    this.#all.push(stored)
    const key = sameness(stored.to)
    const received = this.#byRecipient.get(key)
    if (received) received.push(stored)
    else this.#byRecipient.set(key, [stored])
  }

  /** Lists the messages, newest first, of one recipient and one channel if given. */
  list(filter: { to?: string | undefined; channel?: string | undefined }): Message[] {
    const from = filter.to === undefined ? this.#all : (this.#byRecipient.get(sameness(filter.to)) ?? [])
    const wanted = filter.channel === undefined ? from : from.filter((it) => it.channel === filter.channel)
    return wanted.toReversed()
  }

  clear(): void {
    this.#all = []
    this.#byRecipient.clear()
  }
}
