import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, openTestLaku, system, type TestLaku } from '../../../../test/laku.ts'
import { ProviderFailure, Vault } from '../../kernel/index.ts'
import type { Mail } from '../../notification/index.ts'
import { type SwitchName, setSwitch } from '../../ops/index.ts'
import { registerUser, updateMe } from '../../user/index.ts'
import { secretParamsOf, sendMessages } from '../../whatsapp/index.ts'
import { challengeOfMessage, deliverOtpAnotherWay, requestOtp, type SmsMessage, verifyOtp } from '../index.ts'
import { isOtpCode, otpHash, otpMessageKey } from './otp-code.ts'

let laku: TestLaku
let people = 0
const failedKeys: string[] = []
beforeAll(async () => {
  laku = await openTestLaku({
    watched: true,
    sandbox: true,
    policy: { otpOverallPerMinute: 60 },
    choreography: {
      'user.registered': {},
      'otp.requested': {},
      'whatsapp.queued': {},
      'whatsapp.failed': {
        reactions: [
          async (_, events) => void failedKeys.push(...events.map(({ payload }) => payload.dedupeKey)),
        ],
      },
    },
  })
})
afterAll(() => laku.close())

const newPhone = () => `+62812777${(people++).toString().padStart(5, '0')}`
const request = (phone: string, ip: string | null = null) =>
  laku.system((work) => requestOtp(work, { phone, ip }))
const codeOf = async (challengeId: string) =>
  (await laku.system((work) => secretParamsOf(work, otpMessageKey(challengeId))))?.[0] as string
const verify = (challengeId: string, code: string, name?: string) =>
  laku.system((work) => verifyOtp(work, { challengeId, code, name, ip: null }))
const wrongFor = (code: string) => (code === '000000' ? '111111' : '000000')
const challenge = (id: string) =>
  laku.db.selectFrom('otpChallenges').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const messageOf = (challengeId: string) =>
  laku.db
    .selectFrom('whatsappMessages')
    .selectAll()
    .where('dedupeKey', '=', otpMessageKey(challengeId))
    .executeTakeFirstOrThrow()

