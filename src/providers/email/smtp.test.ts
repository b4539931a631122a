import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { failureOf } from '../../../test/provider-wire.ts'
import { createSmtpMailer, verifySmtp } from './smtp.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

test('a mail server is tried without a mail: one that refuses the login says so', async () => {
  const { port, received } = await mailServer()
  await verifySmtp({ url: `smtp://127.0.0.1:${port}` })
  const failure = await failureOf(verifySmtp({ url: `smtp://laku:wrong@127.0.0.1:${port}` }))
  expect(failure).toMatchObject({ operation: 'verify', outcome: 'refused', code: 'smtp_535' })
  expect(received).toEqual([])
})

const mail = { to: 'budi@example.com', subject: 'Pesanan', text: 'Terima kasih' }

function mailer(port: number, { login = '', timeoutMs = 3000, needsTls = false } = {}) {
  return createSmtpMailer({
    url: `smtp://${login}127.0.0.1:${port}`,
    from: 'Laku <halo@laku.test>',
    timeoutMs,
    needsTls,
  })
}

interface MailServerBehaviour {
  onRecipient?: number
  onData?: number
}

/** Starts a mail server that keeps the mails that it gets, or replies with an error code. */
async function mailServer(behaviour: MailServerBehaviour = {}) {
  const received: ParsedMail[] = []
  const reply = (responseCode: number | undefined) =>
    responseCode === undefined ? null : Object.assign(new Error('no'), { responseCode })
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 50,
    onAuth: (_auth, _session, done) => done(Object.assign(new Error('no'), { responseCode: 535 })),
    onRcptTo: (_address, _session, done) => done(reply(behaviour.onRecipient)),
    onData(stream, _session, done) {
      simpleParser(stream).then((parsed) => {
        if (behaviour.onData === undefined) received.push(parsed)
        done(reply(behaviour.onData))
      }, done)
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closers.push(() => server.close())
  return { port: (server.server.address() as AddressInfo).port, received }
}

/** Starts a server that is no mail server. */
async function listening(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    closers.push(() => socket.destroy())
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a mail with an attachment arrives', async () => {
  const { port, received } = await mailServer()
  const content = Buffer.from('kode,jumlah\nA,1\n')
  const attachments = [{ filename: 'pesanan.csv', content, contentType: 'text/csv' }]
  const sent = await mailer(port).send({ ...mail, html: '<p>Terima kasih</p>', attachments })
  const [got] = received
  expect(got?.messageId).toBe(sent.messageId)
  expect(got).toMatchObject({ subject: 'Pesanan', html: '<p>Terima kasih</p>' })
  expect(got?.from?.value[0]).toMatchObject({ name: 'Laku', address: 'halo@laku.test' })
  expect(got?.attachments[0]).toMatchObject({ filename: 'pesanan.csv', contentType: 'text/csv', content })
})

describe('what a failure means', () => {
  test.each<[MailServerBehaviour, string, string]>([
    [{ onRecipient: 550 }, 'refused', 'smtp_550'],
    [{ onRecipient: 450 }, 'unreachable', 'smtp_450'],
    [{ onData: 554 }, 'refused', 'smtp_554'],
    [{ onData: 451 }, 'unreachable', 'smtp_451'],
    [{ onData: 421 }, 'unknown', 'smtp_421'],
    [{ onData: 354 }, 'unknown', 'smtp_354'],
  ])('%j is %s', async (behaviour, outcome, code) => {
    const { port } = await mailServer(behaviour)
    const failure = await failureOf(mailer(port).send(mail))
    expect(failure).toMatchObject({ provider: 'email', operation: 'send', outcome, code })
    expect(failure.message).not.toContain('budi')
  })

  test('a wrong password', async () => {
    const { port } = await mailServer()
    const failure = await failureOf(mailer(port, { login: 'user:hunter2@' }).send(mail))
    expect(failure).toMatchObject({ outcome: 'refused', code: 'smtp_535' })
    expect(failure.message).not.toContain('hunter2')
  })

  test('no TLS where it is needed: nothing is handed over, and the mail may go later', async () => {
    const { port, received } = await mailServer()
    const failure = await failureOf(mailer(port, { needsTls: true }).send(mail))
    expect(failure).toMatchObject({ outcome: 'unreachable', code: 'etls' })
    expect(received).toEqual([])
  })

  test('an address that is none', async () => {
    const { port } = await mailServer()
    const failure = await failureOf(mailer(port).send({ ...mail, to: '' }))
    expect(failure).toMatchObject({ outcome: 'refused', code: 'eenvelope' })
  })

  test('nobody listening', async () => {
    const port = await listening(() => undefined)
    for (const close of closers.splice(0)) close()
    expect((await failureOf(mailer(port).send(mail))).outcome).toBe('unreachable')
  })

  test('silence, and a connection that is cut', async () => {
    const silent = await listening(() => undefined)
    expect((await failureOf(mailer(silent, { timeoutMs: 300 }).send(mail))).outcome).toBe('unknown')
    const cut = await listening((socket) => void socket.destroy())
    expect((await failureOf(mailer(cut).send(mail))).outcome).toBe('unknown')
  })
})
