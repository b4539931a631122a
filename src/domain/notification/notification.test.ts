import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, system, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { confirmParticipants, readPaidBuyers } from '../group-buying/index.ts'
import { type Actor, type NewEvent, newId, ProviderFailure, type ProviderOutcome } from '../kernel/index.ts'
import { registerUser, updateMe } from '../user/index.ts'
import {
  dueDeliveries,
  listNotifications,
  type Mail,
  notifyOf,
  readNotification,
  sendEmails,
} from './index.ts'

let laku: TestLaku
let people = 0
beforeAll(async () => {
  const quiet = [
    'user.registered',
    'whatsapp.queued',
    'notification.email_queued',
    'participant.joined',
  ] as const
  const more = [
    'payment.expired',
    'refund.succeeded',
    'session.failed',
    'session.moq_reached',
    'participant.released',
  ] as const
  laku = await openTestLaku({
    watched: true,
    choreography: {
      ...Object.fromEntries([...quiet, ...more].map((type) => [type, {}])),
      'payment.paid': { reactions: [confirmParticipants] },
    },
  })
})
afterAll(() => laku.close())

const newUser = async (email: string | null, locale: 'id' | 'en' = 'id') => {
  const phone = `+62812999${(people++).toString().padStart(5, '0')}`
  const { id } = await laku.system((work) => registerUser(work, { phone }))
  await laku.as({ kind: 'customer', id }, (work) => updateMe(work, { email, locale }))
  return { id, phone, actor: { kind: 'customer', id } as Actor }
}
/** Emits events and returns their ids. */
const happen = async (...events: NewEvent[]) => {
  await laku.system(async (work) => work.emit(...events))
  const aggregates = events.map(({ aggregate }) => aggregate[1])
  const rows = await laku.db
    .selectFrom('events')
    .select('id')
    .where('aggregateId', 'in', aggregates)
    .execute()
  return rows.map(({ id }) => id)
}
const paymentPaid = (userId: string, paymentId = newId()): NewEvent => ({
  type: 'payment.paid',
  aggregate: ['payment', paymentId],
  payload: {
    paymentId,
    code: 'PAY-1',
    userId,
    sessionId: null,
    participantId: null,
    orderId: newId(),
    amountIdr: 5_000,
    walletIdr: 0,
  },
})
const joined = (userId: string, paymentId: string): NewEvent => {
  const participantId = newId()
  const session = { sessionId: newId(), code: 'GBS-1' }
  return {
    type: 'participant.joined',
    aggregate: ['participant', participantId],
    payload: {
      ...session,
      participantId,
      userId,
      paymentId,
      paymentCode: 'PAY-7',
      units: 2,
      totalIdr: 9_000,
      walletIdr: 0,
    },
  }
}
const notify = (ids: string[]) =>
  laku.system((work) => notifyOf(work, ids, { publicUrl: 'https://laku.test', readBuyers: readPaidBuyers }))
const inbox = async (who: Actor) =>
  (await laku.as(who, (work) => listNotifications(work, { limit: 100 }))).data
const messagesTo = (phone: string) =>
  laku.db.selectFrom('whatsappMessages').selectAll().where('toPhone', '=', phone).orderBy('id').execute()
const deliveriesOf = (userId: string) =>
  laku.db
    .selectFrom('notificationDeliveries as d')
    .innerJoin('notifications as n', 'n.id', 'd.notificationId')
    .selectAll('d')
    .where('n.userId', '=', userId)
    .execute()

