import { describe, expect, test } from 'vitest'
import { isSignedByMeta, parseWhatsAppWebhook, whatsAppChallenge } from './webhook.ts'

describe('the signature', () => {
  // The published vector of HMAC-SHA256 for the key `key` and this sentence.
  const body = Buffer.from('The quick brown fox jumps over the lazy dog')
  const signature = 'sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'
  test('of the very bytes under the app secret', () => {
    expect(isSignedByMeta(body, signature, 'key')).toBe(true)
    expect(isSignedByMeta(Buffer.concat([body, Buffer.from(' ')]), signature, 'key')).toBe(false)
    expect(isSignedByMeta(body, signature, 'another')).toBe(false)
    expect(isSignedByMeta(body, signature.slice(7), 'key')).toBe(false)
    expect(isSignedByMeta(body, undefined, 'key')).toBe(false)
    expect(isSignedByMeta(body, signature, '')).toBe(false)
  })
})

test('the handshake echoes the challenge for our token alone', () => {
  const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'ours', 'hub.challenge': '1158' }
  expect(whatsAppChallenge(query, 'ours')).toBe('1158')
  expect(whatsAppChallenge(query, 'theirs')).toBeUndefined()
  expect(whatsAppChallenge({ ...query, 'hub.mode': 'other' }, 'ours')).toBeUndefined()
  expect(whatsAppChallenge({ ...query, 'hub.verify_token': ['ours'] }, 'ours')).toBeUndefined()
  expect(whatsAppChallenge({ ...query, 'hub.verify_token': '' }, '')).toBeUndefined()
})

describe('a delivery', () => {
  const at = new Date('2026-11-24T03:00:00Z')
  const timestamp = String(at.getTime() / 1000)
  const wrapped = (...values: object[]) => ({
    object: 'whatsapp_business_account',
    entry: values.map((value) => ({ id: '1', changes: [{ field: 'messages', value }] })),
  })

  test('batches statuses and messages', () => {
    const failed = {
      id: 'wamid.1',
      status: 'failed',
      timestamp,
      recipient_id: '628',
      errors: [{ code: 131026 }],
    }
    const read = { id: 'wamid.2', status: 'read', timestamp, recipient_id: '628' }
    const reply = {
      id: 'wamid.3',
      from: '628123456789',
      timestamp,
      type: 'text',
      text: { body: 'SIAP' },
      context: { id: 'wamid.2' },
    }
    const image = { id: 'wamid.4', from: '628123456789', timestamp, type: 'image', image: {} }
    expect(parseWhatsAppWebhook(wrapped({ statuses: [failed, read] }, { messages: [reply, image] }))).toEqual(
      {
        statuses: [
          { providerMessageId: 'wamid.1', status: 'failed', at, errorCode: '131026' },
          { providerMessageId: 'wamid.2', status: 'read', at },
        ],
        messages: [
          {
            providerMessageId: 'wamid.3',
            from: '+628123456789',
            at,
            type: 'text',
            body: 'SIAP',
            repliesTo: 'wamid.2',
          },
          { providerMessageId: 'wamid.4', from: '+628123456789', at, type: 'image' },
        ],
      },
    )
  })

  test('leaves out what cannot be read, and keeps the rest', () => {
    const good = { id: 'wamid.2', status: 'read', timestamp }
    const statuses = [{ id: 'wamid.1' }, { ...good, status: null }, good]
    expect(parseWhatsAppWebhook(wrapped({ statuses }))?.statuses).toHaveLength(1)
  })

  test.each([undefined, {}, { entry: 'x' }, { entry: [{}] }])('%j is none', (body) => {
    expect(parseWhatsAppWebhook(body)).toBeUndefined()
  })
})