describe('a code', () => {
  it('reaches the phone by WhatsApp, logs in, and registers a new number with its name', async () => {
    const phone = newPhone()
    const { challengeId, expiresInS } = await request(phone)
    expect(expiresInS).toBe(300)
    const { id } = await messageOf(challengeId)
    await sendMessages({ unitOfWork: laku.unitOfWork, actor: system, whatsapp: laku.providers.whatsapp }, [
      id,
    ])
    const answer = await fetch(`${laku.sandbox.url}/control/messages?to=${encodeURIComponent(phone)}`)
    const [message] = (await answer.json()) as { code: string; template: string }[]
    expect(message?.template).toBe('laku_otp')
    const outcome = await verify(challengeId, message?.code as string, 'Siti')
    expect(outcome).toMatchObject({ login: { user: { phone, name: 'Siti', locale: 'id' } } })
  })

  it('is nowhere readable at rest', async () => {
    const { challengeId } = await request(newPhone())
    const code = await codeOf(challengeId)
    expect(code).toMatch(/^[0-9]{6}$/)
    const { id: _, createdAt: __, expiresAt: ___, phone: ____, ...stored } = await challenge(challengeId)
    expect(JSON.stringify(stored)).not.toContain(code)
    const { params, sealedParams, body } = await messageOf(challengeId)
    expect(JSON.stringify({ params, sealedParams, body })).not.toContain(code)
  })

  it('is stored as a digest under a key, which nobody makes who has the database alone', () => {
    const [ours, theirs] = [new Vault('a key of sixteen or more'), new Vault('another key of sixteen')]
    const hash = otpHash(ours, 'c', '123456')
    expect(isOtpCode(ours, 'c', '123456', hash)).toBe(true)
    expect(isOtpCode(theirs, 'c', '123456', hash)).toBe(false)
    expect(otpHash(ours, 'd', '123456')).not.toBe(hash)
  })

  it('is asked for with the same answer and the same rows whether its number is known, unknown or suspended', async () => {
    const [known, unknown, suspended] = [newPhone(), newPhone(), newPhone()]
    await laku.system((work) => registerUser(work, { phone: known }))
    const { id } = await laku.system((work) => registerUser(work, { phone: suspended }))
    await laku.db.updateTable('users').set({ status: 'suspended' }).where('id', '=', id).execute()
    for (const phone of [known, unknown, suspended]) {
      const { challengeId, ...answer } = await request(phone)
      expect(answer).toEqual({ expiresInS: 300, sentInS: 0 })
      expect(await challenge(challengeId)).toMatchObject({ phone, status: 'open', channel: 'whatsapp' })
      expect(await messageOf(challengeId)).toMatchObject({ toPhone: phone, status: 'queued' })
    }
  })

  it('is good once, however many submit it at the same time', async () => {
    const { challengeId } = await request(newPhone())
    const code = await codeOf(challengeId)
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => verify(challengeId, code)))
    expect(outcomes.filter(({ refused }) => refused === undefined)).toHaveLength(1)
    const refusals = outcomes.flatMap(({ refused }) => refused?.code ?? [])
    expect(refusals).toEqual(Array.from({ length: 3 }, () => 'auth.code_expired'))
  })

  it('dies of five wrong tries, which all count, also at the same time', async () => {
    const { challengeId } = await request(newPhone())
    const code = await codeOf(challengeId)
    const first = await verify(challengeId, wrongFor(code))
    expect(first.refused).toMatchObject({ code: 'auth.code_wrong', details: { triesLeft: 4 } })
    expect((await challenge(challengeId)).tries).toBe(1)
    const more = await Promise.all(Array.from({ length: 8 }, () => verify(challengeId, wrongFor(code))))
    const codes = more.map(({ refused }) => refused?.code)
    expect(codes.filter((code) => code === 'auth.code_wrong')).toHaveLength(4)
    expect(await challenge(challengeId)).toMatchObject({ tries: 5, status: 'spent' })
    expect((await verify(challengeId, code)).refused?.code).toBe('auth.code_expired')
  })

  it('is over after five minutes, and lives beside those that are asked for after it', async () => {
    const phone = newPhone()
    const [old, fresh, late] = [await request(phone), await request(phone), await request(phone)]
    for (const { challengeId } of [old, fresh])
      expect((await verify(challengeId, await codeOf(challengeId))).refused).toBeUndefined()
    laku.clock.shift(300)
    expect((await verify(late.challengeId, await codeOf(late.challengeId))).refused?.code).toBe(
      'auth.code_expired',
    )
  })

  it('logs nobody in who is suspended', async () => {
    const phone = newPhone()
    const { id } = await laku.system((work) => registerUser(work, { phone }))
    await laku.db.updateTable('users').set({ status: 'suspended' }).where('id', '=', id).execute()
    const { challengeId } = await request(phone)
    expect((await verify(challengeId, await codeOf(challengeId))).refused?.code).toBe('auth.user_suspended')
  })
})

describe('the limits', () => {
  it('send a number five at once, one within a minute, and ask for work beyond, also at the same time', async () => {
    laku.clock.shift(3600)
    const phone = newPhone()
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => request(phone)))
    const waits = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value.sentInS] : []))
    expect(waits.sort()).toEqual([0, 0, 0, 0, 0, 60])
    const refused = asked.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused[0]).toMatchObject({ code: 'auth.proof_needed', details: { retryAfterS: 60 } })
    laku.clock.shift(60)
    expect((await request(phone)).sentInS).toBe(60)
  })

  it('count a home by its /64 and an address that thousands share by the hour, and all together', async () => {
    laku.clock.shift(3600)
    for (let n = 0; n < 10; n++) await request(newPhone(), `2001:db8:0:1::${n}`)
    const work = { code: 'auth.proof_needed' }
    await expect(request(newPhone(), '2001:db8:0:1:ffff::1')).rejects.toMatchObject(work)
    for (let n = 0; n < 50; n++) await request(newPhone(), '203.0.113.7')
    await expect(request(newPhone(), '203.0.113.8')).rejects.toMatchObject(work)
    laku.clock.shift(60)
    await request(newPhone(), '203.0.113.8')
  })
})