describe('updates', () => {
  it('comes to the inbox, by WhatsApp, and by email where there is one, in the language of its reader', async () => {
    const siti = await newUser('siti@example.test', 'en')
    const budi = await newUser(null)
    const ids = await happen(joined(siti.id, newId()), joined(budi.id, newId()))
    await notify(ids)
    const link = 'https://laku.test/pay/PAY-7'
    expect(await inbox(siti.actor)).toMatchObject([
      { template: 'participant.joined', title: 'Your place in session GBS-1 is held', link, readAt: null },
    ])
    expect(await inbox(budi.actor)).toMatchObject([{ title: 'Tempat Anda di sesi GBS-1 disimpan', link }])
    expect(await messagesTo(siti.phone)).toMatchObject([
      {
        template: 'laku_notice',
        language: 'en',
        params: ['Your place in session GBS-1 is held', expect.any(String), link],
      },
    ])
    expect(await deliveriesOf(siti.id)).toMatchObject([{ channel: 'email', status: 'queued' }])
    expect(await deliveriesOf(budi.id)).toEqual([])
  })

  it('is told once, however often and by however many it is asked for', async () => {
    const siti = await newUser('siti@example.test')
    const ids = await happen(paymentPaid(siti.id), paymentPaid(siti.id))
    await Promise.all([notify(ids), notify([...ids, ...ids]), notify(ids)])
    await notify(ids)
    expect(await inbox(siti.actor)).toHaveLength(2)
    expect(await messagesTo(siti.phone)).toHaveLength(2)
    expect(await deliveriesOf(siti.id)).toHaveLength(2)
  })

  it('of a session that reached its MOQ comes to each buyer who paid, once, and to nobody else', async () => {
    const market = await Market.open(laku)
    const session = await market.session({ moq: 2 })
    const [late, ...paid] = await market.buyers(3)
    await market.join(late!, session.id)
    await market.joinAndPay(paid, session.id)
    const [event] = await laku.db
      .selectFrom('events')
      .select('id')
      .where('type', '=', 'session.moq_reached')
      .where('aggregateId', '=', session.id)
      .execute()
    await notify([event!.id])
    await notify([event!.id])
    const inboxes = await Promise.all([late!, ...paid].map(({ id }) => inbox({ kind: 'customer', id })))
    expect(inboxes.map((inbox) => inbox.length)).toEqual([0, 1, 1])
    expect(inboxes[1]?.[0]).toMatchObject({
      title: `Sesi ${session.code} mencapai target`,
      link: `https://laku.test/s/${session.code}`,
    })
  })

  it('does not ask for what is paid', async () => {
    const siti = await newUser(null)
    const paymentId = newId()
    const ids = await happen(joined(siti.id, paymentId), paymentPaid(siti.id, paymentId))
    await notify(ids)
    expect((await inbox(siti.actor)).map(({ template }) => template)).toEqual(['payment.paid'])
  })

  it('that nobody hears of, and updates of the deleted, are passed over', async () => {
    const gone = await newUser(null)
    await laku.db
      .updateTable('users')
      .set({ status: 'deleted', phone: null, deletedAt: laku.clock.now() })
      .where('id', '=', gone.id)
      .execute()
    const session = { sessionId: newId(), code: 'GBS-2' }
    const failed: NewEvent = {
      type: 'session.failed',
      aggregate: ['session', session.sessionId],
      payload: { ...session, paidUnits: 1, moq: 5 },
    }
    const before = await laku.db.selectFrom('notifications').select('id').execute()
    await notify(await happen(failed, paymentPaid(gone.id)))
    await notify([newId()])
    expect(await laku.db.selectFrom('notifications').select('id').execute()).toEqual(before)
  })
})

describe('the inbox', () => {
  it('is read once, by its owner alone, a page at a time', async () => {
    const [siti, budi] = [await newUser(null), await newUser(null)]
    await notify(await happen(paymentPaid(siti.id), paymentPaid(siti.id), paymentPaid(siti.id)))
    const first = await laku.as(siti.actor, (work) => listNotifications(work, { limit: 2 }))
    const cursor = first.nextCursor as string
    const rest = await laku.as(siti.actor, (work) => listNotifications(work, { limit: 2, cursor }))
    expect([first.data.length, rest.data.length, rest.nextCursor]).toEqual([2, 1, null])
    const id = first.data[0]?.id as string
    const at = laku.clock.now()
    expect(await laku.as(siti.actor, (work) => readNotification(work, id))).toMatchObject({ readAt: at })
    laku.clock.shift(5)
    expect(await laku.as(siti.actor, (work) => readNotification(work, id))).toMatchObject({ readAt: at })
    await expect(laku.as(budi.actor, (work) => readNotification(work, id))).rejects.toMatchObject({
      code: 'notification.not_found',
    })
  })
})

