import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { findOrder, moveParcel, type Parcels, parcelsOf } from './biteship/orders.ts'
import type { SandboxContext } from './context.ts'
import { fieldsOf, textOf } from './fields.ts'
import { receiveFonnteReply } from './messaging/fonnte.ts'
import { type NewTemplate, readTemplate } from './messaging/template-registry.ts'
import { type LastHeard, receiveReply } from './messaging/whatsapp.ts'
import { WireError } from './wire-error.ts'
import type { Outcomes, XenditAccount } from './xendit/account.ts'
import { bookOf } from './xendit/book.ts'
import { sendDisputeWebhook } from './xendit/disputes.ts'
import { addMovement, changeMovement } from './xendit/movements.ts'
import { findPayout, forcePayout, movePayout } from './xendit/payouts.ts'
import { findRefund, forceRefund } from './xendit/refunds.ts'
import { balanceOf, settleAll } from './xendit/transactions.ts'

/** The state of the sandbox on which the control API works. */
export interface ControlledState {
  account: XenditAccount
  parcels: Parcels
  lastHeard: LastHeard
  /** Forgets all records of the sandbox, and makes the providers behave well again. */
  reset: () => void
}

interface WithId {
  Params: { id: string }
}

/** Serves the control API below `/control`, by which a test or an evaluator changes what the providers do. */
export function controlPlugin(context: SandboxContext, state: ControlledState) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
      if (error instanceof WireError) return reply.code(error.status).send(error.body)
      return reply.code(error.statusCode ?? 500).send({ error: error.message })
    })
    app.put('/faults', async (request) => context.faults.replace(request.body))
    app.get('/profile', async () => context.profile.list())
    app.put('/profile', async (request) => {
      context.profile.replace(request.body)
      return context.profile.list()
    })
    app.get('/templates', async () => context.templates.list())
    app.put('/templates', async (request) => {
      for (const { status, ...template } of templatesIn(request.body)) {
        const registered = context.templates.register(template)
        if (status !== undefined) registered.status = status
      }
      return context.templates.list()
    })
    app.put('/webhooks', async (request) => context.webhooks.misbehave(request.body))
    app.put('/limits', async (request) => context.limits.change(request.body))
    app.put('/lists', async (request) => context.lists.change(request.body))
    app.post('/age', async (request) => {
      context.age(secondsIn(request.body, 'seconds'))
      return { now: context.now().toISOString() }
    })
    app.get('/messages', async (request) => {
      const { to, channel } = fieldsOf(request.query)
      // An unescaped plus before a phone number arrives as a space, so the text is trimmed.
      return context.messages.list({ to: textOf(to)?.trim(), channel: textOf(channel) })
    })
    app.get('/book', async () => bookOf(state.account))
    app.get('/parcels', async () => parcelsOf(state.parcels))
    app.post('/reset', async (_request, reply) => {
      state.reset()
      return reply.code(204).send()
    })
    app.post<WithId>('/shipments/:id', async (request) => {
      const order = findOrder(state.parcels, request.params.id)
      moveParcel(context, order, readMove(request.body))
      return { id: order.id, status: order.status, price: order.priceIdr, history: order.history }
    })
    moneyRoutes(app, context, state)
    webhookSetupRoutes(app, context, state)
  }
}

/**
 * Makes the request that Biteship sends when a webhook address is entered in its dashboard
 * (biteship.install-ping). It comes in several shapes, and always without the webhook's secret.
 */
function pingOf(context: SandboxContext): RequestInit {
  const json = { 'content-type': 'application/json' }
  switch (context.profile.of('biteship.ping')) {
    case 'chunked':
      return {
        method: 'POST',
        headers: json,
        body: new Blob(['{}']).stream(),
        duplex: 'half',
      } as RequestInit
    case 'null':
      return { method: 'POST', headers: json, body: 'null' }
    case 'list':
      return { method: 'POST', headers: json, body: '[]' }
    case 'text':
      return { method: 'POST', headers: json, body: '""' }
    case 'form':
      return { method: 'POST', body: new URLSearchParams({ test: '1' }) }
    default:
      return { method: 'POST' }
  }
}

