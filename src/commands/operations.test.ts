import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { staff } from '../../test/staff.ts'
import { newId } from '../domain/kernel/index.ts'
import { receiveWebhook } from '../domain/webhooks/index.ts'

let laku: TestLaku
const warehouse = staff('warehouse')

interface List<Row> {
  data: Row[]
  next_cursor: string | null
}

beforeAll(async () => {
  laku = await openTestLaku({ policy: { providerAttempts: 1 } })
})
afterAll(() => laku?.close())

const auditOf = (subjectId: string) =>
  laku.db.selectFrom('auditLog').selectAll().where('subjectId', '=', subjectId).execute()

describe('attention', () => {
  it('is listed until it is resolved, with who did what', async () => {
    const subject = newId()
    const item = {
      kind: 'order_contradicted' as const,
      subject: ['order', subject] as [string, string],
      message: 'it is stuck',
    }
    await laku.system(async (work) => work.requestAttention({ ...item, command: 'laku doctor' }))
    const [open] = (await askLaku<List<{ id: string }>>(laku, ['attention', 'list', '--subject', subject]))
      .data
    const id = open?.id ?? ''
    expect((await runLaku(laku, ['attention', 'resolve', id])).exitCode).toBe(2)
    const dry = await askLaku<{ audit: unknown[] }>(laku, ['attention', 'resolve', id, '--dry-run'])
    expect(dry.audit).toHaveLength(1)
    await askLaku(laku, ['attention', 'resolve', id, '--reason', 'called them'])
    expect(await askLaku(laku, ['attention', 'show', id])).toMatchObject({
      resolution: 'called them',
      resolved_by: 'staff:ana',
    })
    expect((await runLaku(laku, ['attention', 'resolve', id, '--reason', 'again'])).exitCode).toBe(5)
    expect((await runLaku(laku, ['attention', 'show', newId()])).exitCode).toBe(3)
    const list = await askLaku<List<object>>(laku, ['attention', 'list', '--subject', subject])
    expect(list).toEqual({ data: [], next_cursor: null })
    expect(await auditOf(id)).toMatchObject([{ command: 'attention resolve', reason: 'called them' }])
  })
})

describe('switches', () => {
  it('pause with a reason, show what waits, and are turned by those whose work it is', async () => {
    const words = ['switches', 'pause', 'whatsapp', '--reason', 'the number is blocked']
    expect((await runLaku(laku, words, warehouse)).exitCode).toBe(4)
    await sql`insert into whatsapp_messages (id, dedupe_key, to_phone, body, created_at, updated_at)
      values (${newId()}, 'waits', '+628111', 'hello', now(), now())`.execute(laku.db)
    const paused = await askLaku(laku, words)
    expect(paused).toMatchObject({ paused: true, waiting: [{ what: 'WhatsApp messages', count: 1 }] })
    const { data } = await askLaku<List<{ name: string; paused: boolean }>>(laku, ['switches', 'list'])
    expect(data.filter((row) => row.paused).map((row) => row.name)).toEqual(['whatsapp'])
    await askLaku(laku, ['switches', 'resume', 'whatsapp'])
    expect(await auditOf('whatsapp')).toMatchObject([
      { command: 'switches pause', before: { paused: false }, after: { paused: true } },
      { command: 'switches resume', before: { paused: true }, after: { paused: false } },
    ])
    expect((await runLaku(laku, ['switches', 'pause', 'nothing', '--reason', 'x'])).exitCode).toBe(2)
  })

  it('tell what waits behind each of them', async () => {
    const { data } = await askLaku<List<{ waiting: unknown[] }>>(laku, ['switches', 'list'])
    expect(data.map((row) => row.waiting.length)).toEqual([3, 2, 0, 1, 1, 1, 3])
  })
})

describe('webhooks', () => {
  it('that failed are replayed; the attention that they raised is resolved', async () => {
    const webhook = { provider: 'xendit', dedupeKey: 'k1', headers: {}, body: '{"strange":1}' } as const
    const id = await laku.system((work) => receiveWebhook(work, webhook))
    await laku.drain()
    expect(await askLaku(laku, ['webhooks', 'show', id])).toMatchObject({ status: 'failed' })
    const attention = () => askLaku<List<{ command: string }>>(laku, ['attention', 'list', '--subject', id])
    expect((await attention()).data[0]?.command).toBe(`laku webhooks replay ${id}`)
    expect(await askLaku(laku, ['webhooks', 'replay', id])).toEqual({ count: 1, was: { failed: 1 } })
    expect((await attention()).data).toEqual([])
    expect(await askLaku(laku, ['webhooks', 'show', id])).toMatchObject({ status: 'received', deliveries: 2 })
    await laku.drain()
    expect((await attention()).data).toHaveLength(1)
  })

  it('are replayed by a range, never by none', async () => {
    expect((await runLaku(laku, ['webhooks', 'replay'])).exitCode).toBe(2)
    expect((await runLaku(laku, ['webhooks', 'replay', newId()])).exitCode).toBe(3)
    const range = ['webhooks', 'replay', '--provider', 'xendit', '--since', '-1h', '--failed']
    expect(await askLaku(laku, range)).toMatchObject({ count: 1 })
  })
})