describe('emails', () => {
  const mails: Mail[] = []
  const send = async (ids: string[], fail?: ProviderOutcome, code = `smtp_${fail}`) => {
    const mailer = {
      send: async (mail: Mail) => {
        if (fail)
          throw new ProviderFailure({
            provider: 'email',
            operation: 'send',
            outcome: fail,
            code,
          })
        mails.push(mail)
        return { messageId: `<${newId()}>` }
      },
    }
    mails.length = 0
    await sendEmails({ unitOfWork: laku.unitOfWork, actor: system, mailer }, ids)
  }
  const due = () => laku.system((work) => dueDeliveries(work, 'email', 100))
  const queued = async (email = 'siti@example.test') => {
    const siti = await newUser(email)
    await notify(await happen(joined(siti.id, newId())))
    const [delivery] = await deliveriesOf(siti.id)
    return { siti, id: delivery?.id as string }
  }
  const status = async (userId: string) => (await deliveriesOf(userId))[0]

  it('go out once, though many workers try at the same time', async () => {
    const { siti, id } = await queued()
    await Promise.all([send([id]), send([id]), send([id])])
    expect(mails).toEqual([
      {
        to: 'siti@example.test',
        subject: 'Tempat Anda di sesi GBS-1 disimpan',
        text: expect.stringMatching(/^2 barang, total Rp 9\.000\..*\n\nhttps:\/\/laku\.test\/pay\/PAY-7$/),
      },
    ])
    expect(await status(siti.id)).toMatchObject({ status: 'sent', attempts: 1, nextAttemptAt: null })
  })

  it('with a mistake of ours are set aside with their attention, and the others go out', async () => {
    const [bad, good] = [await queued('bad@example.test'), await queued('good@example.test')]
    const mailer = {
      send: async ({ to }: Mail) => {
        if (to === 'bad@example.test') throw new Error('a letter of this test')
        return { messageId: newId() }
      },
    }
    await sendEmails({ unitOfWork: laku.unitOfWork, actor: system, mailer }, [bad.id, good.id])
    expect(await status(good.siti.id)).toMatchObject({ status: 'sent' })
    expect(await status(bad.siti.id)).toMatchObject({ status: 'queued', failureCode: 'internal_error' })
    const told = laku.db.selectFrom('attention').select('kind').where('subjectId', '=', bad.id)
    expect(await told.execute()).toEqual([{ kind: 'item_set_aside' }])
  })

  it('are tried again, later each time, then fail and say so', async () => {
    const { siti, id } = await queued()
    for (let attempt = 1; attempt < laku.policy.providerAttempts; attempt++) {
      await send([id], 'unknown')
      const { nextAttemptAt } = (await status(siti.id)) ?? {}
      expect(await due()).not.toContain(id)
      laku.clock.shift(((nextAttemptAt as Date).getTime() - laku.clock.now().getTime()) / 1000)
      expect(await due()).toContain(id)
    }
    await send([id], 'unknown')
    expect(await status(siti.id)).toMatchObject({ status: 'failed', failureCode: 'smtp_unknown' })
    const raised = laku.db
      .selectFrom('attention')
      .select('kind')
      .where('subjectId', '=', 'smtp_unknown')
      .execute()
    expect(await raised).toEqual([{ kind: 'email.failed' }])
  })

  it('take a definite no for an answer, and skip whom they no longer reach', async () => {
    const refused = await queued()
    await send([refused.id], 'refused')
    expect(await status(refused.siti.id)).toMatchObject({ status: 'failed' })
    const { siti, id } = await queued()
    await laku.as(siti.actor, (work) => updateMe(work, { email: null }))
    await send([id])
    expect([mails, (await status(siti.id))?.status]).toEqual([[], 'skipped'])
  })

  it('wait while the mail server refuses our login, are told of once, and all go once it is fixed', async () => {
    const waiting = await Promise.all([1, 2, 3, 4].map((n) => queued(`n${n}@example.test`)))
    const ids = waiting.map((row) => row.id)
    const all = async () => Promise.all(waiting.map(async ({ siti }) => (await status(siti.id))?.status))
    const open = () =>
      laku.db
        .selectFrom('attention')
        .select(['kind', 'subjectId'])
        .where('subjectId', '=', 'smtp_535')
        .where('resolvedAt', 'is', null)
        .execute()
    for (let i = 0; i < laku.policy.providerAttempts + 2; i++) {
      await send(ids, 'refused', 'smtp_535')
      laku.clock.shift(901)
    }
    expect(await all()).toEqual(['queued', 'queued', 'queued', 'queued'])
    expect(await open()).toEqual([{ kind: 'email.failed', subjectId: 'smtp_535' }])
    await send(ids.slice(0, 1))
    expect(await open()).toEqual([])
    await send(await due())
    expect(await all()).toEqual(['sent', 'sent', 'sent', 'sent'])
  })

  it('wait while staff have paused them', async () => {
    const { siti, id } = await queued()
    await laku.db.updateTable('switches').set({ paused: true }).where('name', '=', 'email').execute()
    await send([id])
    expect([mails, await due()]).toEqual([[], []])
    await laku.db.updateTable('switches').set({ paused: false }).where('name', '=', 'email').execute()
    await send([id])
    expect((await status(siti.id))?.status).toBe('sent')
  })
})
