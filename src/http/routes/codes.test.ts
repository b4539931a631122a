import { createHash, createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { newId } from '../../domain/kernel/index.ts'
import { buildServer } from '../server.ts'

let laku: TestLaku
let app: FastifyInstance
let people = 0
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, choreography: { 'user.registered': {} } })
  app = await buildServer(laku)
})
afterAll(async () => {
  await app.close()
  await laku.close()
})

const newPhone = () => `+62812999${(people++).toString().padStart(5, '0')}`
const post = async (url: string, payload: object, remoteAddress = '203.0.113.1', headers = {}) => {
  const reply = await app.inject({ method: 'POST', url, payload, remoteAddress, headers })
  return { status: reply.statusCode, retryAfter: Number(reply.headers['retry-after']), body: reply.json() }
}
const ask = (phone: string, from?: string, more: object = {}) =>
  post('/api/auth/otp', { phone, ...more }, from)
const verify = (challenge_id: string, code: string, from?: string, more: object = {}) =>
  post('/api/auth/otp/verify', { challenge_id, code, ...more }, from)
type Sent = { code?: string; channel: string; body: string }
const messagesTo = async (phone: string): Promise<Sent[]> =>
  (await (
    await fetch(`${laku.sandbox.url}/control/messages?to=${encodeURIComponent(phone)}`)
  ).json()) as Sent[]
const codeTo = async (phone: string) => (await messagesTo(phone))[0]?.code as string

/** Solves a puzzle as the page does: tries numbers until the digest begins with this many zero bits. */
function solve({ puzzle, bits }: { puzzle: string; bits: number }): { puzzle: string; answer: string } {
  for (let n = 0; ; n++) {
    const digest = createHash('sha256').update(`${puzzle}:${n}`).digest()
    if (digest.readUInt32BE() >>> (32 - bits) === 0) return { puzzle, answer: String(n) }
  }
}

async function writesOnWhatsApp(phone: string, text: string): Promise<void> {
  // Opens the time window in which Meta accepts free text. The sandbox's webhook about it goes to an address
  // where nobody listens.
  await fetch(`${laku.sandbox.url}/control/whatsapp/reply`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: phone, body: text }),
  })
  const message = {
    id: `wamid.${newId()}`,
    from: phone.slice(1),
    timestamp: String(Math.floor(laku.clock.now().getTime() / 1000)),
    type: 'text',
    text: { body: text },
  }
  const payload = JSON.stringify({ entry: [{ changes: [{ value: { messages: [message] } }] }] })
  const signature = createHmac('sha256', laku.config.whatsappAppSecret[0] as string)
    .update(payload)
    .digest('hex')
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }
  const reply = await app.inject({ method: 'POST', url: '/api/webhooks/whatsapp', headers, payload })
  expect(reply.statusCode).toBe(200)
  await laku.drain()
}

