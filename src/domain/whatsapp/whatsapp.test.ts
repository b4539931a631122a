import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { type EventOf, newId, ProviderFailure, type ProviderOutcome, secondsAfter } from '../kernel/index.ts'
import {
  dueMessages,
  forgetSecretParams,
  type NewMessage,
  queueMessages,
  recordStatuses,
  secretParamsOf,
  sendMessages,
  type WhatsAppSender,
  type WhatsAppTemplate,
} from './index.ts'

let laku: TestLaku
const failed: EventOf<'whatsapp.failed'>[] = []
beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    policy: { whatsappBurst: 10_000 },
    choreography: {
      'whatsapp.queued': {},
      'whatsapp.failed': { reactions: [async (_, events) => void failed.push(...events)] },
    },
  })
})
afterAll(() => laku.close())

/** A provider that records the messages and gives the set answer. */
class FakeSender implements WhatsAppSender {
  readonly sent: WhatsAppTemplate[] = []
  fail: ProviderOutcome | undefined
  code: string | undefined
  retryAfterS: number | undefined
  wait: Promise<void> = Promise.resolve()

  async sendTemplate(message: WhatsAppTemplate) {
    await this.wait
    if (this.fail) {
      const { fail: outcome, retryAfterS } = this
      const facts = { provider: 'whatsapp', operation: 'send_template', outcome, code: this.code ?? outcome }
      throw new ProviderFailure(retryAfterS === undefined ? facts : { ...facts, retryAfterS })
    }
    this.sent.push(message)
    return { providerMessageId: `wamid.${newId()}` }
  }

  sendText(): Promise<never> {
    throw new Error('a message of this test is a template')
  }
}

let sender: FakeSender
beforeEach(() => {
  sender = new FakeSender()
  failed.length = 0
})

const queue = async (more: Partial<NewMessage> = {}) => {
  const message = {
    dedupeKey: newId(),
    to: '+6281234567890',
    template: 'laku_notice',
    params: ['a', 'b'],
    ...more,
  }
  const [id] = await laku.system((work) => queueMessages(work, [message]))
  return id as string
}
const send = (ids: string[], by: WhatsAppSender = sender) =>
  sendMessages({ unitOfWork: laku.unitOfWork, actor: system, whatsapp: by }, ids)
