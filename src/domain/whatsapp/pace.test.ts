import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { newId } from '../kernel/index.ts'
import { dueMessages, prunePace, queueMessages, sendMessages, type WhatsAppSender } from './index.ts'

const BURST = 3
const PACE_S = 6
let laku: TestLaku

beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    policy: { whatsappBurst: BURST, whatsappPaceS: PACE_S },
    choreography: { 'whatsapp.queued': {}, 'whatsapp.failed': {} },
  })
})
afterAll(() => laku.close())

let phones = 0
const newPhone = () => `+62812888${String(++phones).padStart(5, '0')}`
const queue = (to: string, count: number, more: object = {}) =>
  laku.system((work) =>
    queueMessages(
      work,
      Array.from({ length: count }, () => ({
        dedupeKey: newId(),
        to,
        template: 'laku_notice',
        params: ['a'],
        ...more,
      })),
    ),
  )

class Phonebook implements WhatsAppSender {
  readonly sent: { to: string; body: string }[] = []
  async sendTemplate({ to, bodyParams }: { to: string; bodyParams: readonly string[] }) {
    this.sent.push({ to, body: bodyParams.join() })
    return { providerMessageId: newId() }
  }
  async sendText(): Promise<never> {
    throw new Error('no text here')
  }
}

/** Sends the due messages once, as the sweep does. */
async function sweep(whatsapp: Phonebook): Promise<void> {
  const ids = await laku.system((work) => dueMessages(work, 100))
  await sendMessages({ unitOfWork: laku.unitOfWork, actor: system, whatsapp }, ids)
}

describe('the pace of a number', () => {
  it('is a burst, then one message in six seconds; nothing is lost, and other numbers do not wait', async () => {
    const [busy, other] = [newPhone(), newPhone()]
    await queue(busy, 6)
    await queue(other, 1)
    const book = new Phonebook()
    const sent = (to: string) => book.sent.filter((message) => message.to === to).length
    await sweep(book)
    expect([sent(busy), sent(other)]).toEqual([BURST, 1])
    await sweep(book)
    expect(sent(busy)).toBe(BURST)
    for (const expected of [4, 5, 6]) {
      laku.clock.shift(PACE_S)
      await sweep(book)
      expect(sent(busy)).toBe(expected)
    }
  })

  it('lets a code go before notices that came first', async () => {
    const to = newPhone()
    await queue(to, BURST)
    await queue(to, 1, { sealedParams: ['123456'], params: [] })
    const book = new Phonebook()
    await sweep(book)
    expect(book.sent.map((message) => message.body)).toContain('123456')
  })

  it('fills up again while nothing is sent, and is forgotten when it is long over', async () => {
    const to = newPhone()
    await queue(to, BURST)
    const book = new Phonebook()
    await sweep(book)
    laku.clock.shift(BURST * PACE_S)
    await queue(to, BURST)
    await sweep(book)
    expect(book.sent.filter((message) => message.to === to)).toHaveLength(2 * BURST)
    laku.clock.shift(7_200)
    expect(await laku.system((work) => prunePace(work, 100))).toBeGreaterThan(0)
    expect(await laku.db.selectFrom('whatsappPace').selectAll().execute()).toEqual([])
  })
})