describe('a number that a stranger asks codes for', () => {
  it('has its own code within a minute, and the one in hand stays good (case 1)', async () => {
    const victim = newPhone()
    const mine = await ask(victim)
    await laku.drain()
    const inHand = await codeTo(victim)
    for (let n = 0; n < 7; n++) await ask(victim, '198.51.100.66')
    expect((await verify(mine.body.challenge_id, inHand)).status).toBe(200)
    // A browser at the stranger's own address waits a minute at most.
    const beside = await ask(victim, '198.51.100.66')
    expect(beside).toMatchObject({ status: 429, body: { code: 'auth.proof_needed' } })
    expect(beside.retryAfter).toBeLessThanOrEqual(60)
    const worked = await ask(victim, '198.51.100.66', { proof: solve(beside.body.details) })
    expect(worked.status).toBe(202)
    laku.clock.shift(60)
    expect((await ask(victim, '198.51.100.66')).status).toBe(202)
  })

  it('is asked for by who was here before without waiting, however many strangers ask', async () => {
    const victim = newPhone()
    const first = await ask(victim)
    await laku.drain()
    const { device_token } = (await verify(first.body.challenge_id, await codeTo(victim))).body
    const addresses = Array.from({ length: 9 }, (_, n) => `198.51.100.${n}`)
    for (const from of addresses) await ask(victim, from)
    expect((await ask(victim, '192.0.2.5')).status).toBe(429)
    const again = await ask(victim, '192.0.2.5', { device_token })
    expect(again).toMatchObject({ status: 202 })
    expect(again.body.sent_in_s).toBeUndefined()
    // A forged device token does not count.
    expect((await ask(newPhone(), '192.0.2.5', { device_token })).status).toBe(202)
    expect((await ask(victim, '192.0.2.5', { device_token: `${device_token.slice(0, -1)}x` })).status).toBe(
      429,
    )
  })

  it('gets a code at once when its holder writes MASUK, good where codes are refused (cases 1 and 10)', async () => {
    const victim = newPhone()
    for (let n = 0; n < 9; n++) await ask(victim, `198.51.101.${n}`)
    expect((await ask(victim)).status).toBe(429)
    await writesOnWhatsApp(victim, 'Masuk')
    const answer = (await messagesTo(victim)).find(({ body }) => body.startsWith('Kode masuk Laku Anda:'))
    const code = answer?.code as string
    const mine = await ask(victim)
    expect(mine.status).toBe(202)
    expect((await verify(mine.body.challenge_id, code)).status).toBe(200)
    expect((await verify((await ask(victim)).body.challenge_id, code)).status).not.toBe(200)
  })

  it('belongs to the browser that asked: to no other, and to nobody who makes an id up', async () => {
    const [ana, budi] = [newPhone(), newPhone()]
    const [hers, his] = [await ask(ana), await ask(budi)]
    await laku.drain()
    expect((await verify(his.body.challenge_id, await codeTo(ana))).body.code).toBe('auth.code_wrong')
    expect((await verify(newId(), await codeTo(ana))).body.code).toBe('auth.code_expired')
    expect((await verify(hers.body.challenge_id, await codeTo(ana))).status).toBe(200)
  })

  it('is told plainly in another browser of the same number, takes no try there, and logs nobody in', async () => {
    const victim = newPhone()
    const stranger = await ask(victim, '198.51.100.90')
    await laku.drain()
    const theirs = await codeTo(victim)
    laku.clock.shift(1)
    const own = await ask(victim)
    await laku.drain()
    const mine = await codeTo(victim)
    for (let n = 0; n < 6; n++) {
      const { status, body } = await verify(own.body.challenge_id, theirs)
      expect([status, body.code, body.details.of_another_browser, body.details.tries_left]).toEqual([
        400,
        'auth.code_wrong',
        true,
        5,
      ])
      expect(body.title).toContain('another browser')
      expect(Date.parse(body.details.it_was_sent_at)).toBeLessThan(Date.parse(body.details.yours_was_sent_at))
    }
    // A wrong code of nobody counts as a guess, and the answer reveals nothing about other codes.
    const wrong = ['000000', '111111', '222222'].find((code) => code !== mine && code !== theirs) as string
    const guess = (await verify(own.body.challenge_id, wrong)).body
    expect([guess.details.tries_left, guess.details.of_another_browser]).toEqual([4, undefined])
    expect((await verify(own.body.challenge_id, mine)).status).toBe(200)
    // The stranger's challenge does not accept the person's code either.
    expect((await verify(stranger.body.challenge_id, mine)).status).toBe(400)
  })
})

