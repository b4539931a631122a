import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { enrol } from '../../../test/staff.ts'
import { registerUser } from '../../domain/user/index.ts'
import { buildServer, startServer } from '../server.ts'

// Paid messages have two sources: laku, for codes within a daily budget, and staff, within a limit of their
// own.
let laku: TestLaku
let app: FastifyInstance
let support: string
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, policy: { staffMessagesPerDay: 2, whatsappCodesPerDay: 10 } })
  app = await buildServer(laku)
  support = (await enrol(laku, 'support', 'dewi')).token
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

const send = async (payload: object) => {
  const reply = await app.inject({
    method: 'POST',
    url: '/api/whatsapp/send',
    payload,
    headers: { authorization: `Bearer ${support}` },
  })
  return { status: reply.statusCode, code: reply.json().code as string | undefined }
}

it('staff send no templates of codes, and nothing abroad (case 4, Deliver 10)', async () => {
  const template = { template: 'laku_otp', params: ['123456'] }
  expect(await send({ to: '081234567890', ...template })).toEqual({
    status: 403,
    code: 'whatsapp.template_of_codes',
  })
  expect(await send({ to: '+88162012345678', body: 'Halo' })).toMatchObject({ status: 400 })
  expect(await laku.db.selectFrom('whatsappMessages').select('id').execute()).toEqual([])
})

it('one person sends so many a day, and the audit names who got them, masked', async () => {
  for (const to of ['081234567890', '081234567891'])
    expect((await send({ to, body: 'Halo' })).status).toBe(202)
  expect(await send({ to: '081234567892', body: 'Halo' })).toEqual({
    status: 429,
    code: 'whatsapp.staff_limited',
  })
  const rows = await laku.db
    .selectFrom('auditLog')
    .select(['actorName', 'after'])
    .where('command', '=', 'whatsapp send')
    .orderBy('id')
    .execute()
  expect(rows.map(({ actorName, after }) => [actorName, (after as { to: string }).to])).toEqual([
    ['dewi', '+6281…7890'],
    ['dewi', '+6281…7891'],
  ])
  // A notice is also sent by WhatsApp, and counts towards the same limit.
  const phone = '+6281234567893'
  const { id } = await laku.system((work) => registerUser(work, { phone }))
  const notify = async () => {
    const reply = await app.inject({
      method: 'POST',
      url: '/api/notifications',
      payload: { user_id: id, template: 'message', params: ['Halo', 'Kabar'] },
      headers: { authorization: `Bearer ${support}` },
    })
    return { status: reply.statusCode, code: reply.json().code as string | undefined }
  }
  expect(await notify()).toEqual({ status: 429, code: 'whatsapp.staff_limited' })
  laku.clock.shift(86_400)
  expect((await send({ to: '081234567892', body: 'Halo' })).status).toBe(202)
  expect((await notify()).status).toBe(202)
  expect((await notify()).code).toBe('whatsapp.staff_limited')
})

it('raises attention when strangers have used up half of what a day has for their codes, and stops at all of it', async () => {
  const ask = async (n: number) => {
    const payload = { phone: `+6281299950${String(n).padStart(3, '0')}` }
    const reply = await app.inject({
      method: 'POST',
      url: '/api/auth/otp',
      payload,
      remoteAddress: `203.0.113.${n}`,
    })
    return reply.statusCode
  }
  const raised = async () => {
    const { data } = await askLaku<{ data: { kind: string; subject_id: string }[] }>(laku, [
      'attention',
      'list',
    ])
    return data.filter(({ kind }) => kind === 'otp.budget').map((row) => row.subject_id)
  }
  const sent = async () =>
    (await laku.db.selectFrom('whatsappMessages').select('id').where('template', '=', 'laku_otp').execute())
      .length
  for (let n = 0; n < 3; n++) await ask(n)
  expect(await raised()).toEqual([])
  await ask(3)
  expect(await raised()).toEqual(['whatsapp'])
  for (let n = 4; n < 12; n++) await ask(n)
  expect(await sent()).toBe(8)
})

it('figures are told on this machine alone, where nothing else is set', async () => {
  expect(laku.config.metricsHost).toBe('127.0.0.1')
  const port = 20_000 + Math.floor(Math.random() * 20_000)
  const config = { ...laku.config, metricsPort: port }
  const running = await startServer(Object.assign(Object.create(laku), { config }), {
    host: '127.0.0.1',
    port: 0,
  })
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
  // 127.0.0.2 is another address of this machine. A server that listens on all addresses would answer there.
  await expect(fetch(`http://127.0.0.2:${port}/metrics`)).rejects.toThrow()
  await running.close()
})