describe('jobs', () => {
  const enqueue = async () => {
    const boss = await laku.queue.boss()
    return (await boss.send('notify', { eventId: newId() }, { retryLimit: 0 })) as string
  }

  it('are listed, shown and cancelled while they wait', async () => {
    const id = await enqueue()
    const { data } = await askLaku<List<{ id: string }>>(laku, ['jobs', 'list', '--queue', 'notify'])
    expect(data.map((job) => job.id)).toContain(id)
    expect((await runLaku(laku, ['jobs', 'retry', id])).exitCode).toBe(5)
    await askLaku(laku, ['jobs', 'cancel', id, '--dry-run'])
    expect(await askLaku(laku, ['jobs', 'show', id])).toMatchObject({ state: 'created' })
    expect(await askLaku(laku, ['jobs', 'cancel', id])).toMatchObject({ state: 'cancelled' })
    expect((await runLaku(laku, ['jobs', 'cancel', id])).exitCode).toBe(5)
    expect(await auditOf(id)).toMatchObject([{ command: 'jobs cancel' }])
  })

  it('that died are told to a person, redriven, and then no longer told', async () => {
    const id = await enqueue()
    const boss = await laku.queue.boss()
    await boss.fetch('notify')
    await boss.fail('notify', id, { message: 'no such thing' })
    await laku.drain()
    const dead = () => askLaku<List<{ id: string; error: string }>>(laku, ['jobs', 'dead'])
    const [job] = (await dead()).data
    expect(job?.error).toBe('no such thing')
    const told = () => askLaku<List<{ command: string }>>(laku, ['attention', 'list', '--kind', 'job_failed'])
    expect((await told()).data[0]?.command).toBe('laku jobs redrive notify')
    expect(await askLaku(laku, ['jobs', 'redrive', 'notify', '--dry-run'])).toMatchObject({
      dry_run: true,
      result: { count: 1 },
    })
    expect((await dead()).data).toHaveLength(1)
    expect(await askLaku(laku, ['jobs', 'redrive', 'notify'])).toEqual({ count: 1 })
    expect([(await dead()).data, (await told()).data]).toEqual([[], []])
    expect((await runLaku(laku, ['jobs', 'redrive', 'no.such.queue'])).exitCode).toBe(3)
  })

  it('have a calendar', async () => {
    expect(await askLaku(laku, ['jobs', 'schedules'])).toEqual({ data: [], next_cursor: null })
    const boss = await laku.queue.boss()
    await boss.schedule('keys.prune', '0 3 * * *', {}, { tz: 'Asia/Jakarta' })
    expect(await askLaku(laku, ['jobs', 'schedules'])).toMatchObject({
      data: [{ queue: 'keys.prune', cron: '0 3 * * *', last_run_at: null }],
    })
  })
})

describe('audit', () => {
  it('is read by who, by what and by pages, and shows each field before and after', async () => {
    const first = await askLaku<List<{ id: string }>>(laku, [
      'audit',
      'list',
      '--actor',
      'ana',
      '--limit',
      '1',
    ])
    expect(first.data).toHaveLength(1)
    const next = ['audit', 'list', '--actor', 'ana', '--cursor', first.next_cursor ?? '']
    const rest = await askLaku<List<{ id: string }>>(laku, next)
    expect(rest.data.map((row) => row.id)).not.toContain(first.data[0]?.id)
    const { data } = await askLaku<List<{ id: string; command: string }>>(laku, [
      ...['audit', 'list', '--command', 'switches', '--since', '-1h'],
    ])
    expect(data.map((row) => row.command).toSorted()).toEqual(['switches pause', 'switches resume'])
    const shown = await runLaku(laku, ['audit', 'show', data[0]?.id ?? ''])
    expect(shown.stdout).toMatch(/paused\s+true\s+false/)
    expect((await runLaku(laku, ['audit', 'list'], warehouse)).exitCode).toBe(4)
  })
})