const read = (id: string) =>
  laku.db.selectFrom('whatsappMessages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const due = () => laku.system((work) => dueMessages(work, 100))
const attentionOf = (code: string) =>
  laku.db.selectFrom('attention').select(['times', 'kind']).where('subjectId', '=', code).execute()

describe('the queue', () => {
  it('takes a key once, within a batch and across', async () => {
    const message = { dedupeKey: newId(), to: '+6281234567890', template: 't', params: ['1'] }
    const ids = await laku.system((work) => queueMessages(work, [message, message]))
    expect(ids).toHaveLength(1)
    expect(await laku.system((work) => queueMessages(work, [message]))).toEqual([])
    const events = await laku.db
      .selectFrom('events')
      .select('payload')
      .where('aggregateId', '=', ids[0] as string)
      .execute()
    expect(events).toEqual([{ payload: { messageId: ids[0] } }])
  })

  it('keeps secret parameters unreadable at rest, sends them, and forgets them', async () => {
    const dedupeKey = newId()
    const id = await queue({ dedupeKey, sealedParams: ['482913'], params: [] })
    expect(JSON.stringify(await read(id))).not.toContain('482913')
    expect(await laku.system((work) => secretParamsOf(work, dedupeKey))).toEqual(['482913'])
    await send([id])
    expect(sender.sent[0]).toMatchObject({ bodyParams: ['482913'], buttonParam: '482913' })
    expect(await laku.system((work) => forgetSecretParams(work, 10))).toBe(0)
    laku.clock.shift(3601)
    expect(await laku.system((work) => forgetSecretParams(work, 10))).toBe(1)
    expect(await laku.system((work) => secretParamsOf(work, dedupeKey))).toBeUndefined()
  })
})

describe('sending', () => {
  it('writes down what was sent', async () => {
    const id = await queue()
    await send([id])
    expect(sender.sent).toEqual([
      { to: '+6281234567890', template: 'laku_notice', language: 'id', bodyParams: ['a', 'b'] },
    ])
    expect(await read(id)).toMatchObject({ status: 'sent', attempts: 1, nextAttemptAt: null })
    await send([id])
    expect(sender.sent).toHaveLength(1)
  })

  it('sends each message once, though many workers try at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => queue()))
    await Promise.all(Array.from({ length: 4 }, () => send(ids)))
    expect(sender.sent).toHaveLength(30)
  })

  it('sends again what a worker took with it, once its lease is over', async () => {
    const id = await queue()
    const held = Promise.withResolvers<void>()
    const dying = new FakeSender()
    dying.wait = held.promise
    const first = send([id], dying)
    await expect.poll(async () => (await read(id)).attempts).toBe(1)
    await send([id])
    expect(sender.sent).toHaveLength(0)
    laku.clock.shift(61)
    await send([id])
    expect(sender.sent).toHaveLength(1)
    const { providerMessageId } = await read(id)
    held.resolve()
    await first
    expect(await read(id)).toMatchObject({ status: 'sent', attempts: 2, providerMessageId })
  })

  it.each(['unknown', 'unreachable'] as const)(
    'tries again after %s, later each time, then fails and says so',
    async (outcome) => {
      sender.fail = outcome
      const id = await queue()
      const waits: number[] = []
      for (let attempt = 1; attempt < laku.policy.providerAttempts; attempt++) {
        await send([id])
        const { nextAttemptAt, status } = await read(id)
        expect(status).toBe('queued')
        const waitS = ((nextAttemptAt as Date).getTime() - laku.clock.now().getTime()) / 1000
        waits.push(waitS)
        expect(await due()).not.toContain(id)
        laku.clock.shift(waitS)
        expect(await due()).toContain(id)
      }
      expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640])
      await send([id])
      expect(await read(id)).toMatchObject({ status: 'failed', failureCode: outcome, nextAttemptAt: null })
      expect(failed).toMatchObject([{ payload: { messageId: id, failureCode: outcome } }])
      expect(await attentionOf(outcome)).toEqual([{ kind: 'whatsapp.failed', times: 1 }])
    },
  )

  it('tries a no that nobody listed for most of a day, for it may be about our account, and tells staff before', async () => {
    Object.assign(sender, { fail: 'refused', code: '139999' })
    const id = await queue()
    let passedS = 0
    for (;;) {
      await send([id])
      const { nextAttemptAt, status } = await read(id)
      if (status === 'failed') break
      const waitS = ((nextAttemptAt as Date).getTime() - laku.clock.now().getTime()) / 1000
      if (passedS < 1_270) expect(await attentionOf('139999')).toEqual([])
      laku.clock.shift(waitS)
      passedS += waitS
    }
    expect(passedS / 3600).toBeGreaterThan(20)
    expect(await attentionOf('139999')).toMatchObject([{ kind: 'whatsapp.failed' }])
  })

  it('takes a definite no for an answer', async () => {
    Object.assign(sender, { fail: 'refused', code: '131026' })
    const [one, two] = [await queue(), await queue()]
    await send([one, two])
    expect([(await read(one)).status, (await read(two)).status]).toEqual(['failed', 'failed'])
    expect(await attentionOf('131026')).toEqual([{ kind: 'whatsapp.failed', times: 2 }])
  })

  it('waits as long as a rate limit says, and never fails of it', async () => {
    sender.fail = 'limited'
    sender.retryAfterS = 6
    const id = await queue()
    for (let attempt = 0; attempt <= laku.policy.providerAttempts; attempt++) {
      await send([id])
      laku.clock.shift(6)
    }
    expect(await read(id)).toMatchObject({ status: 'queued', attempts: 9 })
    expect(await attentionOf('limited')).toMatchObject([{ kind: 'whatsapp.failed' }])
    sender.fail = undefined
    await send([id])
    expect(await read(id)).toMatchObject({ status: 'sent', failureCode: null })
  })

  it('does not send late what had its time', async () => {
    sender.fail = 'unreachable'
    const sendBy = secondsAfter(laku.clock.now(), 25)
    const id = await queue({ sendBy })
    await send([id])
    laku.clock.shift(10)
    await send([id])
    // The next attempt would be 20 s later, so it is moved forward to the message's last moment.
    expect((await read(id)).nextAttemptAt).toEqual(sendBy)
    laku.clock.shift(15)
    sender.fail = undefined
    expect(await due()).toContain(id)
    await send([id])
    expect(sender.sent).toHaveLength(0)
    expect(await read(id)).toMatchObject({ status: 'failed', failureCode: 'too_late', attempts: 2 })
  })

  it('waits while staff have paused WhatsApp, but for what has its time', async () => {
    await send(await due())
    await laku.db.updateTable('switches').set({ paused: true }).where('name', '=', 'whatsapp').execute()
    const id = await queue()
    const code = await queue({ sendBy: secondsAfter(laku.clock.now(), 60) })
    await send([id, code])
    expect(await due()).toEqual([])
    laku.clock.shift(60)
    expect(await due()).toEqual([code])
    await send([id, code])
    expect([(await read(id)).status, (await read(code)).status]).toEqual(['queued', 'failed'])
    await laku.db.updateTable('switches').set({ paused: false }).where('name', '=', 'whatsapp').execute()
    await send([id])
    expect((await read(id)).status).toBe('sent')
  })

  it('lets no message with a mistake of ours hold up the others', async () => {
    const id = await queue()
    const wrong = await queue({ template: undefined, params: [], body: 'Halo' })
    await send([wrong, id])
    expect((await read(id)).status).toBe('sent')
    expect(await read(wrong)).toMatchObject({ status: 'queued', failureCode: 'internal_error' })
    const told = laku.db.selectFrom('attention').select(['kind', 'message']).where('subjectId', '=', wrong)
    expect(await told.execute()).toEqual([
      { kind: 'item_set_aside', message: expect.stringContaining('a message of this test') },
    ])
  })
})