describe('where many ask', () => {
  it('a hundred buyers behind one address get their codes, and a home asks for its own people alone (case 2)', async () => {
    const behindOne = async (from: (n: number) => string, count: number) => {
      const statuses: number[] = []
      for (let n = 0; n < count; n++) statuses.push((await ask(newPhone(), from(n))).status)
      return statuses.filter((status) => status === 202).length
    }
    expect(await behindOne(() => '203.0.113.200', 100)).toBe(100)
    expect(await behindOne((n) => `2001:db8:7:7::${n.toString(16)}`, 20)).toBe(10)
    // One /48 has 65,536 such networks, so it has a limit of its own.
    expect(await behindOne((n) => `2001:db8:8:${n.toString(16)}::1`, 125)).toBe(120)
  })

  it('one network cannot use up what all have: others log in while it floods (case 1)', async () => {
    for (let n = 0; n < 70; n++) await ask(newPhone(), `2001:db8:9:9::${n.toString(16)}`)
    const phone = newPhone()
    const honest = await ask(phone, '203.0.113.77')
    await laku.drain()
    expect((await verify(honest.body.challenge_id, await codeTo(phone), '203.0.113.77')).status).toBe(200)
  })

  it('guesses are counted over all numbers: slowed down, then held back, and right first ones are not (case 3)', async () => {
    const home = '2001:db8:a:a::5'
    const codes = new Map<string, number>()
    for (let n = 0; n < 60; n++) {
      const { code } = (await verify(newId(), '123456', home)).body
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(codes.get('http.too_many_requests')).toBe(40)
    const challenges = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => (await ask(newPhone(), `203.0.114.${n}`)).body.challenge_id),
    )
    for (const id of challenges) await verify(id, '000000', home)
    const second = await verify(challenges[0], '000001', home)
    expect(second).toMatchObject({ status: 429, body: { code: 'auth.proof_needed' } })
    expect(second.retryAfter).toBeLessThanOrEqual(60)
    const worked = await verify(challenges[0], '000001', home, { proof: solve(second.body.details) })
    expect(worked.body.code).toBe('auth.code_wrong')
    const phone = newPhone()
    const mine = await ask(phone, '203.0.113.78')
    await laku.drain()
    expect((await verify(mine.body.challenge_id, await codeTo(phone), home)).status).toBe(200)
  })

  it.each(['+8816123456789', '+870773123456', '+5351234567', '+252612345678', '+6591234567'])(
    '%s gets no message that costs money (case 4)',
    async (phone) => {
      const before = await laku.db.selectFrom('whatsappMessages').select('id').execute()
      expect((await ask(phone)).status).toBe(400)
      expect(await laku.db.selectFrom('whatsappMessages').select('id').execute()).toHaveLength(before.length)
    },
  )
})

describe('a code that does not come', () => {
  it('goes by SMS when nobody says within half a minute that it was delivered (case 10)', async () => {
    const phone = newPhone()
    await ask(phone)
    await laku.drain()
    laku.clock.shift(29)
    await laku.drain()
    expect((await messagesTo(phone)).map(({ channel }) => channel)).toEqual(['whatsapp'])
    laku.clock.shift(1)
    await laku.drain()
    const [sms, first] = await messagesTo(phone)
    expect([sms?.channel, first?.channel]).toEqual(['sms', 'whatsapp'])
    expect(sms?.code).toBe(first?.code)
  })

  it('goes no other way once it was delivered', async () => {
    const phone = newPhone()
    await ask(phone)
    await laku.drain()
    await laku.db
      .updateTable('whatsappMessages')
      .set({ status: 'delivered' })
      .where('toPhone', '=', phone)
      .execute()
    laku.clock.shift(31)
    await laku.drain()
    expect(await messagesTo(phone)).toHaveLength(1)
  })

  it('goes by the way that its person chooses, after fifteen seconds and four times at most (case 10)', async () => {
    const phone = newPhone()
    const { challenge_id } = (await ask(phone)).body
    const resend = (channel: string) => post('/api/auth/otp/resend', { challenge_id, channel })
    await laku.drain()
    expect(await resend('sms')).toMatchObject({ status: 429, retryAfter: 15 })
    laku.clock.shift(15)
    expect(await resend('sms')).toMatchObject({ status: 202, body: { channel: 'sms', again_in_s: 15 } })
    await laku.drain()
    expect((await messagesTo(phone))[0]?.channel).toBe('sms')
    for (let n = 0; n < 2; n++) {
      laku.clock.shift(15)
      expect((await resend('whatsapp')).status).toBe(202)
      await laku.drain()
    }
    laku.clock.shift(15)
    expect((await resend('sms')).body.code).toBe('auth.sent_often_enough')
    expect((await verify(challenge_id, await codeTo(phone))).status).toBe(200)
  })

  it('is for one purpose', async () => {
    const phone = newPhone()
    const { body } = await ask(phone)
    await laku.drain()
    const { access_token } = (await verify(body.challenge_id, await codeTo(phone))).body
    const authorization = `Bearer ${access_token}`
    expect((await ask(phone, undefined, { purpose: 'withdrawal' })).body.code).toBe('auth.purpose_refused')
    const forMoney = await post('/api/auth/otp', { phone, purpose: 'withdrawal' }, undefined, {
      authorization,
    })
    await laku.drain()
    // The refusal says what the code is for, and takes it from nobody.
    expect((await verify(forMoney.body.challenge_id, await codeTo(phone))).body).toMatchObject({
      code: 'auth.code_for_another_purpose',
      details: { purpose: 'withdrawal' },
    })
  })
})
