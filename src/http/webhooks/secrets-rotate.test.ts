import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import type { Config } from '../../runtime/config.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
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

it.each(Object.keys(webhookRoutes))(
  '%s rotates: both are let in side by side, and the old one no longer once it is gone',
  async (name) => {
    const { setting, knock } = webhookRoutes[name] as WebhookRoute
    const letIn = async (...secrets: string[]) => {
      const config = { ...laku.config, [setting]: secrets }
      const app = await buildServer(Object.create(laku, { config: { value: config } }) as TestLaku)
      try {
        const statuses = []
        for (const secret of [old, fresh]) statuses.push((await app.inject(knock(secret))).statusCode !== 401)
        return statuses
      } finally {
        await app.close()
      }
    }
    expect(await letIn(old)).toEqual([true, false])
    expect(await letIn(fresh, old)).toEqual([true, true])
    expect(await letIn(fresh)).toEqual([false, true])
  },
)
