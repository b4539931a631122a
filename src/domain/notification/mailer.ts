export interface MailAttachment {
  filename: string
  content: Buffer
  contentType: string
}

export interface Mail {
  to: string
  subject: string
  text: string
  html?: string
  attachments?: readonly MailAttachment[]
}

/** Email, out. Throws `ProviderFailure`; an accepted mail is with the mail server, not read. */
export interface Mailer {
  send(mail: Mail): Promise<{ messageId: string }>
}
