import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askLaku, runLaku } from '../../../test/command-line.ts'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { hire, staff } from '../../../test/staff.ts'
import { newId } from '../../domain/kernel/index.ts'
import { credit, debit, post } from '../../domain/ledger/index.ts'
import { ensureWallets } from '../../domain/wallet/index.ts'
import { buildServer } from '../server.ts'

const HOUR_S = 3600
const bank = (account_number = '1234567890') => ({
  channel_code: 'ID_BCA',
  account_number,
  account_holder_name: 'Siti',
})

interface Sent {
  channel: string
  to: string
  body: string
  code?: string
}

let laku: TestLaku
let app: FastifyInstance
/** A server in another process: a log-in that ends here must end there too. */
let elsewhere: FastifyInstance
let people = 0
beforeAll(async () => {
  laku = await openTestLaku({ sandbox: true, policy: { whatsappBurst: 100, otpPerNumberAtOnce: 100 } })
  app = await buildServer(laku)
  elsewhere = await buildServer(laku)
})
afterAll(async () => {
  await Promise.all([app.close(), elsewhere.close()])
  await laku.close()
})

const newPhone = () => `+62812555${String(people++).padStart(5, '0')}`
const call = async (
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  token?: string,
  payload?: object,
  at = app,
) => {
  const headers = { 'idempotency-key': newId(), ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const reply = await at.inject({ method, url, headers, ...(payload ? { payload } : {}) })
  const isJson = String(reply.headers['content-type']).includes('json')
  return { status: reply.statusCode, body: isJson ? reply.json() : reply.body }
}
const control = async (method: string, path: string, body?: unknown) => {
  const headers = { 'content-type': 'application/json' }
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
  return await (await fetch(`${laku.sandbox.url}/control${path}`, init)).json().catch(() => undefined)
}
const sentTo = async (to: string): Promise<Sent[]> => {
  await laku.drain()
  return (await control('GET', `/messages?to=${encodeURIComponent(to)}`)) as Sent[]
}

/** Requests a code and returns it as the person reads it on their phone. */
async function codeFor(phone: string, purpose: string, token?: string) {
  const { status, body } = await call('POST', '/api/auth/otp', token, { phone, purpose })
  expect(status, JSON.stringify(body)).toBe(202)
  const sent = await sentTo(phone)
  return {
    otp: {
      challenge_id: body.challenge_id as string,
      code: sent.find((message) => /^laku_(otp|code):/.test(message.body))?.code as string,
    },
    said: sent
      .slice(0, 2)
      .map((message) => message.body)
      .join('\n'),
  }
}

async function logIn(phone: string, amountIdr = 0) {
  const { otp } = await codeFor(phone, 'login')
  const { body } = await call('POST', '/api/auth/otp/verify', undefined, otp)
  const userId = body.user.id as string
  if (amountIdr > 0)
    await laku.system(async (work) => {
      await ensureWallets(work, [userId])
      const entries = [debit('subsidy', amountIdr), credit(`wallet:${userId}`, amountIdr, { userId })]
      await post(work, [{ key: newId(), kind: 'wallet.goodwill', subject: ['user', userId], entries }])
    })
  return { userId, phone, token: body.access_token as string }
}

/** Returns the link in the newest message to a person that contains this text. */
async function linkTo(to: string, path: 'stop' | 'email', about = ''): Promise<string> {
  const sent = (await sentTo(to)).filter(({ body }) => body.includes(about))
  const [link] = sent.flatMap(({ body }) => body.match(new RegExp(`/${path}/[\\w.-]+`)) ?? [])
  expect(link, `a link to ${path} for ${to}`).toBeDefined()
  return link as string
}
const press = (link: string) => call('POST', link)
const later = async (seconds: number) => {
  laku.clock.shift(seconds)
  await laku.drain()
}
const why = ['--reason', 'lost the old number']
/** Returns the code that the holder of a new number reads out. */
async function callerCode(of: string, phone: string): Promise<string> {
  await askLaku(laku, ['users', 'send-code', of, '--phone', phone, ...why], staff('support'))
  return (await sentTo(phone)).find((one) => one.code)?.code as string
}
/** Returns the code that somebody at a factory's new number reads out. */
async function factoryCode(of: string, phone: string): Promise<string> {
  await askLaku(laku, ['factories', 'send-code', of, '--phone', phone, ...why], staff('finance'))
  return (await sentTo(phone)).find((one) => one.code)?.code as string
}
const update = (of: string, phone: string, ...more: string[]) =>
  runLaku(laku, ['users', 'update', of, '--phone', phone, ...more, ...why, '--json'], staff('support'))
async function changePhone(from: string, to: string) {
  expect((await update(from, to, '--caller-code', await callerCode(from, to))).exitCode).toBe(0)
}
const withdrawalsFrom = async (id: string) => {
  const user = await laku.db
    .selectFrom('users')
    .select('withdrawalsFrom')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return user.withdrawalsFrom?.getTime() ?? 0
}
const phoneOf = async (id: string) =>
  (await laku.db.selectFrom('users').select('phone').where('id', '=', id).executeTakeFirstOrThrow()).phone
const refusalOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).error?.code as string | undefined

