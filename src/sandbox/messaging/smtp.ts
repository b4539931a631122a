import type { AddressInfo } from 'node:net'
import { type Attachment, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server'
import type { SandboxContext } from '../context.ts'
import type { Fault } from '../faults.ts'
import { pause } from '../schedule.ts'

/** The maximum time that a connection may stay open after the server is closed (ms). */
const CLOSE_TIMEOUT_MS = 100

/**
 * The SMTP reply to each kind of fault: 550 is a permanent refusal, 451 a temporary one. 354 is a garbage
 * reply, because it belongs to another step of SMTP.
 */
const REPLIES: Partial<Record<Fault['kind'], { code: number; message: string }>> = {
  refuse: { code: 550, message: 'Mailbox unavailable' },
  error: { code: 451, message: 'Local error in processing' },
  garbage: { code: 354, message: 'What was that?' },
}

function smtpFailure(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code })
}

/** Starts the SMTP server, which accepts any login. Returns its URL and a function that stops it. */
export async function startSmtp(
  context: SandboxContext,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const { tls } = context.options
  const server = new SMTPServer({
    ...(tls && { secure: true, ...tls }),
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onAuth: (auth, _session, callback) => callback(null, { user: auth.username ?? 'anyone' }),
    onData(stream, session, callback) {
      receive(context, stream, session).then(() => callback(null, 'queued'), callback)
    },
  })
  // The error of a client that breaks off the connection does not concern the server.
  server.on('error', () => undefined)
  const listening = Promise.withResolvers<void>()
  const failed = (error: Error) => listening.reject(error)
  server.once('error', failed)
  server.listen(port, '127.0.0.1', () => listening.resolve())
  await listening.promise
  server.off('error', failed)
  const { port: actual } = server.server.address() as AddressInfo
  return {
    url: `${tls ? 'smtps' : 'smtp'}://127.0.0.1:${actual}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function receive(
  context: SandboxContext,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const mail = await simpleParser(stream)
  const fault = context.faults.take('email', 'sendEmail')
  const reply = fault && REPLIES[fault.kind]
  // A fault that a test has set may name its own SMTP code, such as 535 for a refused login.
  if (reply) throw smtpFailure(Number(fault.code) || reply.code, reply.message)
  if (context.limits.count('email', 'sendEmail')?.exceeded) throw smtpFailure(450, 'Too many messages')
  if (fault?.kind === 'slow') await pause(fault.delay_ms ?? 1000)
  if (fault?.kind !== 'timeout') {
    const body = mail.text ?? (mail.html || '')
    for (const { address } of session.envelope.rcptTo)
      context.messages.add({
        id: mail.messageId ?? session.id,
        channel: 'email',
        to: address,
        subject: mail.subject ?? '',
        body,
        ...(mail.attachments.length > 0 ? { attachments: mail.attachments.map(attachmentOf) } : {}),
        at: context.now().toISOString(),
      })
  }
  if (fault?.kind === 'timeout' || fault?.kind === 'commit_then_timeout') {
    await context.schedule.hold(undefined)
    throw smtpFailure(421, 'Closing connection')
  }
}

function attachmentOf({ filename, contentType, size }: Attachment) {
  return { filename: filename ?? '', content_type: contentType, bytes: size }
}
