import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guard, operation, type ProviderFace, sameSecret } from '../before-operation.ts'
import type { SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { languageOf } from '../page.ts'
import { WireError } from '../wire-error.ts'
import type { XenditAccount } from './account.ts'
import { invalidField, xenditError } from './errors.ts'
import { readNewInvoice } from './invoice-request.ts'
import { createInvoice, expireByHand, findInvoice, invoiceAnswer, payInvoice } from './invoices.ts'
import { listInvoices } from './list-invoices.ts'
import { asListed } from './listed.ts'
import { payPage, refusalPage } from './pay-page.ts'
import { createPayout, findPayout, movePayout, payoutChannels } from './payouts.ts'
import { createRefund, findRefund, listRefunds, refundedAmount } from './refunds.ts'
import { balanceOf, findTransaction, listTransactions } from './transactions.ts'

interface WithId {
  Params: { id: string }
}

/**
 * Serves Xendit's API below `/xendit`: invoices and their page, refunds, payouts, balance and transactions.
 */
export function xenditPlugin(context: SandboxContext, account: XenditAccount) {
  return async (app: FastifyInstance): Promise<void> => {
    guard(app, context, faceOf(context))
    invoiceRoutes(app, context, account)
    payPageRoutes(app, context, account)
    refundRoutes(app, context, account)
    payoutRoutes(app, context, account)
    bookRoutes(app, context, account)
  }
}

function faceOf(context: SandboxContext): ProviderFace {
  const login = `Basic ${Buffer.from(`${context.options.xendit.secretKey}:`).toString('base64')}`
  return {
    provider: 'xendit',
    authenticate(request) {
      if (!sameSecret(request.headers.authorization, login))
        throw xenditError(401, 'INVALID_API_KEY', 'API key is not authorized for this API')
    },
    refusal: (code = 'API_VALIDATION_ERROR') => xenditError(400, code, 'Refused, as the sandbox was told to'),
    failure: () => xenditError(500, 'SERVER_ERROR', 'Unexpected error, as the sandbox was told to'),
    limited: () => xenditError(429, 'RATE_LIMIT_EXCEEDED', 'You have sent too many requests'),
    unreadable: (message) => xenditError(400, 'INVALID_JSON_FORMAT', message),
  }
}

function invoiceRoutes(app: FastifyInstance, context: SandboxContext, account: XenditAccount): void {
  app.post('/v2/invoices', operation('createInvoice'), async (request) =>
    invoiceAnswer(context, account, createInvoice(context, account, readNewInvoice(context, request.body))),
  )
  app.get('/v2/invoices', operation('listInvoices'), async (request) =>
    listInvoices(context, account, fieldsOf(request.query)).map((invoice) =>
      invoiceAnswer(context, account, invoice),
    ),
  )
  app.get<WithId>('/v2/invoices/:id', operation('getInvoice'), async (request) =>
    invoiceAnswer(context, account, findInvoice(context, account, request.params.id)),
  )
  app.post<WithId>('/invoices/:id/expire!', operation('expireInvoice'), async (request) => {
    const invoice = findInvoice(context, account, request.params.id)
    expireByHand(context, account, invoice)
    return invoiceAnswer(context, account, invoice)
  })
}

/**
 * Adds the routes of the payment page. Buyers open this page, so it needs no API key, and has no rate limit
 * and no faults. A form gets a page as the answer, every other request gets JSON.
 */
function payPageRoutes(app: FastifyInstance, context: SandboxContext, account: XenditAccount): void {
  app.get<WithId>('/pay/:id', async (request, reply) => {
    const invoice = findInvoice(context, account, request.params.id)
    return reply.type('text/html; charset=utf-8').send(payPage(invoice, languageOf(request)))
  })
  app.post<WithId>('/pay/:id', async (request, reply) => {
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
    if (isForm) reply.type('text/html; charset=utf-8')
    try {
      const invoice = findInvoice(context, account, request.params.id)
      payInvoice(context, account, invoice, readPay(request.body))
      // A form gets a redirect as the answer, so that reloading the page does not pay again.
      return isForm
        ? reply.redirect(`?lang=${languageOf(request)}`, 303)
        : invoiceAnswer(context, account, invoice)
    } catch (error) {
      if (!isForm || !(error instanceof WireError)) throw error
      return reply
        .code(error.status)
        .send(refusalPage(String(fieldsOf(error.body).message), languageOf(request)))
    }
  })
}

function readPay(body: unknown) {
  const { channel, source, amount, late } = fieldsOf(body)
  const amountIdr = amount === undefined || amount === '' ? undefined : Number(amount)
  if (amountIdr !== undefined && !(Number.isInteger(amountIdr) && amountIdr > 0))
    throw invalidField('amount', 'must be a whole number of rupiah above 0')
  return {
    channel: textOf(channel),
    source: textOf(source),
    amount: amountIdr,
    late: late === true || late === 'true',
  }
}

/** xendit.payout-texts: the largest number of characters in an idempotency key. */
const MAX_KEY = 100

/**
 * Returns the idempotency key of a request to one endpoint; undefined if the caller sent none. Throws 400 for
 * a key that is too long.
 */
function idempotencyKey(request: FastifyRequest, endpoint: string): string | undefined {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && key.length > MAX_KEY)
    throw invalidField('idempotency-key', `at most ${MAX_KEY} characters`)
  return typeof key === 'string' && key !== '' ? `${endpoint}:${key}` : undefined
}

