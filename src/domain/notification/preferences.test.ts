import { createECDH, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { staff } from '../../../test/staff.ts'
import { refusal } from '../../../test/storefront.ts'
import { readPaidBuyers } from '../group-buying/index.ts'
import { type Actor, newId, type Work } from '../kernel/index.ts'
import { registerUser, updateMe } from '../user/index.ts'
import {
  dueDeliveries,
  getPreferences,
  listForStaff,
  listNotifications,
  notifyByStaff,
  notifyOf,
  resend,
  sendEmails,
  sendPushes,
  setPreferences,
  subscribePush,
} from './index.ts'
import { isPushService } from './subscribe-push.ts'

let laku: TestLaku
let people = 0
const support = staff('support')

beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    sandbox: true,
    jobs: [],
    policy: { quietFromHour: 21, quietToHour: 7 },
  })
})
afterAll(() => laku.close())
beforeEach(async () => {
  await sandbox('PUT', '/control/faults', [])
  // The time is noon in Jakarta.
  const noon = new Date(laku.clock.now())
  noon.setUTCHours(5, 0, 0, 0)
  laku.clock.shift((noon.getTime() - laku.clock.now().getTime()) / 1000 + 86_400)
})

async function sandbox<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${laku.sandbox.url}${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  })
  return (await response.json().catch(() => null)) as T
}

async function newReader(email: string | null = null) {
  const phone = `+62812666${String(++people).padStart(5, '0')}`
  const { id } = await laku.system((work) => registerUser(work, { phone }))
  const actor: Actor = { kind: 'customer', id }
  await laku.as(actor, (work) => updateMe(work, { email, locale: 'en' }))
  return { id, phone, actor }
}

const tell = (userId: string, template = 'message', params = ['Hello', 'News']) =>
  laku.as(support, (work) => notifyByStaff(work, { userId, template, params }, 'http://laku.test'))
const whatsappTo = (phone: string) =>
  laku.db
    .selectFrom('whatsappMessages')
    .select(['params', 'nextAttemptAt'])
    .where('toPhone', '=', phone)
    .execute()
const asStaff = <T>(use: (work: Work) => Promise<T>) => laku.as(support, use)

describe('preferences', () => {
  it('want everything at first, keep the inbox whole, and close one way for one kind', async () => {
    const { id, phone, actor } = await newReader('en@example.test')
    expect((await laku.as(actor, getPreferences)).every((preference) => preference.wanted)).toBe(true)
    const changed = await laku.as(actor, (work) =>
      setPreferences(work, [
        { kind: 'shop', channel: 'whatsapp', wanted: true },
        { kind: 'shop', channel: 'whatsapp', wanted: false },
      ]),
    )
    expect(changed.filter((preference) => !preference.wanted)).toEqual([
      { kind: 'shop', channel: 'whatsapp', wanted: false },
    ])
    await tell(id)
    await tell(id, 'order_delayed', ['ORD-1', '2'])
    expect((await whatsappTo(phone)).map((item) => (item.params as string[])[0])).toEqual([
      'Order ORD-1 is late',
    ])
    const inbox = await laku.as(actor, (work) => listNotifications(work, { limit: 10 }))
    expect(inbox.data.map((notification) => notification.title)).toEqual(['Order ORD-1 is late', 'Hello'])
    const { data } = await asStaff((work) => listForStaff(work, { userId: id, channel: 'email', limit: 10 }))
    expect(data).toHaveLength(2)
  })
})

describe('quiet hours', () => {
  it('put a notice off until the morning, but not one about money', async () => {
    const { id, phone } = await newReader()
    laku.clock.shift(11 * 3_600)
    await tell(id)
    await tell(id, 'goodwill', ['Rp 10.000', 'a late parcel'])
    const [late, money] = await whatsappTo(phone)
    expect(late?.nextAttemptAt?.toISOString()).toMatch(/T00:00:00/)
    expect(money?.nextAttemptAt).toEqual(laku.clock.now())
  })

  it('do not hold up what asks for a payment: in the morning the place would be lost', async () => {
    const { id, phone } = await newReader()
    laku.clock.shift(11 * 3_600)
    const participantId = newId()
    const about = { sessionId: newId(), code: 'GBS-1', paymentId: newId(), paymentCode: 'PAY-7' }
    await laku.system(async (work) =>
      work.emit({
        type: 'participant.joined',
        aggregate: ['participant', participantId],
        payload: { ...about, participantId, userId: id, units: 1, totalIdr: 60_000, walletIdr: 0 },
      }),
    )
    const [event] = await laku.db
      .selectFrom('events')
      .select('id')
      .where('aggregateId', '=', participantId)
      .execute()
    await laku.system((work) =>
      notifyOf(work, [event!.id], { publicUrl: 'http://laku.test', readBuyers: readPaidBuyers }),
    )
    expect((await whatsappTo(phone))[0]?.nextAttemptAt).toEqual(laku.clock.now())
  })
})

