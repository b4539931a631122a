import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { guard, operation, type ProviderFace, sameSecret } from '../before-operation.ts'
import type { SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { WireError } from '../wire-error.ts'

/** The largest number of characters in one SMS. */
const SEGMENT = 160

function twilioError(status: number, code: number, message: string): WireError {
  return new WireError(status, {
    code,
    message,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  })
}

/** Serves text messages in the shape of Twilio's API below `/sms`. */
export function smsPlugin(context: SandboxContext) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    app.get<{ Params: { account: string } }>(
      '/2010-04-01/Accounts/:account.json',
      operation('getAccount'),
      async (request) => {
        if (request.params.account !== context.options.sms.account)
          throw twilioError(404, 20404, 'The requested resource was not found')
        return { sid: request.params.account, friendly_name: 'Laku', status: 'active', type: 'Full' }
      },
    )
    app.post<{ Params: { account: string } }>(
      '/2010-04-01/Accounts/:account/Messages.json',
      operation('sendSms'),
      async (request, reply) => {
        if (request.params.account !== context.options.sms.account)
          throw twilioError(404, 20404, 'The requested resource was not found')
        return reply.code(201).send(send(context, request.body))
      },
    )
  }
}

function faceOf(context: SandboxContext): ProviderFace {
  const { account, token } = context.options.sms
  const login = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`
  return {
    provider: 'sms',
    authenticate(request) {
      if (!sameSecret(request.headers.authorization, login)) throw twilioError(401, 20003, 'Authenticate')
    },
    refusal: (code = '21211') => twilioError(400, Number(code), "Invalid 'To' Phone Number"),
    failure: () => twilioError(500, 20500, 'Internal server error'),
    limited: () => twilioError(429, 20429, 'Too many requests'),
    unreadable: (message) => twilioError(400, 20001, message),
  }
}

/**
 * Sends a text message. Throws 400 with 21604, 21603, 21602 (To, From, Body missing) or 21211 (To is no
 * phone).
 */
function send(context: SandboxContext, body: unknown): object {
  const fields = fieldsOf(body)
  const to = textOf(fields.To)
  const from = textOf(fields.From) ?? textOf(fields.MessagingServiceSid)
  const text = textOf(fields.Body)
  if (to === undefined) throw twilioError(400, 21604, "A 'To' phone number is required.")
  if (from === undefined) throw twilioError(400, 21603, "A 'From' phone number is required.")
  if (text === undefined) throw twilioError(400, 21602, 'Message body is required.')
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw twilioError(400, 21211, "Invalid 'To' Phone Number")
  const sid = `SM${randomBytes(16).toString('hex')}`
  const now = context.now()
  context.messages.add({ id: sid, channel: 'sms', to, body: text, at: now.toISOString() })
  const { account } = context.options.sms
  return {
    sid,
    account_sid: account,
    to,
    from,
    body: text,
    status: 'queued',
    direction: 'outbound-api',
    num_segments: String(Math.ceil(text.length / SEGMENT)),
    date_created: now.toUTCString(),
    error_code: null,
    error_message: null,
    price: null,
    uri: `/2010-04-01/Accounts/${account}/Messages/${sid}.json`,
  }
}