describe('where WhatsApp fails', () => {
  const mails: Mail[] = []
  const texts: SmsMessage[] = []
  const down = (provider: string) =>
    new ProviderFailure({ provider, operation: 'send', outcome: 'unreachable', code: 'down' })
  const deliver = (challengeId: string, broken: { mail?: boolean; sms?: boolean } = {}) => {
    mails.length = 0
    texts.length = 0
    const mailer = {
      send: async (mail: Mail) => {
        if (broken.mail) throw down('email')
        mails.push(mail)
        return { messageId: '1' }
      },
    }
    const sms = {
      send: async (message: SmsMessage) => {
        if (broken.sms) throw down('sms')
        texts.push(message)
        return { id: '1' }
      },
    }
    return deliverOtpAnotherWay({ unitOfWork: laku.unitOfWork, actor: system, mailer, sms }, challengeId)
  }
  const newUser = async () => {
    laku.clock.shift(60)
    const phone = newPhone()
    const { id } = await laku.system((work) => registerUser(work, { phone }))
    await laku.as({ kind: 'customer', id }, (work) => updateMe(work, { email: 'siti@example.test' }))
    const confirmed = { emailConfirmedAt: laku.clock.now() }
    await laku.db.updateTable('users').set(confirmed).where('id', '=', id).execute()
    return phone
  }

  it('is told which challenge it was, when a code cannot be sent within its half minute', async () => {
    laku.clock.shift(60)
    const { challengeId } = await request(newPhone())
    const { id } = await messageOf(challengeId)
    laku.clock.shift(30)
    await sendMessages({ unitOfWork: laku.unitOfWork, actor: system, whatsapp: laku.providers.whatsapp }, [
      id,
    ])
    expect(failedKeys.map(challengeOfMessage)).toEqual([challengeId])
    expect(challengeOfMessage('notice:1')).toBeUndefined()
  })

  it('goes by email where there is one, and the code is good', async () => {
    const { challengeId } = await request(await newUser())
    await deliver(challengeId)
    expect(texts).toEqual([])
    const code = await codeOf(challengeId)
    expect(mails).toMatchObject([{ to: 'siti@example.test', text: expect.stringContaining(code) }])
    expect((await verify(challengeId, code)).refused).toBeUndefined()
    await deliver(challengeId)
    expect([mails, texts]).toEqual([[], []])
  })

  it('goes by SMS where email fails, or where there is none', async () => {
    const phone = await newUser()
    const { challengeId } = await request(phone)
    await deliver(challengeId, { mail: true })
    expect(texts).toMatchObject([{ to: phone, body: expect.stringContaining(await codeOf(challengeId)) }])
    const stranger = newPhone()
    await deliver((await request(stranger)).challengeId)
    expect([mails.length, texts[0]?.to]).toEqual([0, stranger])
  })

  it('goes round email while staff have paused it, and waits for SMS while that is', async () => {
    const turn = (name: SwitchName, paused: boolean) =>
      laku.as(admin, (work) => setSwitch(work, { name, paused, reason: 'a test' }))
    const { challengeId } = await request(await newUser())
    await turn('email', true)
    await turn('sms', true)
    await expect(deliver(challengeId)).rejects.toMatchObject({ code: 'kernel.paused' })
    expect([mails, texts]).toEqual([[], []])
    await turn('sms', false)
    await deliver(challengeId)
    expect([mails.length, texts.length]).toEqual([0, 1])
    await turn('email', false)
  })

  it('raises attention when no way is left, and is silent for a code that is over', async () => {
    const { challengeId } = await request(await newUser())
    await deliver(challengeId, { mail: true, sms: true })
    const raised = await laku.db
      .selectFrom('attention')
      .select('subjectId')
      .where('kind', '=', 'otp.undelivered')
      .execute()
    expect(raised).toEqual([{ subjectId: 'sms:down' }])
    const expired = await request(await newUser())
    laku.clock.shift(300)
    await deliver(expired.challengeId)
    expect([mails, texts]).toEqual([[], []])
  })
})