function templatesIn(body: unknown): (NewTemplate & { status?: string | undefined })[] {
  if (!Array.isArray(body)) throw new WireError(400, { error: 'a list of templates is wanted' })
  return body.map((item) => {
    const template = readTemplate(fieldsOf(item))
    if (!template) throw new WireError(400, { error: 'name, language and body are wanted' })
    return { ...template, status: textOf(fieldsOf(item).status) }
  })
}

function secondsIn(body: unknown, name: string): number {
  const seconds = fieldsOf(body)[name]
  if (typeof seconds !== 'number' || !(seconds >= 0))
    throw new WireError(400, { error: `${name}: a number of seconds from 0 on is wanted` })
  return seconds
}

function readMove(body: unknown) {
  const { status, note, price, waybill_id: waybillId } = fieldsOf(body)
  if (price !== undefined && !(typeof price === 'number' && Number.isInteger(price) && price >= 0))
    throw new WireError(400, { error: 'price: a whole number of rupiah is wanted' })
  const move = { status: textOf(status), note: textOf(note), price, waybillId: textOf(waybillId) }
  if (move.status === undefined && price === undefined && move.waybillId === undefined)
    throw new WireError(400, { error: 'status, price or waybill_id is wanted' })
  return move
}

/**
 * Adds the control API's routes about money. Some routes set the outcomes of future refunds and payouts.
 * Others change the status of one payout. A forced change may give a status that the provider's own rules
 * forbid.
 */
function moneyRoutes(app: FastifyInstance, context: SandboxContext, { account }: ControlledState): void {
  app.put('/refunds', async (request) => {
    const outcome = oneOf(fieldsOf(request.body).outcome, ['SUCCEEDED', 'FAILED', 'PENDING'] as const)
    account.outcomes.refund = { outcome, ...failureIn(request.body) }
    return account.outcomes.refund
  })
  app.put('/payouts', async (request) => {
    const outcome = oneOf(fieldsOf(request.body).outcome, [
      'ACCEPTED',
      'SUCCEEDED',
      'FAILED',
      'REVERSED',
    ] as const)
    account.outcomes.payout = { outcome, ...failureIn(request.body) }
    return account.outcomes.payout
  })
  app.post<WithId>('/payouts/:id', async (request) => {
    const payout = findPayout(account, request.params.id)
    const { status: asked, amount, force } = fieldsOf(request.body)
    if (force === true) {
      forcePayout(context, account, payout, {
        ...readForce(asked, amount),
        failureCode: failureIn(request.body).failure_code,
      })
      return payout
    }
    if (amount !== undefined)
      throw new WireError(400, { error: 'amount: only with force does a payout change it' })
    const status = oneOf(asked, ['SUCCEEDED', 'FAILED', 'REVERSED'] as const)
    movePayout(context, account, payout, status, failureIn(request.body).failure_code)
    return payout
  })
  app.post<WithId>('/refunds/:id', async (request) => {
    const refund = findRefund(account, request.params.id)
    const { status: asked, amount, force } = fieldsOf(request.body)
    const failureCode = failureIn(request.body).failure_code
    if (force === true) {
      forceRefund(context, account, refund, { ...readForce(asked, amount), failureCode })
      return refund
    }
    if (amount !== undefined)
      throw new WireError(400, { error: 'amount: only with force does a refund change it' })
    if (refund.status !== 'PENDING')
      throw new WireError(400, { error: `the refund is ${refund.status}: only force moves it on` })
    const status = oneOf(asked, ['SUCCEEDED', 'FAILED'] as const)
    forceRefund(context, account, refund, { status, failureCode })
    return refund
  })
  app.post('/transactions', async (request) => addMovement(context, account, request.body))
  app.post<WithId>('/transactions/:id', async (request) =>
    changeMovement(context, account, request.params.id, request.body),
  )
  app.put('/balance', async (request) => {
    const { float_idr: told, spendable_idr: wanted } = fieldsOf(request.body)
    const missingIdr = (idr: unknown) =>
      typeof idr === 'number' ? account.floatIdr + idr - balanceOf(context, account).spendableIdr : undefined
    const floatIdr = told ?? missingIdr(wanted)
    if (typeof floatIdr !== 'number' || !Number.isInteger(floatIdr) || floatIdr < 0)
      throw new WireError(400, {
        error: 'float_idr, or spendable_idr that it makes: a whole number of rupiah from 0 on is wanted',
      })
    account.floatIdr = floatIdr
    return balanceAnswer(context, account)
  })
  app.post('/settle', async () => {
    settleAll(context, account)
    return balanceAnswer(context, account)
  })
  app.post('/disputes', async (request) => sendDisputeWebhook(context, account, request.body))
  app.put('/keys', async (request) => {
    const { ttl_s: ttlS } = fieldsOf(request.body)
    account.forgetKeysAfter(ttlS === null ? undefined : secondsIn(request.body, 'ttl_s'))
    return { ttl_s: ttlS }
  })
}

