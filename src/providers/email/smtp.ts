import { createTransport } from 'nodemailer'
import { ProviderFailure, type ProviderFailureFacts } from '../../domain/kernel/provider-failure.ts'
import type { Mailer } from '../../domain/notification/mailer.ts'
import { type BreakerOptions, createGuard } from '../circuit-breaker.ts'
import { networkFailure } from '../network-failure.ts'

export interface SmtpOptions {
  /**
   * The mail server's address, `smtp://` or `smtps://`, with user and password in it if the server wants
   * them.
   */
  url: string
  /** The sender of all mails, like `Laku <halo@example.com>`. */
  from: string
  /** The timeout of each wait for the mail server (ms). Default 10 s. */
  timeoutMs?: number
  /**
   * True if no mail may be sent to a server without TLS. The reason is that mails carry log-in codes, which
   * others could read on the way.
   */
  needsTls?: boolean
  breaker?: BreakerOptions
}

type ServerOptions = Pick<SmtpOptions, 'url' | 'timeoutMs' | 'needsTls'>

/**
 * Creates a mailer over SMTP, with one connection for each mail. nodemailer's own pool would send a mail
 * again when a connection breaks; but the mailer's caller must decide that.
 */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const { from } = options
  const guard = createGuard('email', options.breaker)
  const transport = transportTo(options)
  return {
    send: ({ attachments = [], ...mail }) =>
      guard.once('send', async () => {
        try {
          const sent = await transport.sendMail({ ...mail, from, attachments: [...attachments] })
          return { messageId: sent.messageId }
        } catch (error) {
          throw new ProviderFailure({ provider: 'email', operation: 'send', ...smtpFailure(error) })
        }
      }),
  }
}

/** Connects to the mail server and logs in, and sends nothing. @throws ProviderFailure */
export async function verifySmtp(options: ServerOptions): Promise<void> {
  const transport = transportTo(options)
  try {
    await transport.verify()
  } catch (error) {
    throw new ProviderFailure({ provider: 'email', operation: 'verify', ...smtpFailure(error) })
  } finally {
    transport.close()
  }
}

function transportTo({ url, timeoutMs = 10_000, needsTls = false }: ServerOptions) {
  return createTransport({
    url,
    requireTLS: needsTls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

type SmtpFailure = Pick<ProviderFailureFacts, 'outcome' | 'code'>

/** The nodemailer codes of errors that come before the mail is handed over. */
const BEFORE_SENDING = new Set(['EDNS', 'ETLS', 'EREQUIRETLS'])
/**
 * The error codes with which nodemailer itself refuses to send a mail, because of a fault in the mail or in
 * the settings.
 */
const NEVER_SENT = new Set([
  'EENVELOPE',
  'EMESSAGE',
  'EAUTH',
  'ENOAUTH',
  'ECONFIG',
  'EFILEACCESS',
  'EURLACCESS',
])

/**
 * Classifies an SMTP error: a 5xx reply is a definite refusal, a 4xx reply a temporary one. If a connection
 * was made and then broke or went silent, the server may have accepted the mail. So the outcome is unknown.
 * The same holds if the server answers the mail with nonsense or with 421 ("closing").
 */
function smtpFailure(error: unknown): SmtpFailure {
  const { responseCode, code, syscall, command } = Object(error) as Record<string, unknown>
  // The mail server offers no TLS, so no mail was handed over. The person who runs that server can correct
  // this.
  if (command === 'STARTTLS') return { outcome: 'unreachable', code: 'etls' }
  if (typeof responseCode === 'number') {
    const lost = responseCode < 400 || (responseCode === 421 && command === 'DATA')
    const outcome = lost ? 'unknown' : responseCode >= 500 ? 'refused' : 'unreachable'
    return { outcome, code: `smtp_${responseCode}` }
  }
  if (typeof code !== 'string') return networkFailure(error)
  if (NEVER_SENT.has(code)) return { outcome: 'refused', code: code.toLowerCase() }
  // nodemailer replaces the system's error code by its own, but keeps the name of the system call that
  // failed.
  const early = BEFORE_SENDING.has(code) || syscall === 'connect' || syscall === 'getaddrinfo'
  return { outcome: early ? 'unreachable' : 'unknown', code: code.toLowerCase() }
}
