import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId, type StaffRole } from '../../src/domain/kernel/index.ts'
import { buildServer } from '../../src/http/server.ts'
import { routeRoles } from '../../src/runtime/who-may.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { enrol } from '../staff.ts'
import { accessMatrix, type Row } from './access-matrix.ts'
import { AccessWorld } from './access-world.ts'
import { rolesWith, staffRoles } from './role-table.ts'

type Caller = 'visitor' | 'owner' | 'other' | StaffRole
type Verdict = 'in' | 'out' | 'hidden'

// Callers who are refused come first, and callers who may change the object come last.
const callers: Caller[] = ['visitor', 'other', ...staffRoles, 'owner']

let laku: TestLaku
let app: FastifyInstance
let world: AccessWorld
const tokens = new Map<Caller, string>()
const routes = new Set<string>()

const collectRoutes = fp(async (server: FastifyInstance) => {
  server.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat())
      if (method !== 'HEAD' && method !== 'OPTIONS') routes.add(`${method} ${route.url}`)
  })
})

beforeAll(async () => {
  // All calls of this test come from one address, so the limit of refused tokens is high.
  laku = await openTestLaku({ sandbox: true, policy: { refusedTokensPerMinute: 1_000_000 } })
  app = await buildServer(laku, collectRoutes)
  await app.ready()
  world = await AccessWorld.open(laku)
  for (const role of staffRoles) {
    const issued = await enrol(laku, role, `staff-${role}`)
    tokens.set(role, issued.token)
  }
  for (const name of ['owner', 'other'] as const)
    tokens.set(name, app.signAccessToken({ userId: world[name].id, authSessionId: newId() }))
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

function expected(row: Row, caller: Caller): Verdict {
  const { customer, staff = [] } = row
  if (customer === 'anybody') return 'in'
  if (caller === 'visitor' || customer === 'secret') return 'out'
  if (caller === 'owner') return customer ? 'in' : 'out'
  if (caller === 'other') return customer === 'self' ? 'in' : customer === 'own' ? 'hidden' : 'out'
  return staff.length > 0 && rolesWith(staff).includes(caller) ? 'in' : 'out'
}

const refusals = ['http.unauthorized', 'kernel.forbidden', 'auth.code_expired', 'auth.refresh_invalid']

/** Only these codes refuse a caller because of who they are. An invalid body could hide such a refusal. */
function verdictOf(status: number, body: { code?: string }): Verdict | string {
  if (refusals.includes(body.code ?? '')) return 'out'
  if (status === 404) return 'hidden'
  return status === 400 || status === 401 || status >= 500 ? `${status} ${body.code}` : 'in'
}

const undocumented = (route: string) => /^GET \/docs\b/.test(route)

describe('issue 13, deliver 5: who may call what', () => {
  it('has a row for every route, and no route is missing', () => {
    const missing = [...routes].filter((route) => !(route in accessMatrix) && !undocumented(route))
    const gone = Object.keys(accessMatrix).filter((route) => !routes.has(route))
    expect(
      missing,
      'add a row for each to test/contract/access-matrix.ts: who may call it, and a valid call',
    ).toEqual([])
    expect(gone, 'remove these rows from test/contract/access-matrix.ts').toEqual([])
  })

  it('lets in staff as the table of roles says, which has a row for each route that takes them', () => {
    const rights = Object.entries(accessMatrix).flatMap(([route, { staff }]) =>
      staff ? [[route, rolesWith(staff).toSorted()]] : [],
    )
    const table = [...routeRoles].map(([route, roles]) => [route, ['admin', ...roles].toSorted()])
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(rights))
  })

  it.each(Object.entries(accessMatrix))('%s', async (route, row) => {
    const { id, query = '', body } = (await row.call?.(world)) ?? {}
    const [method, pattern] = route.split(' ') as ['GET', string]
    const url = pattern.replace(/:\w+/, id ?? newId()) + query
    const seen: Partial<Record<Caller, string>> = {}
    const wanted: Partial<Record<Caller, string>> = {}
    for (const caller of callers) {
      const token = tokens.get(caller)
      const headers = { 'x-reason': 'a test', ...(token ? { authorization: `Bearer ${token}` } : {}) }
      const answer = await app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
      const isJson = answer.headers['content-type']?.toString().includes('json')
      seen[caller] = verdictOf(answer.statusCode, isJson ? answer.json() : {})
      const want = expected(row, caller)
      // If the object may be missing, a caller who is let in gets "not found".
      wanted[caller] =
        want === 'in' && !(row.customer === 'own' && caller === 'owner') && seen[caller] === 'hidden'
          ? 'hidden'
          : want
    }
    expect(seen).toEqual(wanted)
  })
})