function balanceAnswer(context: SandboxContext, account: XenditAccount): object {
  const { spendableIdr, unsettledIdr } = balanceOf(context, account)
  return { float_idr: account.floatIdr, spendable_idr: spendableIdr, unsettled_idr: unsettledIdr }
}

function readForce(status: unknown, amount: unknown): { status: string; amountIdr?: number } {
  if (typeof status !== 'string' || !/^[A-Z_]+$/.test(status))
    throw new WireError(400, { error: 'status: a word in capitals is wanted' })
  if (amount === undefined) return { status }
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount <= 0)
    throw new WireError(400, { error: 'amount: a whole number of rupiah above 0 is wanted' })
  return { status, amountIdr: amount }
}

function failureIn(body: unknown): Pick<Outcomes['refund'], 'failure_code'> {
  const code = textOf(fieldsOf(body).failure_code)
  return code === undefined ? {} : { failure_code: code }
}

function oneOf<Choice extends string>(value: unknown, choices: readonly Choice[]): Choice {
  const chosen = choices.find((choice) => choice === value)
  if (!chosen) throw new WireError(400, { error: `one of ${choices.join(', ')} is wanted` })
  return chosen
}

/**
 * Adds the routes by which a test sends laku a WhatsApp message from a customer or a factory (`{from, body,
 * context_id?}`). Other routes imitate a provider's dashboard: they send the request that the dashboard sends
 * when a merchant enters a webhook address.
 */
function webhookSetupRoutes(app: FastifyInstance, context: SandboxContext, state: ControlledState): void {
  app.post('/whatsapp/reply', async (request, reply) => {
    const { from, body, context_id: contextId, type } = fieldsOf(request.body)
    const [sender, text] = [textOf(from), textOf(body)]
    if (sender === undefined || text === undefined)
      throw new WireError(400, { error: 'from and body are wanted' })
    const id = receiveReply(context, state.lastHeard, {
      from: sender,
      body: text,
      contextId: textOf(contextId),
      type: textOf(type),
    })
    return reply.code(202).send({ id })
  })
  app.post('/fonnte/reply', async (request, reply) => {
    const { from, body } = fieldsOf(request.body)
    const [sender, text] = [textOf(from), textOf(body)]
    if (sender === undefined || text === undefined)
      throw new WireError(400, { error: 'from and body are wanted' })
    receiveFonnteReply(context, { from: sender, body: text })
    return reply.code(202).send({})
  })
  app.post('/whatsapp/verify', async () => {
    const challenge = randomUUID()
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': context.options.whatsapp.verifyToken,
      'hub.challenge': challenge,
    })
    const answer = await fetch(`${context.webhooks.baseUrl}/api/webhooks/whatsapp?${query}`)
    return { status: answer.status, verified: answer.ok && (await answer.text()) === challenge }
  })
  app.post('/biteship/install', async () => {
    const answer = await fetch(`${context.webhooks.baseUrl}/api/webhooks/biteship`, pingOf(context))
    return { status: answer.status, installed: answer.status === 200 }
  })
}
