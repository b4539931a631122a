import { randomInt } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guard, operation, type ProviderFace, sameSecret } from '../before-operation.ts'
import type { SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { WireError } from '../wire-error.ts'

/** Makes a refusal of Fonnte, which comes with HTTP 200. */
function fonnteNo(reason: string): WireError {
  return new WireError(200, { status: false, reason, requestid: randomInt(1e9) })
}

/**
 * Serves Fonnte below `/fonnte`: an unofficial gateway that sends plain texts and posts incoming messages,
 * unsigned.
 */
export function fonntePlugin(context: SandboxContext) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    app.post('/send', operation('send'), async (request) => {
      refuseByAccount(context)
      return send(context, request)
    })
    app.post('/device', operation('device'), async () => ({
      status: true,
      device: context.options.fonnte?.device ?? DEVICE,
      device_status: context.profile.of('fonnte.device') === 'connected' ? 'connect' : 'disconnect',
      name: 'Laku',
      package: 'Reguler',
      quota: context.profile.of('fonnte.quota') === 'left' ? '1000' : '0',
    }))
  }
}

const DEVICE = '6281100000000'

function faceOf(context: SandboxContext): ProviderFace {
  return {
    provider: 'fonnte',
    authenticate(request) {
      const token = context.options.fonnte?.token ?? context.options.whatsapp.token
      if (!sameSecret(request.headers.authorization, token)) throw fonnteNo('token invalid')
      const state = context.profile.of('fonnte.token')
      if (state !== 'good') throw fonnteNo(state.replace('_', ' '))
    },
    refusal: (code = 'target invalid') => fonnteNo(code.replaceAll('_', ' ')),
    failure: () => new WireError(500, { status: false, reason: 'server error' }),
    limited: () => fonnteNo('rate limit'),
    unreadable: () => fonnteNo('input invalid'),
  }
}

function refuseByAccount(context: SandboxContext): void {
  if (context.profile.of('fonnte.device') === 'disconnected') throw fonnteNo('disconnected device')
  if (context.profile.of('fonnte.quota') === 'used_up') throw fonnteNo('insufficient quota')
}

function send(context: SandboxContext, { body }: FastifyRequest): object {
  const { target, message } = fieldsOf(body)
  const [to, text] = [textOf(target), textOf(message)]
  if (to === undefined || !/^\+?[1-9]\d{7,14}$/.test(to)) throw fonnteNo('target invalid')
  if (text === undefined) throw fonnteNo('invalid/empty body value')
  const id = String(randomInt(1e8, 1e9))
  const at = context.now().toISOString()
  // Fonnte replaces `{name}` and `{var1}` by the values that its contact list has for the phone number. Most
  // phone numbers have no such values.
  const shown = text.replaceAll(/\{\w+\}/g, '')
  context.messages.add({ id, channel: 'whatsapp', to, body: shown, at }, shown)
  return {
    status: true,
    detail: 'success! message in queue',
    id: [id],
    process: 'pending',
    target: [to],
    requestid: randomInt(1e9),
  }
}

/**
 * Receives a message that somebody writes to Fonnte's device. Fonnte posts it to the address in its
 * dashboard, without a signature.
 */
export function receiveFonnteReply(context: SandboxContext, reply: { from: string; body: string }): void {
  const { webhookSecret = '', device = DEVICE } = context.options.fonnte ?? {}
  context.webhooks.deliver({
    path: `/api/webhooks/fonnte/${webhookSecret}`,
    headers: {},
    body: JSON.stringify({
      device,
      sender: reply.from.replace(/\D/g, '').replace(/^0/, '62'),
      message: reply.body,
      name: 'Customer',
      member: '',
      location: '',
      text: 'non-button message',
      url: '',
      filename: '',
      extension: '',
    }),
  })
}
