export type Channel = 'whatsapp' | 'email' | 'sms' | 'push'

/** A message some customer would have received. */
export interface Message {
  id: string
  channel: Channel
  to: string
  body: string
  /** The one-time code in it: the first run of exactly six digits. */
  code?: string
  /** Name of the WhatsApp template it was made from. */
  template?: string
  subject?: string
  /** The attachments of an email, without their content. */
  attachments?: { filename: string; content_type: string; bytes: number }[]
  at: string
}

/** Phones compare by their digits with the country's 62, everything else in lower case. */
function sameness(to: string): string {
  if (!/^\+?[\d\s-]+$/.test(to)) return to.toLowerCase()
  return to.replace(/\D/g, '').replace(/^0/, '62')
}

/** Every message sent, kept by recipient too, since tests ask for one recipient's last code often. */
export class MessageLog {
  #all: Message[] = []
  #byRecipient = new Map<string, Message[]>()

  /** Stores a message, with the code found in `codeText` (its body when absent). */
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
