import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { biteshipPlugin } from './biteship/biteship.ts'
import { Parcels } from './biteship/orders.ts'
import type { SandboxContext } from './context.ts'
import { controlPlugin } from './control.ts'
import { Faults } from './faults.ts'
import { refuseForeign } from './foreign.ts'
import { Limits } from './limits.ts'
import { Lists } from './lists.ts'
import { MessageLog } from './messages.ts'
import { fonntePlugin } from './messaging/fonnte.ts'
import { pushPlugin } from './messaging/push.ts'
import { smsPlugin } from './messaging/sms.ts'
import { startSmtp } from './messaging/smtp.ts'
import { TemplateRegistry } from './messaging/template-registry.ts'
import { type LastHeard, whatsappPlugin } from './messaging/whatsapp.ts'
import type { SandboxOptions } from './options.ts'
import { Profile } from './profile.ts'
import { Schedule } from './schedule.ts'
import { WebhookDelivery } from './webhook-delivery.ts'
import { XenditAccount } from './xendit/account.ts'
import { expireDueInvoices } from './xendit/invoices.ts'
import { xenditPlugin } from './xendit/xendit.ts'

export type { SandboxOptions } from './options.ts'

/** A running sandbox, which serves every provider on loopback. */
export interface Sandbox {
  url: string
  smtpUrl: string
  xenditUrl: string
  biteshipUrl: string
  whatsappUrl: string
  fonnteUrl: string
  smsUrl: string
  /** The base address of push subscriptions, whose endpoints are `${pushUrl}/<any id>`. */
  pushUrl: string
  /** Sends all webhooks to another server from now on, including those that already wait for a retry. */
  setLakuUrl(url: string): void
  /** Resolves when no provider's outcome is due and no webhook delivery is under way, retries included. */
  settleWebhooks(): Promise<void>
  /** Stops the sandbox at once: open requests are broken off, webhook deliveries given up. */
  close(): Promise<void>
}

/** The interval at which the sandbox looks for invoices past their time (ms). */
const EXPIRY_SWEEP_MS = 200

/**
 * Starts the providers that laku talks to, with their state in memory: Xendit, Biteship, WhatsApp, SMS, web
 * push and SMTP, and the control API. Rejects when a port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const schedule = new Schedule()
  let url = ''
  let agedMs = 0
  const told = options.now ?? (() => new Date())
  const now = () => new Date(told().getTime() + agedMs)
  const context: SandboxContext = {
    options,
    now,
    age: (seconds) => {
      agedMs += seconds * 1000
    },
    publicUrl: () => options.publicUrl?.replace(/\/+$/, '') ?? url,
    schedule,
    faults: new Faults(),
    profile: new Profile(),
    templates: new TemplateRegistry(options.whatsapp.templates ?? []),
    limits: new Limits(),
    lists: new Lists(now),
    webhooks: new WebhookDelivery(schedule, options.lakuUrl.replace(/\/+$/, '')),
    messages: new MessageLog(),
  }
  const account = new XenditAccount(now, options.xendit.floatIdr)
  const app = await buildApp(context, account)
  await app.listen({ port: options.port, host: '127.0.0.1' })
  url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const smtp = await startSmtp(context, options.smtpPort ?? 0).catch(async (error: unknown) => {
    await app.close()
    throw error
  })
  const sweep = setInterval(() => expireDueInvoices(context, account), EXPIRY_SWEEP_MS)
  sweep.unref()

  return {
    url,
    smtpUrl: smtp.url,
    xenditUrl: `${url}/xendit`,
    biteshipUrl: `${url}/biteship`,
    whatsappUrl: `${url}/whatsapp`,
    fonnteUrl: `${url}/fonnte`,
    smsUrl: `${url}/sms`,
    pushUrl: `${url}/push`,
    setLakuUrl(lakuUrl) {
      context.webhooks.baseUrl = lakuUrl
    },
    settleWebhooks: () => schedule.settled(),
    async close() {
      clearInterval(sweep)
      context.webhooks.close()
      schedule.clear()
      await Promise.all([app.close(), smtp.close()])
    },
  }
}

async function buildApp(context: SandboxContext, account: XenditAccount): Promise<FastifyInstance> {
  const parcels = new Parcels()
  const lastHeard: LastHeard = new Map()
  const reset = () => {
    context.webhooks.clear()
    context.schedule.clear()
    const { faults, profile, templates, limits, lists, messages } = context
    const parts = [faults, profile, templates, limits, lists, messages, account, parcels, lastHeard]
    for (const part of parts) part.clear()
  }
  const app = fastify({
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: true,
    ...(context.options.tls && { https: context.options.tls }),
  }) as FastifyInstance
  readBodies(app)
  refuseForeign(app, context)
  await app.register(xenditPlugin(context, account), { prefix: '/xendit' })
  await app.register(biteshipPlugin(context, parcels), { prefix: '/biteship' })
  await app.register(whatsappPlugin(context, lastHeard), { prefix: '/whatsapp' })
  await app.register(fonntePlugin(context), { prefix: '/fonnte' })
  await app.register(smsPlugin(context), { prefix: '/sms' })
  await app.register(pushPlugin(context), { prefix: '/push' })
  await app.register(controlPlugin(context, { account, parcels, lastHeard, reset }), { prefix: '/control' })
  return app
}

/** Makes the server read JSON and forms as request bodies; empty JSON counts as no body. */
function readBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined)
    try {
      done(null, JSON.parse(String(body)))
    } catch (error) {
      done(Object.assign(error instanceof Error ? error : new Error('not JSON'), { statusCode: 400 }))
    }
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}
