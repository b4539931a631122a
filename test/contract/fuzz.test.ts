import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FuzzedServer } from './fuzz.ts'

describe('whatever is sent', () => {
  let server: FuzzedServer
  beforeAll(async () => {
    server = await FuzzedServer.open()
  })
  afterAll(() => server.close())

  const post = (url: string, payload: string, headers: Record<string, string> = {}) =>
    server.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    })

  it('is answered without a 5xx, and refused with a code', async () => {
    const seen = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(server.calls(), async (call) => {
        const status = await server.send(call)
        seen.set(status, (seen.get(status) ?? 0) + 1)
      }),
      { numRuns: 300 },
    )
    // Both kinds of answers must occur; otherwise the generated bodies do not fit the schemas.
    expect(seen.get(200) ?? 0).toBeGreaterThan(10)
    expect(seen.get(400) ?? 0).toBeGreaterThan(30)
    server.expectNoSecretLogged()
  })

  it.each([
    ['{"phone":', 400],
    ['{"phone":"081234567890"}}', 400],
    ['{"phone":81234567890}', 400],
    ['{"phone":"081234567890","admin":true}', 400],
    ['{"phone":"081234567890","__proto__":{"x":1}}', 400],
    ['{"phone":"0812\\u00003456"}', 400],
    ['{"phone":"\\ud8000812"}', 400],
    [JSON.stringify({ phone: `'; delete from otp_challenges; --` }), 400],
    [JSON.stringify({ phone: 'x'.repeat(300 * 1024) }), 413],
  ])('of a log-in, %.60s, is refused and leaves no row', async (payload, status) => {
    const rows = () => server.laku.db.selectFrom('otpChallenges').select('id').execute()
    const before = await rows()
    const answer = await post('/api/auth/otp', payload)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().code).toMatch(/^http\.(invalid|body_too_large)$|^auth\./)
    expect(await rows()).toEqual(before)
  })

  it.each([
    ['an address that is no text', '/s/%E0%A4%A'],
    ['one that holds no character', '/api/products/a%00b'],
    ['one that is too long', `/api/products/${'x'.repeat(500)}`],
  ])('%s is refused with a code', async (_, url) => {
    const answer = await server.app.inject({ url })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'http.invalid'])
  })

  it('as another kind of content is refused', async () => {
    const answer = await post('/api/auth/otp', 'phone=1', { 'content-type': 'text/xml' })
    expect([answer.statusCode, answer.json().code]).toEqual([415, 'http.unsupported_media_type'])
  })
})