describe('a message by staff', () => {
  it('needs a template that there is, its parameters, a user, and somebody who may', async () => {
    const { id, actor } = await newReader()
    expect(await refusal(tell(id, 'nonsense'))).toBe('notification.template_unknown')
    expect(await refusal(tell(id, 'message', ['one']))).toBe('notification.params_wrong')
    expect(await refusal(tell(newId()))).toBe('notification.user_not_found')
    const byBuyer = laku.as(actor, (work) => notifyByStaff(work, { userId: id, template: 'message' }, ''))
    expect(await refusal(byBuyer)).toBe('kernel.forbidden')
  })

  it('that failed by email goes out again when staff say so', async () => {
    const { id } = await newReader('gone@example.test')
    await sandbox('PUT', '/control/faults', [{ provider: 'email', kind: 'refuse' }])
    const { id: noticeId } = await tell(id)
    const context = { unitOfWork: laku.unitOfWork, actor: support, mailer: laku.providers.mailer }
    const due = () => laku.system((work) => dueDeliveries(work, 'email', 100))
    await sendEmails(context, await due())
    const failed = await asStaff((work) =>
      listForStaff(work, { channel: 'email', status: 'failed', limit: 10 }),
    )
    expect(failed.data.map((staffNotification) => staffNotification.id)).toContain(noticeId)
    await sandbox('PUT', '/control/faults', [])
    await asStaff((work) => resend(work, noticeId))
    await sendEmails(context, await due())
    const sent = await asStaff((work) =>
      listForStaff(work, { userId: id, channel: 'email', status: 'sent', limit: 10 }),
    )
    expect(sent.data.map((staffNotification) => staffNotification.id)).toEqual([noticeId])
    expect(await refusal(asStaff((work) => resend(work, noticeId)))).toBe('notification.not_resendable')
  })
})

describe('web push', () => {
  /** Returns a browser's subscription at the sandbox's push service. */
  function browser(name: string) {
    const keys = createECDH('prime256v1')
    keys.generateKeys()
    return {
      endpoint: `${laku.sandbox.url}/push/${name}`,
      p256dh: keys.getPublicKey('base64url'),
      auth: randomBytes(16).toString('base64url'),
      ownHost: new URL(laku.sandbox.url).host,
    }
  }
  const subscribe = (actor: Actor, name: string) =>
    laku.as(actor, (work) => subscribePush(work, browser(name)))
  const send = async () =>
    sendPushes(
      { unitOfWork: laku.unitOfWork, actor: support, push: laku.providers.push },
      await laku.system((work) => dueDeliveries(work, 'push', 100)),
    )
  const browsersOf = (userId: string) =>
    laku.db.selectFrom('pushSubscriptions').select('endpoint').where('userId', '=', userId).execute()
  const reached = async (name: string) =>
    (await sandbox<unknown[]>('GET', `/control/messages?channel=push&to=${name}`)).length

  it('reaches each browser of the reader, encrypted, and nobody without one', async () => {
    const [reader, other] = [await newReader(), await newReader()]
    await subscribe(reader.actor, 'phone')
    await subscribe(reader.actor, 'laptop')
    await tell(reader.id)
    await tell(other.id)
    await send()
    expect([await reached('phone'), await reached('laptop')]).toEqual([1, 1])
    const { data } = await asStaff((work) =>
      listForStaff(work, { userId: reader.id, channel: 'push', limit: 5 }),
    )
    expect(data[0]?.deliveries).toMatchObject([{ channel: 'push', status: 'sent' }])
    const none = await asStaff((work) => listForStaff(work, { userId: other.id, channel: 'push', limit: 5 }))
    expect(none.data).toEqual([])
  })

  it('forgets a browser that is gone, and tries again where the service is down', async () => {
    const { id, actor } = await newReader()
    await subscribe(actor, 'old')
    await sandbox('PUT', '/control/faults', [{ provider: 'push', kind: 'refuse' }])
    await tell(id)
    await send()
    expect(await browsersOf(id)).toEqual([])
    await subscribe(actor, 'new')
    await sandbox('PUT', '/control/faults', [{ provider: 'push', kind: 'error' }])
    await tell(id)
    await send()
    expect(await reached('new')).toBe(0)
    await sandbox('PUT', '/control/faults', [])
    laku.clock.shift(60)
    await send()
    expect(await reached('new')).toBe(1)
  })

  it('takes addresses of push services alone, so that nobody has the server call where they like', async () => {
    const { actor } = await newReader()
    const at = (endpoint: string) =>
      refusal(
        laku.as(actor, (work) => subscribePush(work, { ...browser('x'), endpoint, ownHost: undefined })),
      )
    expect(await at('https://evil.test/push')).toBe('notification.push_service_unknown')
    expect(await at('http://169.254.169.254/latest')).toBe('notification.push_service_unknown')
    expect(await at('https://fcm.googleapis.com/fcm/send/abc')).toBe('ok')
    expect(isPushService('https://fcm.googleapis.com.evil.test/x')).toBe(false)
    expect(isPushService('https://user@fcm.googleapis.com/x')).toBe(false)
    expect(isPushService('https://fcm.googleapis.com:8443/x')).toBe(false)
    expect(isPushService('https://wns2-bl2p.notify.windows.com/w/?token=x')).toBe(true)
  })
})
