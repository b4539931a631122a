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

/**
 * The gateway for outgoing email. Throws `ProviderFailure`. An accepted mail has reached the mail server;
 * nobody has read it yet.
 */
export interface Mailer {
  send(mail: Mail): Promise<{ messageId: string }>
}
