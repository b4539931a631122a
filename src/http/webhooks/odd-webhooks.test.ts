import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { oddOf, providerExamples } from '../../../test/odd-json.ts'
import { webhooksBiteshipJob } from '../../jobs/webhooks/biteship.ts'
import { webhooksSweepJob } from '../../jobs/webhooks/sweep.ts'
import { webhooksWhatsappJob } from '../../jobs/webhooks/whatsapp.ts'
import { webhooksXenditJob } from '../../jobs/webhooks/xendit.ts'
import { buildServer } from '../server.ts'

const EACH = 12

let laku: TestLaku
let app: FastifyInstance
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    jobs: [webhooksXenditJob, webhooksBiteshipJob, webhooksWhatsappJob, webhooksSweepJob],
  })
  app = await buildServer(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

/** Returns the path and headers of each provider's webhook, with the provider's proof of identity. */
function headersFor(name: string, body: string): [path: string, headers: Record<string, string>] {
  const { config } = laku
  if (name.startsWith('xendit.'))
    return ['xendit', { 'x-callback-token': config.xenditCallbackToken[0] as string }]
  if (name.startsWith('biteship.'))
    return ['biteship', { [config.biteshipWebhookHeader]: config.biteshipWebhookSecret[0] as string }]
  if (name.startsWith('fonnte.')) return [`fonnte/${config.fonnteWebhookSecret?.[0]}`, {}]
  const signature = createHmac('sha256', config.whatsappAppSecret[0] as string)
    .update(body)
    .digest('hex')
  return ['whatsapp', { 'x-hub-signature-256': `sha256=${signature}` }]
}

const webhooks = Object.entries(providerExamples).filter(([name]) => name.includes('webhook'))

it('names the door of each', () => {
  expect(new Set(webhooks.map(([name]) => name.split('.')[0]))).toEqual(
    new Set(['xendit', 'biteship', 'meta', 'fonnte']),
  )
})

it.each(webhooks)(
  'odd bodies of %s are taken in, and each is followed, tried again or shown to a person',
  async (name, example) => {
    const before = await ids()
    for (const odd of fc.sample(oddOf(example), { numRuns: EACH, seed: 12 })) {
      const payload = JSON.stringify(odd)
      const [path, headers] = headersFor(name, payload)
      const answer = await app.inject({
        method: 'POST',
        url: `/api/webhooks/${path}`,
        headers: { 'content-type': 'application/json', ...headers },
        payload,
      })
      expect([200, 400], `${answer.statusCode} ${payload}`).toContain(answer.statusCode)
    }
    await laku.drain()
    const kept = (await inbox()).filter((row) => !before.has(row.id))
    expect(kept.length).toBeGreaterThan(0)
    const shown = new Set(
      (await laku.db.selectFrom('attention').select('subjectId').execute()).map((row) => row.subjectId),
    )
    for (const { id, status, attempts, body, provider } of kept) {
      if (status === 'processed') continue
      if (status === 'received') expect(attempts, `${body}`).toBeGreaterThan(0)
      else
        expect(
          [...shown].some((text) => text === id || text.startsWith(`${provider}:`)),
          `${body}`,
        ).toBe(true)
    }
  },
)

const inbox = () =>
  laku.db.selectFrom('webhookInbox').select(['id', 'status', 'attempts', 'body', 'provider']).execute()
const ids = async () => new Set((await inbox()).map((row) => row.id))
