import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { getSession } from '../../domain/group-buying/index.ts'
import { DomainError, ProviderFailure, type Work } from '../../domain/kernel/index.ts'
import {
  expectPayment,
  getLinkedPayment,
  type LinkedPayment,
  openInvoice,
} from '../../domain/payment/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { languageOf, type Page, pageAnswer, sendPage } from '../pages/page.ts'
import { type PaymentShown, type PayState, payPage } from '../pages/pay-page.ts'

/** The seconds after which the payment page reloads, while a buyer waits for the provider. */
const RETRY_S = 5
const LONGEST_RETRY_S = 60

/**
 * The route of the pay link in a buyer's messages. It creates the provider's invoice and redirects to it, or
 * shows a page with the reason why it cannot.
 */
export const payRoutes =
  (laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/pay/:code',
      {
        config: { access: 'open' },
        schema: {
          summary:
            'Redirects to the provider’s invoice, which is created now, or shows why that is not possible',
          params: z.strictObject({ code: z.string().min(1).max(40) }),
          querystring: z.looseObject({
            lang: z.enum(['id', 'en']).optional().catch(undefined),
            /**
             * The number of times that the payment page has reloaded for a buyer who came back from the
             * provider's invoice.
             */
            back: z.coerce.number().int().min(1).max(1_000).optional().catch(undefined),
          }),
          response: {
            200: pageAnswer('The payment is paid, or its money is being checked'),
            202: pageAnswer(
              'The buyer waits in the queue, or for the provider’s confirmation; the page reloads itself',
            ),
            302: z.undefined().describe('To the invoice'),
            404: pageAnswer('No such payment'),
            409: pageAnswer('The provider does not accept a payment of this amount'),
            410: pageAnswer('Its time is over'),
            503: pageAnswer('The invoice is not created yet; the page tries again automatically'),
          },
        },
      },
      async (request, reply) => {
        const { unitOfWork, providers, config } = laku
        const code = request.params.code.toUpperCase()
        const language = languageOf(request)
        const page = async (state: Parameters<typeof payPage>[0]['state'], more: Partial<Page> = {}) => {
          if (more.refresh) reply.header('retry-after', more.refresh.afterS)
          const payment = await request.read((work) => shownOf(work, code))
          return sendPage(reply, payPage({ language, state, payment, ...more }))
        }
        reply.header('cache-control', 'no-store')
        try {
          const { back } = request.query
          if (back !== undefined && (await request.read((work) => isAwaited(work, code)))) {
            if (back === 1) await unitOfWork.run(request.actor, (work) => expectPayment(work, code))
            return await page('checking', awaiting(code, back, request.query.lang))
          }
          const context = {
            unitOfWork,
            actor: request.actor,
            gateway: providers.gateway,
            publicUrl: config.publicUrl,
          }
          const opened = await app.inTurn(request.network.home, () => openInvoice(context, code))
          if (opened.state === 'redirect') return await reply.redirect(opened.url, 302)
          if (opened.state === 'checking')
            return await page('checking', awaiting(code, back ?? 1, request.query.lang))
          if (opened.state !== 'waiting') return await page(opened.state)
          // The page reloads when the buyer's turn in the queue for invoices has come. The place in the queue
          // is stored, so an early reload does not lose it.
          return await page(opened, { refresh: { afterS: Math.min(LONGEST_RETRY_S, opened.waitS) } })
        } catch (error) {
          const trouble = troubleOf(error)
          if (!trouble) throw error
          if (trouble.waitS === undefined) return await page(trouble.state)
          request.log.warn({ err: error }, 'an invoice could not be made; its page asks again')
          return await page(trouble.state, { refresh: { afterS: trouble.waitS } })
        }
      },
    )
  }

/** Returns the payment that the payment page displays; undefined for an unknown code. */
async function shownOf(work: Work, code: string): Promise<PaymentShown | undefined> {
  const payment = await find(work, code)
  if (!payment) return undefined
  const session = payment.sessionId ? await getSession(work.tx, payment.sessionId) : undefined
  return { ...payment, session: session?.code }
}

async function find(work: Work, code: string): Promise<LinkedPayment | undefined> {
  try {
    return await getLinkedPayment(work.tx, code)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not_found') return undefined
    throw error
  }
}

/**
 * Tells whether the payment page must wait for the provider's message about a payment. This function is
 * called only for a buyer who comes back from the provider. The buyer has probably paid, so they are not sent
 * to pay again.
 */
async function isAwaited(work: Work, code: string): Promise<boolean> {
  const payment = await find(work, code)
  return payment?.status === 'pending' && payment.expiresAt > work.now
}

/**
 * Returns the settings with which the payment page reloads itself at growing intervals: 3 s, 6 s, … up to a
 * minute.
 */
function awaiting(code: string, back: number, lang: string | undefined): Partial<Page> {
  const query = `back=${back + 1}${lang ? `&lang=${lang}` : ''}`
  return {
    refresh: { afterS: Math.min(LONGEST_RETRY_S, 3 * back), to: `/pay/${code}?${query}` },
    keeps: `back=${back}`,
  }
}

interface Trouble {
  state: PayState
  /** The seconds after which the payment page reloads; undefined if waiting does not help. */
  waitS?: number
}

function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof ProviderFailure) {
    return error.outcome === 'refused' ? undefined : { state: 'preparing', waitS: waitOf(error.retryAfterS) }
  }
  if (!(error instanceof DomainError)) return undefined
  if (error.kind === 'not_found') return { state: 'notFound' }
  if (error.kind === 'conflict') return { state: 'refused' }
  return error.kind === 'unavailable'
    ? { state: 'preparing', waitS: waitOf(error.details.retryAfterS) }
    : undefined
}

const waitOf = (given: unknown): number =>
  typeof given === 'number' ? Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil(given))) : RETRY_S