describe('statuses', () => {
  const sentMessage = async () => {
    const id = await queue()
    await send([id])
    return { id, providerMessageId: (await read(id)).providerMessageId as string }
  }
  const at = new Date('2026-11-24T03:00:00Z')

  it.each([
    [['delivered', 'sent', 'read'], 'read'],
    [['read', 'delivered', 'sent'], 'read'],
    [['sent', 'delivered', 'delivered'], 'delivered'],
    [['delivered', 'failed'], 'delivered'],
    [['failed', 'delivered'], 'failed'],
    [['deleted', 'warning'], 'sent'],
  ])('%j one by one end in %s', async (statuses, end) => {
    const { id, providerMessageId } = await sentMessage()
    for (const status of statuses)
      await laku.system((work) => recordStatuses(work, [{ providerMessageId, status, at }]))
    expect((await read(id)).status).toBe(end)
  })

  it('takes many at once, in any order, and names those it does not know', async () => {
    const [one, two] = [await sentMessage(), await sentMessage()]
    const updates = [
      { providerMessageId: one.providerMessageId, status: 'read', at },
      { providerMessageId: one.providerMessageId, status: 'delivered', at },
      { providerMessageId: two.providerMessageId, status: 'failed', at, failureCode: '131026' },
      { providerMessageId: 'wamid.other', status: 'read', at },
    ]
    expect(await laku.system((work) => recordStatuses(work, updates))).toEqual({ unknown: ['wamid.other'] })
    expect((await read(one.id)).status).toBe('read')
    expect(await read(two.id)).toMatchObject({ status: 'failed', failureCode: '131026' })
    expect(failed).toMatchObject([{ payload: { messageId: two.id, failureCode: '131026' } }])
    await laku.system((work) => recordStatuses(work, updates))
    expect(failed).toHaveLength(1)
  })
})
