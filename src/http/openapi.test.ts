import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { openApi } from './openapi.ts'
import { buildServer } from './server.ts'

interface Described {
  paths: Record<string, Record<string, { summary?: string; security?: object[]; responses: object }>>
}

describe('the description of the API', () => {
  let laku: TestLaku
  let app: FastifyInstance
  beforeAll(async () => {
    laku = await openTestLaku()
    app = await buildServer(laku, openApi)
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  it('is shown at /docs, with all that its page asks for', async () => {
    const page = await app.inject({ url: '/docs' })
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const wanted = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string)
    expect(wanted).toHaveLength(3)
    for (const url of wanted) expect((await app.inject({ url })).statusCode).toBe(200)
    expect((await app.inject({ url: '/docs/..%2fpackage.json' })).statusCode).toBe(404)
    const committed = (await app.inject({ url: '/docs/openapi.json' })).json<Described>()
    expect(committed).toEqual(JSON.parse(JSON.stringify(app.swagger())))
  })

  it('says who may call and what is answered, for every operation', () => {
    const { paths } = app.swagger() as unknown as Described
    const operations = Object.values(paths).flatMap((item) => Object.values(item))
    expect(operations.length).toBeGreaterThan(40)
    for (const { summary, security } of operations) expect([summary, security]).not.toContain(undefined)
    const join = paths['/api/group-sessions/{id}/join']?.post
    expect(join?.summary).toBe('Join a session')
    expect(join?.security).toEqual([{ customerToken: [] }])
    expect(Object.keys(join?.responses ?? {})).toEqual(expect.arrayContaining(['201', '401', '409', '422']))
  })
})
