import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Config } from '../../runtime/config.ts'
import { createLogger } from '../../runtime/logger.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
const lines: string[] = []
const logger = createLogger({ logLevel: 'trace' }, { write: (line) => void lines.push(line) })
beforeAll(async () => {
  laku = await openTestLaku({ choreography: { 'webhook.received': {} } })
})
afterAll(() => laku.close())

const [old, fresh] = ['an-old-secret-of-some-length', 'a-fresh-secret-of-some-length']
const body = JSON.stringify({ id: 'x', object: 'whatsapp_business_account', entry: [] })

interface WebhookRoute {
  setting: keyof Config
  knock: (secret: string) => {
    method: 'GET' | 'POST'
    url: string
    headers?: Record<string, string>
    payload?: string
  }
}

const json = { 'content-type': 'application/json' }
const webhookRoutes: Record<string, WebhookRoute> = {
  XENDIT_CALLBACK_TOKEN: {
    setting: 'xenditCallbackToken',
    knock: (secret) => ({
      method: 'POST',
      url: '/api/webhooks/xendit',
      headers: { ...json, 'x-callback-token': secret },
      payload: body,
    }),
  },
  BITESHIP_WEBHOOK_SECRET: {
    setting: 'biteshipWebhookSecret',
    knock: (secret) => ({
      method: 'POST',
      url: '/api/webhooks/biteship',
      headers: { ...json, [laku.config.biteshipWebhookHeader]: secret },
      payload: body,
    }),
  },
  FONNTE_WEBHOOK_SECRET: {
    setting: 'fonnteWebhookSecret',
    knock: (secret) => ({
      method: 'POST',
      url: `/api/webhooks/fonnte/${secret}`,
      headers: json,
      payload: body,
    }),
  },
  WHATSAPP_APP_SECRET: {
    setting: 'whatsappAppSecret',
    knock: (secret) => ({
      method: 'POST',
      url: '/api/webhooks/whatsapp',
      headers: {
        ...json,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      payload: body,
    }),
  },
  WHATSAPP_VERIFY_TOKEN: {
    setting: 'whatsappVerifyToken',
    knock: (secret) => ({
      method: 'GET',
      url: `/api/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=${secret}&hub.challenge=1`,
    }),
  },
}

/** Calls the route with each of these secrets, on a server that accepts `accepted`. Returns the statuses. */
async function callWith(name: string, accepted: string[], secrets: string[]): Promise<number[]> {
  const { setting, knock } = webhookRoutes[name] as WebhookRoute
  const config = { ...laku.config, [setting]: accepted }
  const server = Object.create(laku, { config: { value: config }, logger: { value: logger } }) as TestLaku
  const app = await buildServer(server)
  try {
    const statuses = []
    for (const secret of secrets) statuses.push((await app.inject(knock(secret))).statusCode)
    return statuses
  } finally {
    await app.close()
  }
}

/** Returns everything that is stored of the deliveries, as text. */
async function stored(): Promise<string[]> {
  const { rows } = await laku.pool.query<{ row: string }>('select w::text as row from webhook_inbox w')
  return rows.map(({ row }) => row)
}

afterEach(async () => {
  const shown = [...lines, ...(await stored())].join('\n')
  for (const secret of [old, fresh]) expect(shown).not.toContain(secret)
})

it.each(Object.keys(webhookRoutes))(
  '%s rotates: both are let in side by side, and the old one no longer once it is gone',
  async (name) => {
    const letIn = async (...accepted: string[]) =>
      (await callWith(name, accepted, [old, fresh])).map((status) => status !== 401)
    expect(await letIn(old)).toEqual([true, false])
    expect(await letIn(fresh, old)).toEqual([true, true])
    expect(await letIn(fresh)).toEqual([false, true])
  },
)

it.each(Object.keys(webhookRoutes).filter((name) => name !== 'WHATSAPP_VERIFY_TOKEN'))(
  '%s rotates while deliveries are under way: one under the old secret is taken once, and stays once that is gone',
  async (name) => {
    await query(laku.ownerUrl, 'delete from webhook_inbox')
    // The provider signed before it was told the new secret, and the delivery arrives after the restart.
    expect(await callWith(name, [fresh, old], [old])).toEqual([200])
    expect(await stored()).toEqual([expect.stringContaining('whatsapp_business_account')])
    // It is repeated under the new secret, and late once more under the old one.
    expect(await callWith(name, [fresh, old], [fresh])).toEqual([200])
    expect(await callWith(name, [fresh], [old, fresh])).toEqual([401, 200])
    const { rows } = await laku.pool.query('select status, deliveries from webhook_inbox')
    expect(rows).toEqual([{ status: 'received', deliveries: 3 }])
  },
)
