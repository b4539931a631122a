import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxControl } from '../../../../test/control.ts'
import { system } from '../../../../test/laku.ts'
import { markedBy } from '../../../../test/reference.ts'
import { points, Sleepers } from '../../../../test/sleepers.ts'
import { refusal } from '../../../../test/storefront.ts'
import { finance, openWalletFixture, type WalletFixture, waits } from '../../../../test/wallets.ts'
import { openThings } from '../../composition/privacy/open-things.ts'
import { lockRows, newId } from '../../kernel/index.ts'
import { credit, debit, type Posting, post } from '../../ledger/index.ts'
import { applyPayoutAnswers, submitPayouts } from '../../payout/index.ts'
import { rejectWithdrawal, retryWithdrawal } from '../index.ts'

const AMOUNT = 100_000
const FEE = 2_500

let f: WalletFixture
beforeAll(async () => {
  f = await openWalletFixture()
})
afterAll(async () => {
  expect(await f.broken()).toEqual([])
  await f.laku.close()
})

describe('a withdrawal that was said to have failed', () => {
  /**
   * Makes a withdrawal that the provider has, from a wallet that held exactly its amount and fee (and
   * `moreIdr`).
   */
  async function sent(moreIdr = 0) {
    const userId = await f.user()
    await f.known(userId, waits)
    await f.fill(userId, AMOUNT + FEE + moreIdr)
    const { id, code } = await f.withdraw(userId, AMOUNT, { bank: waits })
    await f.send(id)
    const { providerPayoutId, key } = await f.payoutOf(id)
    return { userId, id, code, key, providerId: providerPayoutId as string }
  }
  const says = async (providerId: string, status: string, failure_code?: string) => {
    const answer = await fetch(`${f.laku.sandbox.url}/control/payouts/${providerId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status, failure_code, force: true }),
    })
    expect(answer.ok).toBe(true)
    const payout = await f.payouts.getPayout(providerId)
    await f.laku.system((work) => applyPayoutAnswers(work, [payout]))
  }
  const retry = (withdrawal: string) => f.laku.as(finance(), (work) => retryWithdrawal(work, { withdrawal }))
  const status = async (id: string) => (await f.row(id)).status
  const aside = (key: string) => f.balance(`suspense:${key}`)
  const books = async () => ({ gateway: await f.balance('gateway'), fees: await f.balance('fee-income') })
  const left = async (before: Awaited<ReturnType<typeof books>>) => {
    const now = await books()
    return { gateway: before.gateway - now.gateway, fees: now.fees - before.fees }
  }

  it('for want of balance and arrived is done, and nothing is sent again', async () => {
    const before = await books()
    const { userId, id, code, key, providerId } = await sent()
    await says(providerId, 'FAILED', 'INSUFFICIENT_BALANCE')
    expect([await status(id), await f.wallet(userId)]).toEqual(['approved', 0])
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await f.wallet(userId), await aside(key)]).toEqual(['succeeded', 0, 0])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: FEE })
    await f.later(7200)
    expect(await f.payouts.findPayouts(await markedBy(f.laku, `${code}-2`))).toEqual([])
    expect(await f.broken()).toEqual([])
  })

  it('and arrived takes its money and fee out of the wallet again', async () => {
    const before = await books()
    const { userId, id, key, providerId } = await sent()
    const counts = async () => {
      const use = f.laku.db.selectFrom('limitUses').select('undoneAt').where('subjectId', '=', id)
      return (await use.executeTakeFirstOrThrow()).undoneAt === null
    }
    expect(await counts()).toBe(true)
    await says(providerId, 'FAILED')
    expect([await status(id), await f.wallet(userId), await counts()]).toEqual([
      'failed',
      AMOUNT + FEE,
      false,
    ])
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await f.wallet(userId), await aside(key)]).toEqual(['succeeded', 0, 0])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: FEE })
    expect(await counts()).toBe(true)
    await says(providerId, 'REVERSED')
    expect([await status(id), await f.wallet(userId), await counts()]).toEqual([
      'reversed',
      AMOUNT + FEE,
      false,
    ])
    await says(providerId, 'SUCCEEDED')
    expect(await left(before)).toMatchObject({ gateway: AMOUNT })
    expect(await counts()).toBe(true)
  })

  it('and arrived is booked where a second person had approved it: the decision counts again', async () => {
    const { id, providerId } = await sent()
    await says(providerId, 'FAILED')
    const again = await retry(id)
    await f.send(again.id)
    const second = (await f.payoutOf(again.id)).providerPayoutId as string
    await says(second, 'FAILED')
    await says(second, 'SUCCEEDED')
    expect(await status(again.id)).toBe('succeeded')
  })

  it('and arrived lies in suspense where its user has spent the money meanwhile', async () => {
    const before = await books()
    const { userId, id, key, providerId } = await sent()
    await says(providerId, 'FAILED')
    await f.laku.system((work) => f.spendIn(work, userId, 1))
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await f.wallet(userId), await aside(key)]).toEqual([
      'failed',
      AMOUNT + FEE - 1,
      AMOUNT,
    ])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: 0 })
  })

  it('in one batch with another outcome: the wallets are locked before the first posting', async () => {
    const [fine, bad] = [await sent(), await sent()]
    const control = async (id: string, status: string) => {
      await fetch(`${f.laku.sandbox.url}/control/payouts/${id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status, force: true }),
      })
      return await f.payouts.getPayout(id)
    }
    const answers = [await control(fine.providerId, 'SUCCEEDED'), await control(bad.providerId, 'FAILED')]
    const before = await books()
    let batch: Promise<void> | undefined
    await f.laku.system(async (work) => {
      await lockRows(work.tx, { wallet: { id: [bad.userId] } })
      batch ??= f.laku.system((other) => applyPayoutAnswers(other, answers))
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(work.tx)
      const waiting = sql`
        select from pg_locks l where not l.granted and ${rows[0]?.pid}::int = any(pg_blocking_pids(l.pid))`
      await expect.poll(async () => (await waiting.execute(f.laku.db)).rows.length).toBeGreaterThan(0)
      // This transaction holds the wallet, and posts to the ledger next. The batch holds no balance yet.
      await sql`select set_config('lock_timeout', '300ms', true)`.execute(work.tx)
      const posting = (from: 'payouts-in-flight' | 'withdrawals-held', to: typeof from): Posting => ({
        key: newId(),
        kind: 'payment.confirmed',
        subject: ['payment', newId()],
        entries: [debit(from, 1), credit(to, 1)],
      })
      await post(work, [posting('payouts-in-flight', 'withdrawals-held')])
      await post(work, [posting('withdrawals-held', 'payouts-in-flight')])
    })
    await batch
    expect([await status(fine.id), await status(bad.id)]).toEqual(['succeeded', 'failed'])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: FEE })
  })

  it('and arrived cancels the retry that was not sent yet', async () => {
    const before = await books()
    const { userId, id, key, providerId } = await sent()
    await says(providerId, 'FAILED')
    const again = await retry(id)
    expect([again.status, await f.wallet(userId)]).toEqual(['approved', 0])
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await status(again.id)]).toEqual(['succeeded', 'rejected'])
    expect([await f.wallet(userId), await aside(key)]).toEqual([0, 0])
    await f.later(1)
    expect(await f.atProvider(again.code)).toEqual([])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: FEE })
  })

  it('and arrived lies in suspense beside a retry that is under way, and is taken where that fails', async () => {
    const before = await books()
    const { userId, id, key, providerId } = await sent()
    await says(providerId, 'FAILED')
    const again = await retry(id)
    await f.send(again.id)
    const second = (await f.payoutOf(again.id)).providerPayoutId as string
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await status(again.id), await aside(key)]).toEqual([
      'failed',
      'submitted',
      AMOUNT,
    ])
    await says(second, 'FAILED')
    expect(await status(again.id)).toBe('failed')
    // The retry's money is in the wallet again. It is not taken out automatically, because the user may
    // already know of it.
    expect([await f.wallet(userId), await aside(key)]).toEqual([AMOUNT + FEE, AMOUNT])
    expect(await left(before)).toEqual({ gateway: AMOUNT, fees: 0 })
  })

  it.each([
    ['SUCCEEDED', 'succeeded', 'rejected'],
    ['FAILED', 'failed', 'submitted'],
  ])(
    'and moves again keeps the retry that was asked for from being sent, until it is %s',
    async (end, first, second) => {
      const { userId, id, providerId } = await sent()
      await says(providerId, 'FAILED')
      const again = await retry(id)
      await says(providerId, 'ACCEPTED')
      await f.send(again.id)
      await f.later(901)
      expect([await status(again.id), await f.atProvider(again.code)]).toEqual(['approved', []])
      await says(providerId, end)
      await f.later(901)
      expect([await status(id), await status(again.id)]).toEqual([first, second])
      expect(await f.atProvider(again.code)).toHaveLength(second === 'submitted' ? 1 : 0)
      expect(await f.wallet(userId)).toBe(0)
    },
  )

  it('and arrived lies in suspense where staff had refused it meanwhile', async () => {
    const { userId, id, code, key, providerId } = await sent()
    await says(providerId, 'FAILED', 'INSUFFICIENT_BALANCE')
    await f.laku.as(finance(), (work) => rejectWithdrawal(work, { withdrawal: code }))
    await says(providerId, 'SUCCEEDED')
    expect([await status(id), await f.wallet(userId), await aside(key)]).toEqual([
      'rejected',
      AMOUNT + FEE,
      AMOUNT,
    ])
  })

  describe('twice, the second time as a retry', () => {
    /** A wallet with more money: a payout that arrives must not take the user's other money. */
    const MORE = 300_000
    async function failedTwice() {
      const first = await sent(MORE)
      await says(first.providerId, 'FAILED')
      const second = await retry(first.id)
      await f.send(second.id)
      await says((await f.payoutOf(second.id)).providerPayoutId as string, 'FAILED')
      return { first, second }
    }

    it('is not tried a third time while the first try moves again, and a third that was asked for waits', async () => {
      const { first, second } = await failedTwice()
      await says(first.providerId, 'ACCEPTED')
      expect(await refusal(retry(second.id))).toBe('payout.moves_again')
      await says(first.providerId, 'FAILED')
      const third = await retry(second.id)
      await says(first.providerId, 'ACCEPTED')
      await f.send(third.id)
      await f.later(901)
      expect([await status(third.id), await f.atProvider(third.code)]).toEqual(['approved', []])
      await says(first.providerId, 'SUCCEEDED')
      expect([await status(first.id), await status(third.id)]).toEqual(['succeeded', 'rejected'])
      await f.later(901)
      expect([await f.wallet(first.userId), await f.atProvider(third.code)]).toEqual([MORE, []])
    })

    it('and arrived with its first try lies in suspense beside a third that is under way', async () => {
      const { first, second } = await failedTwice()
      const third = await retry(second.id)
      await f.send(third.id)
      await says(first.providerId, 'SUCCEEDED')
      expect([await status(third.id), await f.wallet(first.userId), await aside(first.key)]).toEqual([
        'submitted',
        MORE,
        AMOUNT,
      ])
    })

    it('and arrived with both tries leaves the wallet what the first did not take', async () => {
      const { first, second } = await failedTwice()
      await says(first.providerId, 'SUCCEEDED')
      const { key, providerPayoutId } = await f.payoutOf(second.id)
      await says(providerPayoutId as string, 'SUCCEEDED')
      expect([await status(second.id), await f.wallet(first.userId), await aside(key)]).toEqual([
        'failed',
        MORE,
        AMOUNT,
      ])
    })
  })

  it('and moves again is not tried again by anybody, until it has ended', async () => {
    const { userId, id, providerId } = await sent()
    const open = () => f.laku.system(({ tx }) => openThings(tx, userId))
    await says(providerId, 'FAILED')
    await says(providerId, 'ACCEPTED')
    expect(await refusal(retry(id))).toBe('payout.moves_again')
    // Its user is not erased while the money may still arrive.
    expect(await open()).toMatchObject({ payoutsAtProvider: 1 })
    await says(providerId, 'FAILED')
    expect(await open()).not.toHaveProperty('payoutsAtProvider')
    expect((await retry(id)).status).toBe('approved')
  })
})

