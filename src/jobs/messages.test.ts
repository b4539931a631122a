import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../test/laku.ts'
import { challengeOfMessage, requestOtp } from '../domain/auth/index.ts'
import { choreography } from '../domain/composition/choreography.ts'
import { newId, startJob } from '../domain/kernel/index.ts'
import { registerUser, updateMe } from '../domain/user/index.ts'
import { emailSendJob } from './email/send.ts'
import { emailSweepJob } from './email/sweep.ts'
import { keysPruneJob } from './keys/prune.ts'
import { notifyJob } from './notify.ts'
import { otpDeliverJob } from './otp/deliver.ts'
import { whatsappSendJob } from './whatsapp/send.ts'
import { whatsappSweepJob } from './whatsapp/sweep.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku({
    sandbox: true,
    jobs: [notifyJob, whatsappSendJob, whatsappSweepJob, emailSendJob, emailSweepJob, otpDeliverJob],
    choreography: {
      'user.registered': {},
      'otp.requested': {},
      'payment.paid': { jobs: [startJob({ job: 'notify', data: ({ id }) => ({ eventId: id }) })] },
      'whatsapp.queued': choreography['whatsapp.queued'],
      'notification.email_queued': choreography['notification.email_queued'],
      'whatsapp.failed': {
        jobs: [
          startJob({
            job: 'otp.deliver',
            data: ({ payload }) => {
              const challengeId = challengeOfMessage(payload.dedupeKey)
              return challengeId === undefined ? undefined : { challengeId }
            },
          }),
        ],
      },
    },
  })
})
afterAll(() => laku.close())
beforeEach(async () => {
  await fetch(`${laku.sandbox.url}/control/reset`, { method: 'POST' })
})

const faults = (list: object[]) =>
  fetch(`${laku.sandbox.url}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(list),
  })
const messages = async () => {
  const answer = await fetch(`${laku.sandbox.url}/control/messages`)
  const list = (await answer.json()) as { channel: string; code?: string; to: string; body: string }[]
  return list.sort((a, b) => (a.channel < b.channel ? -1 : 1))
}
let people = 0
const newUser = async (email: string | null) => {
  const phone = `+62812555${(people++).toString().padStart(5, '0')}`
  const { id } = await laku.system((work) => registerUser(work, { phone }))
  await laku.as({ kind: 'customer', id }, (work) => updateMe(work, { email }))
  return { id, phone }
}
const pay = (userId: string) => {
  const paymentId = newId()
  const subject = { paymentId, code: 'PAY-1', userId, sessionId: null, participantId: null, orderId: newId() }
  return laku.system(async (work) =>
    work.emit({
      type: 'payment.paid',
      aggregate: ['payment', paymentId],
      payload: { ...subject, amountIdr: 5_000, walletIdr: 0 },
    }),
  )
}

it('updates go out by WhatsApp and email, through the queue', async () => {
  await pay((await newUser('siti@example.test')).id)
  await laku.drain()
  expect(await messages()).toMatchObject([
    { channel: 'email', to: 'siti@example.test', body: expect.stringContaining('Rp 5.000') },
    { channel: 'whatsapp', body: expect.stringContaining('PAY-1') },
  ])
  expect(await laku.drain()).toBe(0)
})

it('what fails at first comes back by the sweeps, and so does what lost its job', async () => {
  await faults([
    { provider: 'whatsapp', kind: 'error', times: 1 },
    { provider: 'email', kind: 'error', times: 1 },
  ])
  await pay((await newUser('siti@example.test')).id)
  await laku.drain()
  expect(await messages()).toEqual([])
  laku.clock.shift(10)
  await laku.drain()
  expect((await messages()).map(({ channel }) => channel)).toEqual(['email', 'whatsapp'])
})

it('a code that WhatsApp refuses goes by SMS', async () => {
  await faults([{ provider: 'whatsapp', kind: 'refuse' }])
  const { phone } = await newUser(null)
  await laku.system((work) => requestOtp(work, { phone, ip: null }))
  await laku.drain()
  expect(await messages()).toMatchObject([{ channel: 'sms', code: expect.stringMatching(/^\d{6}$/) }])
})

it('what is past its time is forgotten', async () => {
  const { phone } = await newUser(null)
  await laku.system((work) => requestOtp(work, { phone, ip: null }))
  await laku.drain()
  const createdAt = laku.clock.now()
  const key = { scope: 'a', requestHash: 'h', createdAt }
  await laku.db
    .insertInto('idempotencyKeys')
    .values([
      { ...key, key: 'old', expiresAt: createdAt },
      { ...key, key: 'money', expiresAt: null },
    ])
    .execute()
  laku.clock.shift(86_401)
  await keysPruneJob.run(laku, [{ id: newId(), data: {} }])
  expect(await laku.db.selectFrom('idempotencyKeys').select('key').execute()).toEqual([{ key: 'money' }])
  expect(await laku.db.selectFrom('otpChallenges').select('id').execute()).toEqual([])
  const sealed = laku.db.selectFrom('whatsappMessages').select('id').where('sealedParams', 'is not', null)
  expect(await sealed.execute()).toEqual([])
})
