import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { TEXT_WINDOW_H } from '../../providers/whatsapp/facts.ts'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { guard, operation, type ProviderFace, sameSecret } from '../guard.ts'
import { WireError } from '../wire-error.ts'

/** A customer's message opens 24 hours in which free text may be sent to them. */
const WINDOW_MS = TEXT_WINDOW_H * 3_600_000

function metaError(
  status: number,
  code: number,
  message: string,
  details = message,
  type = 'OAuthException',
) {
  return new WireError(status, {
    error: { message: `(#${code}) ${message}`, type, code, error_data: { details }, fbtrace_id: 'sandbox' },
  })
}

/** When each customer wrote last (ms), by bare digits. */
export type LastHeard = Map<string, number>

/** Meta's Cloud API below `/whatsapp`, with and without a version in the path. */
export function whatsappPlugin(context: SandboxContext, lastHeard: LastHeard) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    for (const path of ['/:phoneNumberId/messages', '/:version/:phoneNumberId/messages'])
      app.post<{ Params: { phoneNumberId: string } }>(path, operation('sendMessage'), async (request) => {
        const { phoneNumberId } = request.params
        if (phoneNumberId !== context.options.whatsapp.phoneNumberId)
          throw metaError(400, 100, `Object with ID '${phoneNumberId}' does not exist`)
        return send(context, lastHeard, fieldsOf(request.body))
      })
  }
}

function faceOf(context: SandboxContext): ProviderFace {
  return {
    provider: 'whatsapp',
    authenticate(request) {
      if (!sameSecret(request.headers.authorization, `Bearer ${context.options.whatsapp.token}`))
        throw metaError(401, 190, 'Invalid OAuth access token')
    },
    refusal: (code = '131026') => metaError(400, Number(code), 'Message undeliverable'),
    failure: () => metaError(500, 131000, 'Something went wrong'),
    limited: () => metaError(429, 130429, 'Rate limit hit'),
    unreadable: (message) => metaError(400, 100, message),
  }
}

/** Sends a text or template. Throws 400 with 100 (a field), 131026 (no such phone) or 131047 (text outside 24 h). */
function send(context: SandboxContext, lastHeard: LastHeard, body: Fields): object {
  if (body.messaging_product !== 'whatsapp') throw metaError(400, 100, 'messaging_product must be whatsapp')
  const input = textOf(body.to)
  if (input === undefined) throw metaError(400, 100, 'The parameter to is required')
  const to = input.replace(/\D/g, '')
  if (!/^[1-9]\d{7,14}$/.test(to)) throw metaError(400, 131026, 'Message undeliverable')
  const content = body.type === 'template' ? templateIn(body) : textIn(body)
  const heard = lastHeard.get(to) ?? Number.NEGATIVE_INFINITY
  if (content.template === undefined && context.now().getTime() - heard > WINDOW_MS)
    throw metaError(
      400,
      131047,
      'Re-engagement message',
      'More than 24 hours have passed since the last reply',
    )
  const id = `wamid.${randomBytes(24).toString('base64url')}`
  context.messages.add(
    {
      id,
      channel: 'whatsapp',
      to,
      body: content.body,
      ...(content.template === undefined ? {} : { template: content.template }),
      at: context.now().toISOString(),
    },
    content.codeText,
  )
  tellStatuses(context, id, to)
  return { messaging_product: 'whatsapp', contacts: [{ input, wa_id: to }], messages: [{ id }] }
}

interface Content {
  body: string
  codeText: string
  template?: string
}

function textIn(body: Fields): Content {
  if (body.type !== undefined && body.type !== 'text')
    throw metaError(400, 100, 'type must be text or template')
  const text = textOf(fieldsOf(body.text).body)
  if (text === undefined) throw metaError(400, 100, 'The parameter text.body is required')
  return { body: text, codeText: text }
}

function templateIn(body: Fields): Content {
  const template = fieldsOf(body.template)
  const name = textOf(template.name)
  if (name === undefined) throw metaError(400, 100, 'The parameter template.name is required')
  if (textOf(fieldsOf(template.language).code) === undefined)
    throw metaError(400, 100, 'The parameter template.language.code is required')
  const components = Array.isArray(template.components) ? template.components.map(fieldsOf) : []
  const parameters = components
    .filter((component) => component.type === 'body')
    .flatMap((component) => (Array.isArray(component.parameters) ? component.parameters : []))
    .map((parameter) => textOf(fieldsOf(parameter).text))
  if (parameters.includes(undefined)) throw metaError(400, 131008, 'Required parameter is missing')
  const text = parameters.join(', ')
  return { template: name, body: text === '' ? name : `${name}: ${text}`, codeText: text }
}

function tellStatuses(context: SandboxContext, id: string, to: string): void {
  let afterMs = 0
  for (const status of ['sent', 'delivered', 'read']) {
    afterMs += outcomeDelayMs()
    context.schedule.after(afterMs, () =>
      tell(context, { statuses: [{ id, status, timestamp: seconds(context), recipient_id: to }] }),
    )
  }
}

/** A customer writes; `contextId` names the message of ours they answer. Answers the id of theirs. */
export function receiveReply(
  context: SandboxContext,
  lastHeard: LastHeard,
  reply: { from: string; body: string; contextId?: string | undefined },
): string {
  const from = reply.from.replace(/\D/g, '').replace(/^0/, '62')
  lastHeard.set(from, context.now().getTime())
  const id = `wamid.${randomBytes(24).toString('base64url')}`
  tell(context, {
    contacts: [{ profile: { name: 'Customer' }, wa_id: from }],
    messages: [
      {
        from,
        id,
        timestamp: seconds(context),
        type: 'text',
        text: { body: reply.body },
        ...(reply.contextId === undefined
          ? {}
          : { context: { from: context.options.whatsapp.phoneNumberId, id: reply.contextId } }),
      },
    ],
  })
  return id
}

function seconds(context: SandboxContext): string {
  return String(Math.floor(context.now().getTime() / 1000))
}

function tell(context: SandboxContext, news: object): void {
  const { appSecret, phoneNumberId } = context.options.whatsapp
  const metadata = { display_phone_number: phoneNumberId, phone_number_id: phoneNumberId }
  const value = { messaging_product: 'whatsapp', metadata, ...news }
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }],
  })
  const signature = createHmac('sha256', appSecret).update(body).digest('hex')
  context.webhooks.deliver({
    path: '/api/webhooks/whatsapp',
    headers: { 'x-hub-signature-256': `sha256=${signature}` },
    body,
  })
}