describe('issue 11, case 2: a worker that sleeps for 14 minutes within the call for a withdrawal, with another beside it', () => {
  it.each(points)('stopped at the %s: one payout', async (point) => {
    const control = sandboxControl(f.laku)
    await control('PUT', '/lists', { lag_s: 3600 })
    const userId = await f.user()
    await f.known(userId, waits)
    await f.fill(userId, AMOUNT + FEE)
    const { id, code } = await f.withdraw(userId, AMOUNT, { bank: waits })
    const payout = await f.payoutOf(id)
    const context = { unitOfWork: f.laku.unitOfWork, actor: system, payouts: f.payouts }
    const sleepers = new Sleepers()
    await sleepers.send(point, f.payouts.createPayout, (createPayout) =>
      submitPayouts({ ...context, payouts: { ...f.payouts, createPayout } }, [payout.id]),
    )
    expect((await f.payoutOf(id)).leaseUntil).not.toBeNull()
    await control('POST', '/age', { seconds: 14 * 60 })
    await f.later(14 * 60)
    await sleepers.wake()
    await control('PUT', '/lists', { lag_s: 0 })
    const [made, ...more] = await f.atProvider(code)
    expect([made?.amountIdr, more]).toEqual([AMOUNT, []])
    await control('POST', `/payouts/${made?.id}`, { status: 'SUCCEEDED' })
    await f.later(901)
    expect((await f.row(id)).status).toBe('succeeded')
    expect([await f.wallet(userId), await f.balance(`suspense:${payout.key}`)]).toEqual([0, 0])
    expect(await f.atProvider(code)).toHaveLength(1)
  })
})
