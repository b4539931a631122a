import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { giveGoodwill } from '../../../test/goodwill.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { newId } from '../../domain/kernel/index.ts'
import { secretParamsOf } from '../../domain/whatsapp/index.ts'
import { buildServer } from '../server.ts'

const bank = { channel_code: 'ID_BCA', account_number: '123-456-7890', account_holder_name: 'Siti' }

describe('taking money out of a wallet', () => {
  let laku: TestLaku
  let app: FastifyInstance
  let people = 0
  beforeAll(async () => {
    laku = await openTestLaku({
      choreography: { 'user.registered': {}, 'otp.requested': {}, 'whatsapp.queued': {} },
    })
    app = await buildServer(laku)
  })
  afterAll(async () => {
    await app.close()
    await laku.close()
  })

  const post_ = async (url: string, payload: object, headers: Record<string, string> = {}) => {
    const reply = await app.inject({ method: 'POST', url, headers, payload })
    return { status: reply.statusCode, body: reply.json() }
  }
  const ask = async (phone: string, authorization?: string) => {
    const { body } = await post_('/api/auth/otp', { phone }, authorization ? { authorization } : {})
    const [code] = (await laku.system((work) => secretParamsOf(work, `otp:${body.challenge_id}`))) ?? []
    return { challenge_id: body.challenge_id as string, code: code as string }
  }
  /** Returns a logged-in buyer with this much money in the wallet, and a function to request a withdrawal. */
  const rich = async (amountIdr = 200_000) => {
    const phone = `0812777${(people++).toString().padStart(5, '0')}`
    const { body } = await post_('/api/auth/otp/verify', { ...(await ask(phone)), name: 'Siti' })
    const userId = body.user.id as string
    await laku.system((work) => giveGoodwill(work, userId, amountIdr))
    const authorization = `Bearer ${body.access_token}`
    const wallet = async () =>
      (await app.inject({ method: 'GET', url: '/api/wallet', headers: { authorization } })).json()
    const withdraw = (amount_idr: number, more: object = {}, key: string = newId()) =>
      post_(
        '/api/wallet/withdrawals',
        { amount_idr, bank, ...more },
        { authorization, 'idempotency-key': key },
      )
    return { phone, authorization, wallet, withdraw }
  }

  it('closes the account with all that is in the wallet, free of fee and minimum', async () => {
    const { phone, authorization, wallet, withdraw } = await rich(4_000)
    const less = await withdraw(3_000, { close_account: true, otp: await ask(phone, authorization) })
    expect(less).toMatchObject({ status: 409, body: { code: 'wallet.not_all' } })
    const closing = await withdraw(4_000, { close_account: true, otp: await ask(phone, authorization) })
    expect(closing).toMatchObject({ status: 201, body: { status: 'held', fee_idr: 0, closes_account: true } })
    expect(await wallet()).toEqual({ balance_idr: 0, held_idr: 4_000 })
    expect(await withdraw(1)).toMatchObject({ status: 409, body: { code: 'wallet.account_closing' } })
  })

  it('needs a code for a new account, holds the money, and answers a repeated request once', async () => {
    const { phone, authorization, wallet, withdraw } = await rich()
    expect(await withdraw(50_000)).toMatchObject({ status: 403, body: { code: 'wallet.otp_needed' } })
    const otp = await ask(phone, authorization)
    const key = newId()
    const first = await withdraw(50_000, { otp }, key)
    expect(first).toMatchObject({
      status: 201,
      body: { status: 'held', amount_idr: 50_000, fee_idr: 2_500, account: '…7890' },
    })
    expect(await withdraw(50_000, { otp }, key)).toEqual(first)
    expect(await wallet()).toEqual({ balance_idr: 147_500, held_idr: 52_500 })
    expect(await withdraw(20_000, { otp })).toMatchObject({
      status: 400,
      body: { code: 'auth.code_expired' },
    })
    expect(await withdraw(20_000)).toMatchObject({ status: 201 })
  })

  it('counts every guess of a code, although nothing comes of it', async () => {
    const { phone, authorization, withdraw } = await rich()
    const otp = await ask(phone, authorization)
    const wrong = { ...otp, code: otp.code === '000000' ? '111111' : '000000' }
    const guesses = await Promise.all(Array.from({ length: 5 }, () => withdraw(50_000, { otp: wrong })))
    for (const guess of guesses) expect(guess.body.code).toMatch(/auth.code_(wrong|expired)/)
    expect(await withdraw(50_000, { otp })).toMatchObject({
      status: 400,
      body: { code: 'auth.code_expired' },
    })
  })

  it('takes one try for a request that is sent again and again, at once or later', async () => {
    const { phone, authorization, wallet, withdraw } = await rich()
    const otp = await ask(phone, authorization)
    const key = newId()
    const tries = async () => {
      const challenge = laku.db.selectFrom('otpChallenges').where('id', '=', otp.challenge_id)
      return (await challenge.select('tries').executeTakeFirstOrThrow()).tries
    }
    const answers = await Promise.all(Array.from({ length: 12 }, () => withdraw(50_000, { otp }, key)))
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)
    expect(await withdraw(60_000, { otp }, key)).toMatchObject({ status: 422 })
    expect(await tries()).toBe(1)
    expect(await wallet()).toEqual({ balance_idr: 147_500, held_idr: 52_500 })
  })

  it('leaves a right code and its key as they were where the withdrawal is refused, and a wrong code its key', async () => {
    const { phone, authorization, withdraw } = await rich()
    const otp = await ask(phone, authorization)
    const key = newId()
    expect(await withdraw(500_000, { otp }, key)).toMatchObject({ status: 409 })
    const wrong = { ...otp, code: otp.code === '000000' ? '111111' : '000000' }
    expect(await withdraw(50_000, { otp: wrong }, key)).toMatchObject({
      status: 400,
      body: { code: 'auth.code_wrong', details: { tries_left: 4 } },
    })
    expect(await withdraw(50_000, { otp }, key)).toMatchObject({ status: 201 })
  })

  it('takes no code that was sent to another phone', async () => {
    const { withdraw } = await rich()
    const { phone, authorization } = await rich()
    expect(await withdraw(50_000, { otp: await ask(phone, authorization) })).toMatchObject({
      body: { code: 'auth.code_expired' },
    })
  })

  it.each([
    [{ amount_idr: 0 }, 400],
    [{ amount_idr: 5_000 }, 400],
    [{ amount_idr: 500_000 }, 409],
    [{ bank: { ...bank, account_number: '12345' } }, 400],
  ])('refuses %j', async (more, status) => {
    const { phone, authorization, withdraw } = await rich()
    expect((await withdraw(50_000, { otp: await ask(phone, authorization), ...more })).status).toBe(status)
  })
})
