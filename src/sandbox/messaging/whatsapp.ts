import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import {
  CODE_LENGTH,
  PARAM_UNFIT,
  TEMPLATE_BODY_LENGTH,
  TEXT_BODY_LENGTH,
  TEXT_WINDOW_H,
} from '../../providers/whatsapp/facts.ts'
import { guard, operation, type ProviderFace, sameSecret } from '../before-operation.ts'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { type Fields, fieldsOf, textOf } from '../fields.ts'
import { WireError } from '../wire-error.ts'
import { type RegisteredTemplate, readTemplate, templateAnswer } from './template-registry.ts'

/** The time after a customer's message in which free text may be sent to the customer: 24 hours, in ms. */
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

/** The time of each customer's last message (ms), by the bare digits of the phone number. */
export type LastHeard = Map<string, number>

/** Serves Meta's Cloud API below `/whatsapp`, with and without a version in the path. */
export function whatsappPlugin(context: SandboxContext, lastHeard: LastHeard) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    for (const version of ['', '/:version']) {
      app.post<{ Params: { phoneNumberId: string } }>(
        `${version}/:phoneNumberId/messages`,
        operation('sendMessage'),
        async (request) => {
          const { phoneNumberId } = request.params
          if (phoneNumberId !== context.options.whatsapp.phoneNumberId)
            throw metaError(400, 100, `Object with ID '${phoneNumberId}' does not exist`)
          return send(context, lastHeard, fieldsOf(request.body))
        },
      )
      app.get<{ Params: { phoneNumberId: string } }>(
        `${version}/:phoneNumberId`,
        operation('getPhoneNumber'),
        async (request) => phoneNumberAnswer(context, request.params.phoneNumberId),
      )
      const templates = `${version}/:businessId/message_templates`
      app.get<{ Params: { businessId: string } }>(templates, operation('listTemplates'), async (request) => {
        requireBusiness(context, request.params.businessId)
        return { data: registered(context).map(templateAnswer), paging: {} }
      })
      app.post<{ Params: { businessId: string } }>(
        templates,
        operation('createTemplate'),
        async (request) => {
          requireBusiness(context, request.params.businessId)
          const template = readTemplate(fieldsOf(request.body))
          if (!template) throw metaError(400, 100, 'Invalid parameter')
          const { id, status, category } = context.templates.register(template)
          return { id, status, category }
        },
      )
    }
  }
}

function phoneNumberAnswer(context: SandboxContext, id: string): object {
  if (id !== context.options.whatsapp.phoneNumberId)
    throw metaError(400, 100, `Object with ID '${id}' does not exist`)
  return {
    id,
    display_phone_number: '+62 811-0000-0000',
    verified_name: 'Laku',
    name_status: 'APPROVED',
    quality_rating: 'GREEN',
  }
}

/**
 * Returns the message templates of the account at Meta. A test can choose their state by the switch
 * whatsapp.templates.
 */
function registered({ profile, templates }: SandboxContext): RegisteredTemplate[] {
  const state = profile.of('whatsapp.templates')
  if (state === 'missing') return []
  return templates
    .list()
    .map((template) => (state === 'APPROVED' ? template : { ...template, status: state }))
}

function requireBusiness(context: SandboxContext, id: string): void {
  const { businessId = id } = context.options.whatsapp
  if (id !== businessId) throw metaError(400, 100, `Object with ID '${id}' does not exist`)
}

function faceOf(context: SandboxContext): ProviderFace {
  return {
    provider: 'whatsapp',
    authenticate(request) {
      if (!sameSecret(request.headers.authorization, `Bearer ${context.options.whatsapp.token}`))
        throw metaError(401, 190, 'Invalid OAuth access token')
      if (context.profile.of('whatsapp.token') === 'expired')
        throw metaError(401, 190, 'Error validating access token: Session has expired')
    },
    refusal: (code = '131026') => metaError(400, Number(code), 'Message undeliverable'),
    failure: () => metaError(500, 131000, 'Something went wrong'),
    limited: () => metaError(429, 130429, 'Rate limit hit'),
    unreadable: (message) => metaError(400, 100, message),
  }
}

/**
 * Sends a text or template message. Throws 400 with 100 (a field), 131026 (no such phone) or 131047 (text
 * outside 24 h).
 */
function send(context: SandboxContext, lastHeard: LastHeard, body: Fields): object {
  refuseAsTold(context)
  if (body.messaging_product !== 'whatsapp') throw metaError(400, 100, 'messaging_product must be whatsapp')
  const input = textOf(body.to)
  if (input === undefined) throw metaError(400, 100, 'The parameter to is required')
  const to = input.replace(/\D/g, '')
  if (!/^[1-9]\d{7,14}$/.test(to)) throw metaError(400, 131026, 'Message undeliverable')
  const content = body.type === 'template' ? templateIn(context, body) : textIn(body)
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
  sendStatusWebhooks(context, id, to)
  return { messaging_product: 'whatsapp', contacts: [{ input, wa_id: to }], messages: [{ id }] }
}

/**
 * Refuses every message with one of Meta's error numbers (meta.refusals), if a test has chosen a number by
 * the switch whatsapp.refusal.
 */
function refuseAsTold({ profile }: SandboxContext): void {
  const refusal = profile.of('whatsapp.refusal')
  if (refusal === 'none') return
  const isForbidden = ['131031', '368', '131005', '10', '200'].includes(refusal)
  throw metaError(isForbidden ? 403 : 400, Number(refusal), 'Refused, as the profile has it')
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
  if (text.length > TEXT_BODY_LENGTH) throw metaError(400, 100, 'text.body is too long')
  return { body: text, codeText: text }
}