/**
 * Returns the idempotency key of a refund request; undefined if a test has chosen that Xendit ignores the
 * key. A test can also choose that a repeated request is refused. Throws 400 and 409.
 */
function refundKey(
  context: SandboxContext,
  account: XenditAccount,
  request: FastifyRequest,
): string | undefined {
  const key = idempotencyKey(request, 'refunds')
  const repeat = context.profile.of('xendit.refund-repeat')
  const reference = textOf(fieldsOf(request.body).reference_id)
  const isRepeat = account.knows(key) || account.refunds.some((refund) => refund.reference_id === reference)
  if (repeat !== 'by_key' && reference !== undefined && isRepeat)
    throw xenditError(/^(IDEMPOTENCY|DUPLICATE)/.test(repeat) ? 409 : 400, repeat, 'A repeated request')
  return context.profile.of('xendit.refund-key') === 'honoured' ? key : undefined
}

function refundRoutes(app: FastifyInstance, context: SandboxContext, account: XenditAccount): void {
  app.post('/refunds', operation('createRefund'), async (request) =>
    account.once(refundKey(context, account, request), request.body, () =>
      createRefund(context, account, request.body),
    ),
  )
  app.get('/refunds', operation('listRefunds'), async (request) =>
    listRefunds(context, account, fieldsOf(request.query)),
  )
  app.get<WithId>('/ewallets/charges/:id', operation('getCharge'), async (request) => {
    const { id } = request.params
    const invoice = account.invoicesByPayment.get(id)
    const isTold = context.profile.of('xendit.refunded-amount') === 'told'
    if (!isTold || !invoice?.payment || invoice.payment.payment_id !== id || !id.startsWith('ewc_'))
      throw xenditError(404, 'DATA_NOT_FOUND', 'Charge not found')
    return {
      id,
      business_id: account.businessId,
      reference_id: invoice.request.external_id,
      status: 'SUCCEEDED',
      currency: 'IDR',
      charge_amount: invoice.payment.paid_amount,
      capture_amount: invoice.payment.paid_amount,
      refunded_amount: refundedAmount(account, invoice.id) || null,
      channel_code: `ID_${invoice.payment.payment_channel}`,
      created: invoice.created,
      updated: invoice.updated,
    }
  })
  app.get<WithId>('/refunds/:id', operation('getRefund'), async (request) =>
    findRefund(account, request.params.id),
  )
}

function payoutRoutes(app: FastifyInstance, context: SandboxContext, account: XenditAccount): void {
  app.post('/v2/payouts', operation('createPayout'), async (request) => {
    const key = idempotencyKey(request, 'payouts')
    if (key === undefined) throw invalidField('idempotency-key', 'the header is required')
    const repeat = context.profile.of('xendit.payout-repeat')
    if (repeat !== 'by_key' && account.knows(key)) throw xenditError(409, repeat, 'A repeated request')
    return account.once(key, request.body, () => createPayout(context, account, request.body))
  })
  app.get('/v2/payouts', operation('listPayouts'), async (request) => {
    const referenceId = textOf(fieldsOf(request.query).reference_id)
    if (referenceId === undefined) throw invalidField('reference_id', 'is required')
    return {
      data: (account.payoutsByReference.get(referenceId) ?? [])
        .filter((it) => context.lists.shows(it))
        .map((it) => asListed(context, it))
        .toReversed(),
      has_more: false,
      links: {},
    }
  })
  app.get<WithId>('/v2/payouts/:id', operation('getPayout'), async (request) =>
    findPayout(account, request.params.id),
  )
  app.post<WithId>('/v2/payouts/:id/cancel', operation('cancelPayout'), async (request) => {
    const payout = findPayout(account, request.params.id)
    movePayout(context, account, payout, 'CANCELLED')
    return payout
  })
  app.get('/payouts_channels', operation('payoutChannels'), async (request) =>
    payoutChannels(context, fieldsOf(request.query).channel_code),
  )
}

function bookRoutes(app: FastifyInstance, context: SandboxContext, account: XenditAccount): void {
  app.get('/balance', operation('balance'), async (request) => {
    const { account_type: type = 'CASH', currency = 'IDR' } = fieldsOf(request.query)
    const kind = String(type).toUpperCase()
    if (kind !== 'CASH' && kind !== 'HOLDING' && kind !== 'TAX')
      throw invalidField('account_type', 'CASH, HOLDING or TAX')
    if (kind === 'TAX' || currency !== 'IDR') return { balance: 0 }
    const { spendableIdr, unsettledIdr } = balanceOf(context, account)
    const fraction = context.profile.of('xendit.balance') === 'fractional' ? 0.25 : 0
    return { balance: (kind === 'CASH' ? spendableIdr : unsettledIdr) + fraction }
  })
  app.get('/transactions', operation('listTransactions'), async (request) =>
    listTransactions(context, account, fieldsOf(request.query)),
  )
  app.get<WithId>('/transactions/:id', operation('getTransaction'), async (request) =>
    findTransaction(context, account, request.params.id),
  )
}