describe('issue 13, deliver 7: a buyer whose phone support changed', () => {
  it('is told on the old one, and their wallet is not emptied by slices 24 h later', async () => {
    const owner = await logIn(newPhone(), 4_000_000)
    const thief = newPhone()
    const { otp } = await codeFor(owner.phone, 'withdrawal', owner.token)
    const before = { amount_idr: 50_000, bank: bank(), otp }
    expect((await call('POST', '/api/wallet/withdrawals', owner.token, before)).status).toBe(201)
    await changePhone(owner.phone, thief)
    const { token } = await logIn(thief)
    const named = { amount_idr: 1_000_000, bank: bank('9999999999') }
    const { otp: his } = await codeFor(thief, 'withdrawal', token)
    expect((await call('POST', '/api/wallet/withdrawals', token, { ...named, otp: his })).status).toBe(201)
    await later(25 * HOUR_S)
    const again = (await logIn(thief)).token
    for (let n = 0; n < 2; n++)
      expect((await call('POST', '/api/wallet/withdrawals', again, named)).body.status).toBe('held')
    await later(46 * HOUR_S)
    expect(await laku.db.selectFrom('payouts').select('id').execute()).toEqual([])
    // The owner is also notified of the bank account that the thief added. The first link stops both the
    // account and every payout to it.
    const ofAccount = await linkTo(owner.phone, 'stop', 'Rekening baru')
    const ofPhone = await linkTo(owner.phone, 'stop', 'Nomor ponsel')
    expect((await call('GET', ofPhone)).body).toContain('method="post"')
    for (const link of [ofAccount, ofPhone]) expect((await press(link)).status).toBe(200)
    const { phone } = await laku.db
      .selectFrom('users')
      .select('phone')
      .where('id', '=', owner.userId)
      .executeTakeFirstOrThrow()
    expect(phone).toBe(owner.phone)
    await later(100 * HOUR_S)
    expect(await laku.db.selectFrom('payouts').select('amountIdr').execute()).toEqual([{ amountIdr: 50_000 }])
  })

  it('stops by the link of the number alone what followed: accounts, withdrawals and an address for codes', async () => {
    const owner = await logIn(newPhone(), 4_000_000)
    const thief = newPhone()
    const { otp: own } = await codeFor(owner.phone, 'withdrawal', owner.token)
    const before = { amount_idr: 50_000, bank: bank('1111111111'), otp: own }
    expect((await call('POST', '/api/wallet/withdrawals', owner.token, before)).status).toBe(201)
    await changePhone(owner.phone, thief)
    const { token } = await logIn(thief)
    const withdrawals: unknown[] = []
    for (const account of ['9999999991', '9999999992']) {
      const { otp } = await codeFor(thief, 'withdrawal', token)
      const asked = { amount_idr: 1_000_000, bank: bank(account), otp }
      const { status, body } = await call('POST', '/api/wallet/withdrawals', token, asked)
      expect(status).toBe(201)
      withdrawals.push(body.code)
    }
    // The bank account from before is the owner's, so a withdrawal to it goes on. A person is told.
    const toOwn = { amount_idr: 60_000, bank: bank('1111111111') }
    const { body: own2 } = await call('POST', '/api/wallet/withdrawals', token, toOwn)
    const mail = `thief${people}@example.test`
    const { otp } = await codeFor(thief, 'email', token)
    expect((await call('PATCH', '/api/users/me', token, { email: mail, otp })).status).toBe(200)
    expect((await press(await linkTo(mail, 'email'))).status).toBe(200)
    await later(30 * HOUR_S)
    const { status, body } = await press(await linkTo(owner.phone, 'stop', 'Nomor ponsel'))
    expect(status).toBe(200)
    expect(body).toContain('rekening yang ditambahkan')
    const user = await laku.db
      .selectFrom('users')
      .select(['phone', 'email', 'emailConfirmedAt'])
      .where('id', '=', owner.userId)
      .executeTakeFirstOrThrow()
    expect(user).toEqual({ phone: owner.phone, email: null, emailConfirmedAt: null })
    const { data } = await askLaku<{ data: { message: string }[] }>(laku, [
      ...['attention', 'list', '--subject', owner.userId],
    ])
    for (const code of withdrawals) expect(data[0]?.message).toContain(code)
    expect(data[0]?.message).toContain(`not stopped: ${own2.code}.`)
    await later(100 * HOUR_S)
    // Only what goes to the owner's own account left, and all else is in the wallet.
    expect(
      await laku.db
        .selectFrom('payouts')
        .innerJoin('withdrawals', 'withdrawals.id', 'payouts.subjectId')
        .select('payouts.amountIdr')
        .where('withdrawals.userId', '=', owner.userId)
        .orderBy('payouts.amountIdr')
        .execute(),
    ).toEqual([{ amountIdr: 50_000 }, { amountIdr: 60_000 }])
    const again = (await logIn(owner.phone)).token
    const wallet = await call('GET', '/api/wallet', again)
    expect(wallet.body.balance_idr).toBe(3_885_000)
  })

  it('keeps the account open that was closed with the stolen number, though the money would go to them', async () => {
    const owner = await logIn(newPhone(), 400_000)
    const known = bank('2222222222')
    const { otp } = await codeFor(owner.phone, 'withdrawal', owner.token)
    const first = { amount_idr: 50_000, bank: known, otp }
    const { code } = (await call('POST', '/api/wallet/withdrawals', owner.token, first)).body
    await askLaku(laku, ['wallets', 'withdrawals', 'reject', code, ...why], staff('finance'))
    const thief = newPhone()
    await changePhone(owner.phone, thief)
    const { token } = await logIn(thief)
    const { balance_idr } = (await call('GET', '/api/wallet', token)).body
    const close = { amount_idr: balance_idr, bank: known, close_account: true }
    expect((await call('POST', '/api/wallet/withdrawals', token, close)).status).toBe(201)
    expect((await press(await linkTo(owner.phone, 'stop', 'Nomor ponsel'))).status).toBe(200)
    const again = (await logIn(owner.phone)).token
    expect((await call('GET', '/api/wallet', again)).body).toEqual({ balance_idr, held_idr: 0 })
    await later(400 * HOUR_S)
    expect(await phoneOf(owner.userId)).toBe(owner.phone)
  })

  it('gets their money once it has cooled off and nobody stopped it', async () => {
    const owner = await logIn(newPhone(), 400_000)
    const [old, now] = [owner.phone, newPhone()]
    await changePhone(old, now)
    const { token } = await logIn(now)
    const { otp } = await codeFor(now, 'withdrawal', token)
    const asked = { amount_idr: 100_001, bank: bank('8888888888'), otp }
    expect((await call('POST', '/api/wallet/withdrawals', token, asked)).status).toBe(201)
    const link = await linkTo(old, 'stop')
    const paid = async () =>
      (await laku.db.selectFrom('payouts').select('id').where('amountIdr', '=', 100_001).execute()).length
    await later(72 * HOUR_S - 5)
    expect(await paid()).toBe(0)
    await later(10)
    expect(await paid()).toBe(1)
    expect((await press(link)).status).toBe(410)
    expect((await press('/stop/made-up')).status).toBe(404)
  })

  it('is logged out of every process within a second, and the old number is kept sealed', async () => {
    const owner = await logIn(newPhone())
    expect((await call('GET', '/api/users/me', owner.token)).status).toBe(200)
    await changePhone(owner.phone, newPhone())
    for (const at of [app, elsewhere]) {
      const status = async () => (await call('GET', '/api/users/me', owner.token, undefined, at)).status
      await expect.poll(status, { timeout: 1_000, interval: 50 }).toBe(401)
    }
    const row = await laku.db
      .selectFrom('auditLog')
      .selectAll()
      .where('subjectId', '=', owner.userId)
      .where('command', '=', 'users update')
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(owner.phone)
    const words = ['audit', 'reveal', row.id, '--reason', 'the buyer complains']
    expect((await runLaku(laku, words, staff('support'))).exitCode).toBe(4)
    expect(await askLaku(laku, words, staff('finance'))).toMatchObject({ values: { phone: owner.phone } })
  })

  it('gets the number back though they logged in with it meanwhile, and so got a new, empty account', async () => {
    const owner = await logIn(newPhone(), 1_000)
    await changePhone(owner.phone, newPhone())
    const empty = await logIn(owner.phone)
    expect(empty.userId).not.toBe(owner.userId)
    expect((await press(await linkTo(owner.phone, 'stop'))).status).toBe(200)
    expect((await logIn(owner.phone)).userId).toBe(owner.userId)
    const { data } = await askLaku<{ data: { message: string }[] }>(laku, [
      ...['attention', 'list', '--subject', owner.userId],
    ])
    expect(data[0]?.message).toContain('was changed back')
  })

  it('does not get a number back that somebody else used since: a person hears of it, and no money leaves', async () => {
    const owner = await logIn(newPhone(), 1_000)
    const [thief, cooling] = [newPhone(), () => withdrawalsFrom(owner.userId)]
    await changePhone(owner.phone, thief)
    const since = await cooling()
    const other = await logIn(owner.phone, 5_000)
    await later(HOUR_S)
    const link = await linkTo(owner.phone, 'stop')
    for (const page of [await press(link), await press(link), await call('GET', link)])
      expect([page.status, page.body]).toEqual([200, expect.stringContaining('belum dibatalkan')])
    expect((await logIn(owner.phone)).userId).toBe(other.userId)
    const { data } = await askLaku<{ data: { message: string }[] }>(laku, [
      ...['attention', 'list', '--subject', owner.userId],
    ])
    expect(data[0]?.message).toContain('could not be changed back')
    expect((await cooling()) - since).toBeGreaterThanOrEqual(HOUR_S * 1000)
  })

  it('is not moved again by a code from before the stop, or by a second one of the same change', async () => {
    const owner = await logIn(newPhone())
    const [thief, next] = [newPhone(), newPhone()]
    const codes = [await callerCode(owner.userId, thief), await callerCode(owner.userId, thief)]
    const early = await callerCode(owner.userId, next)
    expect((await update(owner.userId, thief, '--caller-code', codes[0] as string)).exitCode).toBe(0)
    expect(refusalOf(await update(owner.userId, next, '--caller-code', early))).toBe('auth.code_expired')
    const late = await callerCode(owner.userId, next)
    expect((await press(await linkTo(owner.phone, 'stop'))).status).toBe(200)
    for (const [to, code] of [
      [thief, codes[1]],
      [next, late],
    ] as const)
      expect(refusalOf(await update(owner.userId, to, '--caller-code', code as string))).toBe(
        'auth.code_expired',
      )
  })

  it('and changed back keeps it: who had it in between gets no link to it, and a person looks at their stop', async () => {
    const owner = await logIn(newPhone(), 1_000)
    const thief = newPhone()
    await changePhone(owner.phone, thief)
    const told = async () => (await sentTo(owner.phone)).filter(({ body }) => body.includes('/stop/')).length
    expect(await told()).toBe(1)
    await later(60)
    await changePhone(thief, owner.phone)
    // The notice that the number came back has a link to the thief's number, so its holder gets none.
    expect(await told()).toBe(1)
    const since = await withdrawalsFrom(owner.userId)
    await later(60)
    expect((await press(await linkTo(thief, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(owner.phone)
    expect((await withdrawalsFrom(owner.userId)) - since).toBeGreaterThanOrEqual(60_000)
    const { data } = await askLaku<{ data: { message: string }[] }>(laku, [
      ...['attention', 'list', '--subject', owner.userId],
    ])
    expect(data[0]?.message).toContain('could not be changed back')
    // The link of the first change still works, and changes nothing more.
    expect((await press(await linkTo(owner.phone, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(owner.phone)
  })

  it('and moved on in between keeps it too, when who had it then stops the second change', async () => {
    const owner = await logIn(newPhone())
    const [thief, last] = [newPhone(), newPhone()]
    await changePhone(owner.phone, thief)
    await later(70 * HOUR_S)
    await changePhone(thief, last)
    await later(3 * HOUR_S)
    await changePhone(last, owner.phone)
    for (const holder of [thief, last]) {
      expect((await press(await linkTo(holder, 'stop'))).status).toBe(200)
      expect(await phoneOf(owner.userId)).toBe(owner.phone)
    }
  })

  it('a second time gets it back, though who had it in between used a link that changes nothing', async () => {
    const owner = await logIn(newPhone())
    const [thief, last] = [newPhone(), newPhone()]
    await changePhone(owner.phone, thief)
    await later(10 * HOUR_S)
    await changePhone(thief, owner.phone)
    await later(65 * HOUR_S)
    await changePhone(owner.phone, last)
    expect((await press(await linkTo(thief, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(last)
    expect((await press(await linkTo(owner.phone, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(owner.phone)
    // A person believed the other holder after all. Now the number was given back to that one.
    await later(60)
    await changePhone(owner.phone, thief)
    expect((await press(await linkTo(owner.phone, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(thief)
  })

  it('and changed again gets it back by either link, and not the number in between', async () => {
    const owner = await logIn(newPhone())
    const [between, last] = [newPhone(), newPhone()]
    await changePhone(owner.phone, between)
    await later(60)
    await changePhone(between, last)
    expect((await press(await linkTo(between, 'stop'))).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(between)
    const [newest, first] = (await sentTo(owner.phone)).flatMap(
      ({ body }) => body.match(/\/stop\/[\w.-]+/) ?? [],
    )
    expect([newest, first]).toEqual([first, expect.any(String)])
    expect((await press(newest as string)).status).toBe(200)
    expect(await phoneOf(owner.userId)).toBe(owner.phone)
  })

  it('is told by SMS where WhatsApp does not reach the old number', async () => {
    const owner = await logIn(newPhone())
    await control('PUT', '/faults', [{ provider: 'whatsapp', kind: 'refuse' }])
    await changePhone(owner.phone, newPhone())
    const link = await linkTo(owner.phone, 'stop')
    await control('PUT', '/faults', [])
    expect((await sentTo(owner.phone))[0]?.channel).toBe('sms')
    // Staff who list messages must not see the link, because anybody who has it can stop the change.
    const seen = await runLaku(laku, ['whatsapp', 'list', '--to', owner.phone, '--json'], staff('support'))
    expect(JSON.parse(seen.stdout).data.length).toBeGreaterThan(0)
    expect(seen.stdout).not.toContain('/stop/')
    const { stdout: exported } = await runLaku(
      laku,
      ['users', 'export', owner.userId, '--json', ...why],
      staff('support'),
    )
    expect(exported).toContain('laku_notice')
    expect(exported).not.toContain('/stop/')
    // A version before wrote the link into the message. Its migration leaves only a queued one as it is.
    const list = async () =>
      (await runLaku(laku, ['whatsapp', 'list', '--to', owner.phone, '--json'], staff('support'))).stdout
    const unseal = (status: string) => `
      update whatsapp_messages set status = '${status}', params = jsonb_set(params, '{2}', '"https://laku.example${link}"')
      where to_phone = '${owner.phone}' and dedupe_key like 'way_in:%'`
    const migration = await readFile('migrations/0210_sent_links_are_not_shown.sql', 'utf8')
    for (const status of ['queued', 'failed']) {
      await query(laku.ownerUrl, unseal(status))
      expect(await list()).toContain('/stop/')
      await query(laku.ownerUrl, migration)
      expect((await list()).includes('/stop/')).toBe(status === 'queued')
    }
    expect((await press(link)).status).toBe(200)
  })
})

describe('a new number of a buyer', () => {
  it('is not taken without the code that its holder reads out, whoever asks', async () => {
    const { userId, phone } = await logIn(newPhone())
    const now = newPhone()
    for (const actor of [staff('support'), staff('admin')]) {
      const bare = await runLaku(laku, ['users', 'update', userId, '--phone', now, ...why, '--json'], actor)
      expect([bare.exitCode, refusalOf(bare)]).toEqual([4, 'way_in.caller_code_needed'])
    }
    const { otp } = await codeFor(now, 'login')
    expect(refusalOf(await update(userId, now, '--caller-code', otp.code))).toBe('auth.code_expired')
    const other = await logIn(newPhone())
    const forAnother = await callerCode(other.userId, now)
    expect(refusalOf(await update(userId, now, '--caller-code', forAnother))).toBe('auth.code_expired')
    const elsewhere = newPhone()
    const code = await callerCode(userId, now)
    expect(refusalOf(await update(userId, elsewhere, '--caller-code', code))).toBe('auth.code_expired')
    expect(await phoneOf(userId)).toBe(phone)
    expect(
      (await update(userId, now, '--caller-code', `${code.slice(0, 3)} ${code.slice(3)}`)).exitCode,
    ).toBe(0)
    expect(await phoneOf(userId)).toBe(now)
    // The code counts once, and logs nobody in.
    await update(userId, elsewhere, '--caller-code', await callerCode(userId, elsewhere))
    expect(refusalOf(await update(userId, now, '--caller-code', code))).toBe('auth.code_expired')
  })

  it('issue 13, deliver 7: says in its message what the code is for, and goes by SMS where WhatsApp fails', async () => {
    const { userId } = await logIn(newPhone())
    const now = newPhone()
    await callerCode(userId, now)
    expect((await sentTo(now)).map(({ body }) => body).join(' ')).toMatch(
      /memindahkan akun Laku ke nomor ini/,
    )
    await control('PUT', '/faults', [{ provider: 'whatsapp', kind: 'refuse' }])
    const next = newPhone()
    const code = await callerCode(userId, next)
    const [sms] = await sentTo(next)
    await control('PUT', '/faults', [])
    expect(sms).toMatchObject({
      channel: 'sms',
      body: expect.stringContaining('memindahkan akun Laku'),
      code,
    })
  })

  it('is not guessed: wrong codes count together, and a dry run looks at none', async () => {
    const { userId, phone } = await logIn(newPhone())
    const now = newPhone()
    const codes = [await callerCode(userId, now), await callerCode(userId, now)]
    const wrong = ['000000', '000001', '000002'].find((one) => !codes.includes(one)) as string
    for (const given of [wrong, codes[0] as string]) {
      const dry = await update(userId, now, '--caller-code', given, '--dry-run')
      expect([dry.exitCode, JSON.parse(dry.stdout).dry_run]).toEqual([0, true])
    }
    for (let left = laku.policy.otpTries - 1; left >= 0; left--) {
      const { stdout } = await update(userId, now, '--caller-code', wrong)
      expect(JSON.parse(stdout).error).toMatchObject({
        code: 'auth.code_wrong',
        details: { tries_left: left },
      })
    }
    for (const code of codes)
      expect(refusalOf(await update(userId, now, '--caller-code', code))).toBe('auth.code_expired')
    expect(await phoneOf(userId)).toBe(phone)
  })

  it('that somebody else has is refused before a code is sent', async () => {
    const [one, other] = [await logIn(newPhone()), await logIn(newPhone())]
    const before = await sentTo(other.phone)
    const words = ['users', 'send-code', one.userId, '--phone', other.phone, ...why]
    expect((await runLaku(laku, words, staff('support'))).exitCode).toBe(5)
    expect(await sentTo(other.phone)).toEqual(before)
  })
})

describe('an address for mail', () => {
  it('that support sets where there was none is a change: told on the phone, recorded, and removed by its link', async () => {
    const owner = await logIn(newPhone(), 1_000)
    const set = (address: string) =>
      askLaku(laku, ['users', 'update', owner.userId, '--email', address, ...why], staff('support'))
    await set('first@example.test')
    const link = await linkTo(owner.phone, 'stop', 'Alamat email ditambahkan')
    const audit = async () =>
      await laku.db
        .selectFrom('auditLog')
        .select(['id', 'before'])
        .where('subjectId', '=', owner.userId)
        .where('command', '=', 'users update')
        .orderBy('id', 'desc')
        .executeTakeFirstOrThrow()
    expect((await audit()).before).toEqual({ email: null })
    // The old address was never confirmed: it is kept for the audit log, and its holder may stop nothing.
    await set('second@example.test')
    expect(await sentTo('first@example.test')).toEqual([])
    const reveal = ['audit', 'reveal', (await audit()).id, '--reason', 'a test']
    expect(await askLaku(laku, reveal, staff('finance'))).toMatchObject({
      values: { email: 'first@example.test' },
    })
    // No code ever goes to such an address, so the wallet stays open and the buyer logged in.
    expect(await withdrawalsFrom(owner.userId)).toBe(0)
    expect((await call('GET', '/api/users/me', owner.token)).body.email).toBe('second@example.test')
    expect((await press(link)).body).toContain('Data yang baru dihapus')
    expect((await call('GET', '/api/users/me', (await logIn(owner.phone)).token)).body.email).toBeNull()
    for (const again of [await press(link), await call('GET', link)])
      expect(again.body).toContain('sudah dibatalkan')
  })

  it('issue 13, deliver 7: that a borrowed token set takes no codes, though WhatsApp fails', async () => {
    const owner = await logIn(newPhone())
    const address = `thief${people}@example.test`
    const set = await call('PATCH', '/api/users/me', owner.token, { email: address })
    expect(set.status).toBe(200)
    await control('PUT', '/faults', [{ provider: 'whatsapp', kind: 'refuse' }])
    await call('POST', '/api/auth/otp', undefined, { phone: owner.phone })
    const sent = await sentTo(owner.phone)
    const sms = sent.find((one) => one.code)
    await control('PUT', '/faults', [])
    // The owner hears of the address on their phone, by SMS as well.
    expect(sent.some(({ body }) => body.includes('Alamat email ditambahkan'))).toBe(true)
    expect(sms).toMatchObject({ channel: 'sms', code: expect.any(String) })
    expect(await sentTo(address)).toEqual([])
    // Somebody who reads the address's mail cannot confirm it either, because no confirmation mail was sent.
    const asked = await call('POST', '/api/auth/otp', undefined, { phone: owner.phone })
    laku.clock.shift(16)
    const { challenge_id } = asked.body
    await call('POST', '/api/auth/otp/resend', undefined, { challenge_id, channel: 'email' })
    expect(await sentTo(address)).toEqual([])
  })

  it('that is stopped takes no code any more, and a code that was mailed there before logs nobody in', async () => {
    const owner = await logIn(newPhone())
    const thief = `thief${people}@example.test`
    const { otp } = await codeFor(owner.phone, 'email', owner.token)
    await call('PATCH', '/api/users/me', owner.token, { email: thief, otp })
    expect((await press(await linkTo(thief, 'email'))).status).toBe(200)
    const stop = await linkTo(owner.phone, 'stop', 'Alamat email ditambahkan')
    await control('PUT', '/faults', [{ provider: 'whatsapp', kind: 'refuse' }])
    const { body } = await call('POST', '/api/auth/otp', undefined, { phone: owner.phone })
    const mailed = (await sentTo(thief)).find((one) => one.code)?.code
    await control('PUT', '/faults', [])
    expect(mailed).toBeDefined()
    expect((await press(stop)).status).toBe(200)
    const given = { challenge_id: body.challenge_id, code: mailed }
    const { body: late } = await call('POST', '/api/auth/otp/verify', undefined, given)
    expect(late.code).toBe('auth.code_expired')
    expect((await logIn(owner.phone)).userId).toBe(owner.userId)
  })

  it('takes codes once it was set with a code for this and confirmed; then it is not changed without', async () => {
    const owner = await logIn(newPhone())
    const address = `siti${people}@example.test`
    const { otp: forLogIn } = await codeFor(owner.phone, 'login')
    const set = (body: object, token = owner.token) => call('PATCH', '/api/users/me', token, body)
    expect((await set({ email: address, otp: forLogIn })).body.code).toBe('auth.code_for_another_purpose')
    const { otp: forMoney } = await codeFor(owner.phone, 'withdrawal', owner.token)
    expect((await set({ email: address, otp: forMoney })).body.code).toBe('auth.code_for_another_purpose')
    const { otp, said } = await codeFor(owner.phone, 'email', owner.token)
    expect(said).toMatch(/alamat email/)
    expect((await set({ email: address, otp })).status).toBe(200)
    const mailed = async () => {
      await control('PUT', '/faults', [{ provider: 'whatsapp', kind: 'refuse' }])
      await call('POST', '/api/auth/otp', undefined, { phone: owner.phone })
      const mails = (await sentTo(address)).filter((sent) => sent.code && sent.body.includes('kode'))
      await control('PUT', '/faults', [])
      return mails.length
    }
    expect(await mailed()).toBe(0)
    const link = await linkTo(address, 'email')
    expect((await call('GET', link)).status).toBe(200)
    expect(await mailed()).toBe(0)
    expect((await press(link)).status).toBe(200)
    expect(await mailed()).toBe(1)
    const { token } = await logIn(owner.phone)
    for (const email of ['thief@example.test', null])
      expect((await set({ email }, token)).body.code).toBe('way_in.proof_needed')
    const { otp: proof } = await codeFor(owner.phone, 'email', token)
    expect((await set({ email: 'new@example.test', otp: proof }, token)).status).toBe(200)
    expect((await press(await linkTo(address, 'stop'))).status).toBe(200)
    const kept = await laku.db
      .selectFrom('users')
      .select(['email', 'emailConfirmedAt'])
      .where('id', '=', owner.userId)
      .executeTakeFirst()
    expect(kept).toMatchObject({ email: address, emailConfirmedAt: expect.any(Date) })
    // The address is moved to another one that is confirmed, back, and on. Whoever reads the one in between
    // does not get it again.
    const between = `between${people}@example.test`
    const { token: again } = await logIn(owner.phone)
    const { otp: there } = await codeFor(owner.phone, 'email', again)
    expect((await set({ email: between, otp: there }, again)).status).toBe(200)
    expect((await press(await linkTo(between, 'email'))).status).toBe(200)
    const { token: third } = await logIn(owner.phone)
    await later(60)
    const { otp: back } = await codeFor(owner.phone, 'email', third)
    expect((await set({ email: address, otp: back }, third)).status).toBe(200)
    const { token: fourth } = await logIn(owner.phone)
    const { otp: on } = await codeFor(owner.phone, 'email', fourth)
    const last = `last${people}@example.test`
    expect((await set({ email: last, otp: on }, fourth)).status).toBe(200)
    expect((await press(await linkTo(between, 'stop'))).status).toBe(200)
    const { email } = await laku.db
      .selectFrom('users')
      .select('email')
      .where('id', '=', owner.userId)
      .executeTakeFirstOrThrow()
    expect(email).toBe(last)
  })
})

describe('a new bank account of a buyer', () => {
  it('takes no code that was made for a log-in, and the message of its own says what it is for', async () => {
    const owner = await logIn(newPhone(), 200_000)
    const asked = { amount_idr: 50_000, bank: bank('7777777777') }
    const { otp: forLogIn } = await codeFor(owner.phone, 'login', owner.token)
    const withLogIn = await call('POST', '/api/wallet/withdrawals', owner.token, { ...asked, otp: forLogIn })
    expect(withLogIn.body.code).toBe('auth.code_for_another_purpose')
    const { otp, said } = await codeFor(owner.phone, 'withdrawal', owner.token)
    expect(said).toMatch(/menarik dana/)
    expect((await call('POST', '/api/wallet/withdrawals', owner.token, { ...asked, otp })).status).toBe(201)
    const link = await linkTo(owner.phone, 'stop')
    expect((await press(link)).status).toBe(200)
    await laku.drain()
    const { body } = await call('GET', '/api/wallet', (await logIn(owner.phone)).token)
    expect(body).toEqual({ balance_idr: 200_000, held_idr: 0 })
  })
})

describe('a factory', () => {
  const factory = async () => {
    const made = await askLaku<{ id: string; phone: string }>(laku, [
      ...['factories', 'create', '--name', 'Konveksi', '--phone', newPhone(), '--city', 'Bandung'],
      ...['--province', 'Jawa Barat', '--postal-code', '40135', '--email', `f${people}@example.test`],
      ...['--tax-id', 'npwp:012345678901234'],
    ])
    for (const verb of ['submit', 'verify'])
      await askLaku(laku, ['factories', verb, made.id, '--reason', 'papers are here'])
    return made
  }

  it('is told of a new number on the old one, and stops it; a new account is told to both', async () => {
    const { id, phone } = await factory()
    const taken = newPhone()
    const proof = ['--caller-code', await factoryCode(id, taken)]
    const clerk = await hire(laku, 'finance')
    await askLaku(laku, ['factories', 'update', id, '--phone', taken, ...proof], clerk)
    const link = await linkTo(phone, 'stop')
    await askLaku(
      laku,
      [
        ...[
          'factories',
          'set-bank',
          id,
          '--channel',
          'ID_BCA',
          '--account',
          '6666666666',
          '--holder',
          'Maling',
        ],
        ...['--reason', 'asked by phone'],
      ],
      clerk,
    )
    const finance = await hire(laku, 'finance')
    await askLaku(laku, ['factories', 'approve-bank', id, '--account', '6666', '--reason', 'seen'], finance)
    await linkTo(phone, 'stop', 'Rekening')
    const told = (await sentTo(phone)).flatMap(({ body }) =>
      body.includes('Rekening') ? (body.match(/\/stop\/[\w.-]+/) ?? []) : [],
    )
    expect(told).toHaveLength(2)
    expect(told).not.toContain(link)
    // The new account is told when it is set and when it is approved. The second stop finds it stopped.
    for (const one of [link, ...told]) expect((await press(one)).status).toBe(200)
    expect((await press(told[1] as string)).body).toContain('sudah dibatalkan')
    const shown = await askLaku<{ phone: string; bank_accounts: { status: string }[] }>(laku, [
      ...['factories', 'show', id],
    ])
    expect(shown).toMatchObject({ phone, bank_accounts: [{ status: 'stopped' }] })
    const { data } = await askLaku<{ data: { id: string }[] }>(laku, ['attention', 'list', '--subject', id])
    expect(data).toMatchObject([{ kind: 'way_in_stopped' }])
    // Nobody who took part in one of the changes puts the item away, also not under another name.
    const renamed = { ...clerk, name: `renamed-${clerk.name.slice(-12)}` }
    const rename = ['auth', 'staff', 'rename', clerk.name, renamed.name, '--reason', 'married']
    await askLaku(laku, rename, await hire(laku, 'admin'))
    const away = ['attention', 'resolve', data[0]?.id ?? '', '--reason', 'nothing', '--json']
    for (const changer of [renamed, finance])
      expect(refusalOf(await runLaku(laku, away, changer))).toBe('kernel.own_act')
    await askLaku(laku, away, await hire(laku, 'finance'))
    // A person whose change was stopped before this item was raised may resolve the item.
    await later(60)
    const mail = ['factories', 'update', id, '--email', `g${people}@example.test`]
    await askLaku(laku, mail, await hire(laku, 'finance'))
    expect((await press(await linkTo(phone, 'stop'))).status).toBe(200)
    const { data: again } = await askLaku<{ data: { id: string }[] }>(laku, [
      ...['attention', 'list', '--subject', id],
    ])
    const put = ['attention', 'resolve', again[0]?.id ?? '', '--reason', 'nothing', '--json']
    expect(refusalOf(await runLaku(laku, put, renamed))).toBeUndefined()
  })

  it('that stops an account which was replaced meanwhile is told that nothing goes to it', async () => {
    const { id, phone } = await factory()
    const set = async (account: string) => {
      const words = ['--channel', 'ID_BCA', '--account', account, '--holder', 'PT Konveksi', ...why]
      await askLaku(laku, ['factories', 'set-bank', id, ...words], await hire(laku, 'finance'))
      return await linkTo(phone, 'stop', 'Rekening')
    }
    const replaced = await set('5555555551')
    await set('5555555552')
    expect((await press(replaced)).body).toContain('Tidak ada lagi dana')
  })

  it('has no other number without the code that is read out there, at the command line and over HTTP', async () => {
    const { id, phone } = await factory()
    const [now, elsewhere] = [newPhone(), newPhone()]
    const change = async (to: string, ...more: string[]) =>
      refusalOf(
        await runLaku(laku, ['factories', 'update', id, '--phone', to, ...more, '--json'], staff('finance')),
      )
    expect(await change(now)).toBe('way_in.caller_code_needed')
    const { otp } = await codeFor(now, 'login')
    expect(await change(now, '--caller-code', otp.code)).toBe('auth.code_expired')
    const buyer = await logIn(newPhone())
    expect(await change(now, '--caller-code', await callerCode(buyer.userId, now))).toBe('auth.code_expired')
    const code = await factoryCode(id, now)
    expect(await change(elsewhere, '--caller-code', code)).toBe('auth.code_expired')
    expect(await change(phone)).toBeUndefined()
    const finance = (await hire(laku, 'finance')).proof?.reveal() ?? ''
    const patch = (body: object) => call('PATCH', `/api/factories/${id}`, finance, body)
    expect((await patch({ phone: now })).body.code).toBe('way_in.caller_code_needed')
    const wrong = code === '000000' ? '000001' : '000000'
    expect((await patch({ phone: now, caller_code: wrong })).body.code).toBe('auth.code_wrong')
    expect((await patch({ phone: now, caller_code: code })).body).toMatchObject({ id })
    expect((await askLaku<{ phone: string }>(laku, ['factories', 'show', id])).phone).not.toBe(phone)
    expect(await change(phone, '--caller-code', code)).toBe('auth.code_expired')
  })

  it('that is verified has its tax number changed by finance alone, told, stopped, and kept sealed', async () => {
    const { id, phone } = await factory()
    const change = ['factories', 'update', id, '--tax-id', 'npwp:999999999999999', '--reason', 'a new one']
    expect((await runLaku(laku, change, staff('service'))).exitCode).toBe(4)
    await askLaku(laku, change, staff('finance'))
    const row = await laku.db
      .selectFrom('auditLog')
      .selectAll()
      .where('subjectId', '=', id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain('012345678901234')
    const reveal = ['audit', 'reveal', row.id, '--reason', 'a test']
    expect(await askLaku(laku, reveal)).toMatchObject({ values: { tax_id: 'npwp:012345678901234' } })
    expect((await press(await linkTo(phone, 'stop'))).status).toBe(200)
    const shown = await askLaku<{ tax_id: { number: string } }>(laku, ['factories', 'show', id])
    expect(shown.tax_id.number).toBe('012345678901234')
  })
})
