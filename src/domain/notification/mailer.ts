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
  /**
   * The Message-ID header. Mail programs show two mails with the same id once, so a mail that may be sent
   * twice gets the same id both times. Default: a random id.
   */
  messageId?: string
}

/**
 * The gateway for outgoing email. Throws `ProviderFailure`. An accepted mail has reached the mail server;
 * nobody has read it yet.
 */
export interface Mailer {
  send(mail: Mail): Promise<{ messageId: string }>
}