function templateIn(context: SandboxContext, body: Fields): Content {
  const asked = fieldsOf(body.template)
  const name = textOf(asked.name)
  if (name === undefined) throw metaError(400, 100, 'The parameter template.name is required')
  const language = textOf(fieldsOf(asked.language).code)
  if (language === undefined) throw metaError(400, 100, 'The parameter template.language.code is required')
  const template = registered(context).find(
    (template) => template.name === name && template.language === language,
  )
  if (template?.status === 'PAUSED') throw metaError(400, 132015, 'Template is Paused')
  if (template?.status === 'DISABLED') throw metaError(400, 132016, 'Template is Disabled')
  if (template?.status !== 'APPROVED')
    throw metaError(404, 132001, 'Template name does not exist in the translation', `${name} (${language})`)
  const components = Array.isArray(asked.components) ? asked.components.map(fieldsOf) : []
  const parameters = parametersOf(components, 'body')
  if (parameters.length !== template.places)
    throw metaError(400, 132000, 'Number of parameters does not match the expected number of params')
  for (const text of parameters) checkParameter(text)
  if (template.category === 'AUTHENTICATION') checkCode(components, parameters)
  const filled = template.body.replace(/\{\{(\d+)\}\}/g, (_, place) => parameters[Number(place) - 1] ?? '')
  if (filled.length > TEMPLATE_BODY_LENGTH) throw metaError(400, 132005, 'Translated text too long')
  const text = parameters.join(', ')
  return { template: name, body: text === '' ? name : `${name}: ${text}`, codeText: text }
}

function parametersOf(components: Fields[], type: string): string[] {
  return components
    .filter((component) => component.type === type)
    .flatMap((component) => (Array.isArray(component.parameters) ? component.parameters : []))
    .map((parameter) => {
      const { text } = fieldsOf(parameter)
      if (typeof text !== 'string') throw metaError(400, 131008, 'Required parameter is missing')
      return text
    })
}

/** Checks one parameter of a template by meta.param-text. */
function checkParameter(text: string): void {
  if (text.trim() === '')
    throw metaError(400, 132018, 'There is an issue with the parameters in your template')
  if (PARAM_UNFIT.test(text))
    throw metaError(
      400,
      132018,
      'There is an issue with the parameters in your template',
      'Param text cannot have new-line/tab characters or more than 4 consecutive spaces',
    )
}

/**
 * Checks that a template message has the same code in its body and on its button. The recipient copies the
 * code by this button.
 */
function checkCode(components: Fields[], [code]: string[]): void {
  const [onButton] = parametersOf(components, 'button')
  if (onButton === undefined) throw metaError(400, 131008, 'Required parameter is missing')
  if (onButton !== code || onButton.length > CODE_LENGTH)
    throw metaError(400, 131009, 'Parameter value is not valid')
}

function sendStatusWebhooks(context: SandboxContext, id: string, to: string): void {
  let afterMs = 0
  const refusal = context.profile.of('whatsapp.late-refusal')
  if (refusal !== 'none') {
    const errors = [{ code: Number(refusal), title: 'Refused, as the profile has it' }]
    const told = { id, status: 'failed', timestamp: seconds(context), recipient_id: to, errors }
    context.schedule.after(outcomeDelayMs(), () => tell(context, { statuses: [told] }))
    return
  }
  for (const status of ['sent', 'delivered', 'read']) {
    afterMs += outcomeDelayMs()
    context.schedule.after(afterMs, () =>
      tell(context, { statuses: [{ id, status, timestamp: seconds(context), recipient_id: to }] }),
    )
  }
}

/**
 * Receives a customer's message. If the customer answers a message of ours, `contextId` is the id of our
 * message. Returns the id of the customer's message.
 */
export function receiveReply(
  context: SandboxContext,
  lastHeard: LastHeard,
  reply: { from: string; body: string; contextId?: string | undefined; type?: string | undefined },
): string {
  const from = reply.from.replace(/\D/g, '').replace(/^0/, '62')
  lastHeard.set(from, context.now().getTime())
  const id = `wamid.${randomBytes(24).toString('base64url')}`
  const userId = `ID.${createHash('sha256').update(from).digest('hex').slice(0, 16)}`
  const isKept = context.profile.of('whatsapp.sender') === 'user_id'
  tell(context, {
    contacts: [{ profile: { name: 'Customer' }, user_id: userId, ...(isKept ? {} : { wa_id: from }) }],
    messages: [
      {
        from_user_id: userId,
        ...(isKept ? {} : { from }),
        id,
        timestamp: seconds(context),
        ...contentOf(reply.type, reply.body),
        ...(reply.contextId === undefined
          ? {}
          : { context: { from: context.options.whatsapp.phoneNumberId, id: reply.contextId } }),
      },
    ],
  })
  return id
}

/**
 * Makes the content of a customer's message: a text, or a tap on a button of a template (`button`) or of a
 * message with choices (`interactive`).
 */
function contentOf(type: string | undefined, body: string): object {
  if (type === 'button') return { type, button: { payload: body, text: body } }
  if (type === 'interactive')
    return { type, interactive: { type: 'button_reply', button_reply: { id: 'reply', title: body } } }
  return { type: 'text', text: { body } }
}

function seconds(context: SandboxContext): string {
  return String(Math.floor(context.now().getTime() / 1000))
}

function tell(context: SandboxContext, update: object): void {
  const { appSecret, phoneNumberId } = context.options.whatsapp
  const metadata = { display_phone_number: phoneNumberId, phone_number_id: phoneNumberId }
  const value = { messaging_product: 'whatsapp', metadata, ...update }
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
