import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { buildServer } from '../server.ts'

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('what went wrong', () => {
  let laku: TestLaku
  let app: FastifyInstance
  beforeAll(async () => {
    laku = await openTestLaku({ policy: { addressRequestsPerMinute: 5 } })
    app = await buildServer(laku)
    app.get('/broken', async () => {
      throw new Error('the secret of the shop')
    })
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  it('is a page for a browser, and a problem for programs and below /api', async () => {
    const page = await app.inject({ url: '/nothing?lang=en', headers: browser })
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(page.body).toContain('<h1>Not found</h1>')
    expect(page.body).toContain(String(page.headers['x-request-id']))
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'/)
    for (const request of [{ url: '/nothing' }, { url: '/api/nothing', headers: browser }]) {
      const problem = await app.inject(request)
      expect([problem.statusCode, problem.json().code]).toEqual([404, 'http.no_such_route'])
    }
    const post = await app.inject({ method: 'POST', url: '/nothing', headers: browser })
    expect(post.headers['content-type']).toContain('application/problem+json')
  })

  it('tells people nothing of what broke, and asks again by itself', async () => {
    const page = await app.inject({ url: '/broken', headers: { ...browser, 'accept-language': 'id' } })
    expect(page.statusCode).toBe(500)
    expect(page.body).toContain('<h1>Ada gangguan</h1>')
    expect(page.body).toContain('http-equiv="refresh" content="10"')
    expect(page.body).not.toContain('secret')
    for (let n = 0; n < 5; n++) await app.inject({ url: '/s/GBS-1', headers: browser })
    const busy = await app.inject({ url: '/s/GBS-1', headers: browser })
    expect([busy.statusCode, busy.body]).toEqual([429, expect.stringContaining('<h1>Mohon tunggu</h1>')])
    expect(busy.body).toContain(`http-equiv="refresh" content="${busy.headers['retry-after']}"`)
  })
})
