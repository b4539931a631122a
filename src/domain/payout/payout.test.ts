import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { admin } from '../../../test/laku.ts'
import { openPayoutFixture } from '../../../test/payouts.ts'
import { refusal } from '../../../test/storefront.ts'
import { stateIn, tried } from '../../../test/tried.ts'
import { newId, secondsAfter, type Work } from '../kernel/index.ts'
import { factoryAccount } from '../ledger/index.ts'
import {
  applyPayoutAnswers,
  declareDead,
  dropUnsent,
  type GatewayPayoutStatus,
  holdPayouts,
  type PayoutInbox,
  type PayoutStatus,
  payoutsOf,
  payoutTransitions,
  processPayoutNotices,
  releasePayouts,
  submitPayouts,
  sweepPayouts,
} from './index.ts'
import { isRetryable, nextLookS } from './rules.ts'
import { claimPayouts } from './submission/claim.ts'

/**
 * Xendit's test account numbers decide the outcome of a payout. A payout to this number stays accepted until
 * a test changes it.
 */
const waits = { channelCode: 'ID_CIMB', accountNumber: '131313', accountHolderName: 'PT Uji' }

describe('payouts', () => {
  let f: Awaited<ReturnType<typeof openPayoutFixture>>
  beforeAll(async () => {
    f = await openPayoutFixture()
  })
  afterEach(async () => {
    await f.faults()
  })
  afterAll(async () => {
    expect(await f.broken()).toEqual([])
    await f.laku.close()
  })

  const submit = (...ids: string[]) => submitPayouts(f.context, ids)
  const sweepAfter = async (seconds: number) => {
    f.laku.clock.shift(seconds)
    await sweepPayouts(f.context)
  }
  const submitted = async (key: string = newId()) => {
    const id = await f.create({ key, destination: waits })
    await submit(id)
    const { providerPayoutId, subjectId } = await f.row(id)
    return { id, key, subjectId, providerId: providerPayoutId as string }
  }
  const hear = async (providerId: string) => {
    const answer = await f.payouts.getPayout(providerId)
    await f.laku.system((work) => applyPayoutAnswers(work, [answer]))
  }

  it('sends once, under its own key, and follows to the success', async () => {
    const { id, key, subjectId, providerId } = await submitted()
    expect(await f.row(id)).toMatchObject({ status: 'submitted', providerStatus: 'ACCEPTED' })
    expect(await f.balance(factoryAccount(subjectId))).toBe(-50_000)
    await submit(id)
    expect(await f.atProvider(key)).toHaveLength(1)
    await f.move(providerId, 'SUCCEEDED')
    await hear(providerId)
    await hear(providerId)
    expect(await f.row(id)).toMatchObject({ status: 'succeeded', failureCode: null })
    expect(await f.events(id)).toEqual(['created', 'submitted', 'succeeded'])
    const [view] = await f.laku.system((work) => payoutsOf(work.tx, work.vault, subjectId))
    expect(view).toMatchObject({ bank: 'CIMB Niaga', account: '…1313', held: false })
  })

  it('keeps number and holder unreadable at rest', async () => {
    const row = await f.row(await f.create())
    expect(`${row.accountNumber} ${row.accountHolder}`).not.toMatch(/1234567890|PT Uji/)
  })

  it('changes nothing under the same key, and refuses another content or a second payout', async () => {
    const [key, subjectId] = [newId(), newId()]
    const id = await f.create({ key, subjectId })
    expect(await f.create({ key, subjectId })).toBe(id)
    expect(await refusal(f.create({ key, subjectId, amountIdr: 1 }))).toBe('payout.key_reused')
    expect(await refusal(f.create({ subjectId }))).toBe('payout.under_way')
    const wrong = { channelCode: 'ID_BCA', accountNumber: '123', accountHolderName: 'PT Uji' }
    expect(await refusal(f.create({ destination: wrong }))).toBe('kernel.bank_account_invalid')
    const nowhere = { ...wrong, channelCode: 'ID_NOWHERE' }
    expect(await refusal(f.create({ destination: nowhere }))).toBe('kernel.payout_channel_unknown')
  })

  it('asks after a lost answer, and sends no second one', async () => {
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'commit_then_timeout', times: 1 })
    const key = newId()
    const id = await f.create({ key, destination: waits })
    await submit(id)
    expect(await f.row(id)).toMatchObject({ status: 'submitted', providerPayoutId: null })
    await sweepAfter(20)
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
    expect(await f.atProvider(key)).toHaveLength(1)
  })

  it('issue 11, case 1: sends the same again under the same key what its list never shows, and never twice', async () => {
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'timeout', times: 1 })
    const key = newId()
    const id = await f.create({ key, destination: waits })
    await submit(id)
    expect(await f.row(id)).toMatchObject({ status: 'submitted', providerPayoutId: null, calls: 1 })
    await sweepAfter(61)
    expect(await f.row(id)).toMatchObject({ status: 'submitted', calls: 2 })
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
    expect(await f.atProvider(key)).toHaveLength(1)
    expect(await f.events(id)).toEqual(['created', 'submitted'])
  })

  it('asks after a crash between the claim and the call', async () => {
    const key = newId()
    const id = await f.create({ key, destination: waits })
    expect(await f.laku.system((work) => claimPayouts(work, [id]))).toHaveLength(1)
    expect(await f.atProvider(key)).toEqual([])
    await sweepAfter(61)
    expect((await f.row(id)).status).toBe('submitted')
    expect(await f.atProvider(key)).toHaveLength(1)
  })

  it('sends again, under the same key, what was never taken', async () => {
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'refuse', times: 1 })
    const refused = await f.create()
    await submit(refused)
    expect(await f.row(refused)).toMatchObject({ status: 'failed', failureCode: 'API_VALIDATION_ERROR' })
    const key = newId()
    const id = await f.create({ key, destination: waits })
    const away = { ...f.payouts, createPayout: f.payouts.createPayout }
    const { ProviderFailure } = await import('../kernel/index.ts')
    away.createPayout = () =>
      Promise.reject(
        new ProviderFailure({ provider: 'xendit', operation: 'x', outcome: 'unreachable', code: 'refused' }),
      )
    await submitPayouts({ ...f.context, payouts: away }, [id])
    expect(await f.row(id)).toMatchObject({ status: 'submitted', calledAt: null })
    await sweepAfter(20)
    expect(await f.atProvider(key)).toHaveLength(1)
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
  })

  it('is taken back by one person where no call ever reached the provider, and a late worker sends nothing', async () => {
    const { ProviderFailure } = await import('../kernel/index.ts')
    const key = newId()
    const id = await f.create({ key, destination: waits })
    let outcome: 'unreachable' | 'unknown' = 'unreachable'
    const away = {
      ...f.payouts,
      createPayout: () =>
        Promise.reject(new ProviderFailure({ provider: 'xendit', operation: 'x', outcome, code: 'x' })),
      findPayouts: async () => [],
    }
    const takeBack = (payout: string) => f.laku.as(admin, (work) => declareDead(work, { payout }))
    await submitPayouts({ ...f.context, payouts: away }, [id])
    // A worker that claimed it may be calling.
    f.laku.clock.shift(20)
    const [claimed] = await f.laku.system((work) => claimPayouts(work, [id]))
    expect(await refusal(takeBack(id))).not.toBe('ok')
    f.laku.clock.shift(61)
    await submitPayouts({ ...f.context, payouts: away }, [id])
    f.laku.clock.shift(61)
    // Nobody knows whether the call of the first worker left: the claim counts as one.
    expect(await refusal(takeBack(id))).not.toBe('ok')
    expect(claimed).toBeDefined()
    const other = await f.create({ key: newId(), destination: waits })
    await submitPayouts({ ...f.context, payouts: away }, [other])
    expect(await f.row(other)).toMatchObject({ status: 'submitted', calledAt: null })
    expect((await takeBack(other)).status).toBe('failed')
    expect(await f.row(other)).toMatchObject({ failureCode: 'TAKEN_BACK', nextCheckAt: null, deadBy: null })
    expect(await f.events(other)).toEqual(['created', 'submitted', 'failed'])
    await sweepAfter(901)
    expect(await f.row(other)).toMatchObject({ status: 'failed' })
    const unknown = await f.create({ key: newId(), destination: waits })
    outcome = 'unknown'
    await submitPayouts({ ...f.context, payouts: away }, [unknown])
    expect(await refusal(takeBack(unknown))).toBe('payout.too_early')
  })

  it.each([
    ['123456', 'TEMPORARY_TRANSFER_ERROR', true],
    ['121212', 'INVALID_DESTINATION', false],
  ])('account %s fails with %s', async (accountNumber, failureCode, retryable) => {
    const id = await f.create({ destination: { ...waits, accountNumber } })
    await submit(id)
    const { providerPayoutId } = await f.row(id)
    await expect
      .poll(async () => (await f.payouts.getPayout(providerPayoutId as string)).status)
      .toBe('FAILED')
    await sweepAfter(901)
    expect(await f.row(id)).toMatchObject({ status: 'failed', failureCode })
    const event = await f.laku.db
      .selectFrom('events')
      .select('payload')
      .where('aggregateId', '=', id)
      .where('type', '=', 'payout.failed')
      .executeTakeFirstOrThrow()
    expect(event.payload).toMatchObject({ retryable, failureCode })
  })

  it('follows money that came back after it was paid, and old updates no more', async () => {
    const { id, subjectId, providerId } = await submitted()
    await f.move(providerId, 'SUCCEEDED')
    const old = await f.payouts.getPayout(providerId)
    await hear(providerId)
    await f.move(providerId, 'REVERSED')
    await hear(providerId)
    await f.laku.system((work) => applyPayoutAnswers(work, [old]))
    expect((await f.row(id)).status).toBe('reversed')
    expect(await f.balance(factoryAccount(subjectId))).toBe(0)
    expect(await f.create({ subjectId })).not.toBe(id)
  })

  it('tells of both when it hears of the way back first', async () => {
    const { id, providerId } = await submitted()
    await f.move(providerId, 'SUCCEEDED')
    await f.move(providerId, 'REVERSED')
    await hear(providerId)
    expect(await f.events(id)).toEqual(['created', 'submitted', 'succeeded', 'reversed'])
  })

  it('looks for a lost reversal for a week', async () => {
    const { id, providerId } = await submitted()
    await f.move(providerId, 'SUCCEEDED')
    await hear(providerId)
    await f.move(providerId, 'REVERSED')
    await sweepAfter(86_401)
    expect((await f.row(id)).status).toBe('reversed')
    expect([0, 86_400, 4 * 86_400, 8 * 86_400].map(nextLookS)).toEqual([86_400, 259_200, 604_800, undefined])
  })

  it('reads again what a webhook speaks of, and keeps the webhook while it cannot', async () => {
    const { id, providerId } = await submitted()
    await f.move(providerId, 'SUCCEEDED')
    const inbox: PayoutInbox = { processed: [], failed: [] }
    const hearAll = (...inboxIds: string[]) =>
      processPayoutNotices(
        f.context,
        inboxIds.map((inboxId) => ({ inboxId, id: providerId })),
        async (_work, marks) => {
          inbox.processed.push(...marks.processed)
          inbox.failed.push(...marks.failed)
        },
      )
    await f.faults({ provider: 'xendit', operation: 'getPayout', kind: 'error', times: 2 })
    await hearAll('a')
    expect(inbox).toMatchObject({ processed: [], failed: [{ id: 'a' }] })
    expect((await f.row(id)).status).toBe('submitted')
    await f.faults()
    await hearAll('a', 'b')
    expect(inbox.processed).toEqual(['a', 'b'])
    expect((await f.row(id)).status).toBe('succeeded')
  })

  it('waits while payouts are paused, and still asks about what is under way', async () => {
    const before = await submitted()
    await f.move(before.providerId, 'SUCCEEDED')
    await f.pause('payouts', true)
    const id = await f.create({ destination: waits })
    await submit(id)
    await sweepAfter(901)
    expect((await f.row(id)).status).toBe('created')
    expect((await f.row(before.id)).status).toBe('succeeded')
    await f.pause('payouts', false)
    await sweepAfter(61)
    expect((await f.row(id)).status).toBe('submitted')
  })

  it('keeps back what is held until it is released', async () => {
    const subjectId = newId()
    const id = await f.create({ subjectId, destination: waits })
    expect(await f.laku.system((work) => holdPayouts(work, [subjectId]))).toEqual([subjectId])
    await submit(id)
    await sweepAfter(120)
    expect((await f.row(id)).status).toBe('created')
    await f.laku.system((work) => releasePayouts(work, [subjectId]))
    await sweepAfter(0)
    expect((await f.row(id)).status).toBe('submitted')
  })

  it('shows a person what waits too long, and what nobody sent', async () => {
    const { id } = await submitted()
    await sweepAfter(7 * 3600)
    expect(await f.attention()).toContain(`payout_stuck ${id}`)
    const stranger = { id: 'disb-x', referenceId: 'nobody', status: 'SUCCEEDED', amountIdr: 1 }
    await f.laku.system((work) => applyPayoutAnswers(work, [stranger]))
    expect(await f.attention()).toContain('payout_unexpected disb-x')
  })

  it('is sent once by ten workers', async () => {
    for (let round = 0; round < 10; round++) {
      const key = newId()
      const id = await f.create({ key, destination: waits })
      await Promise.all(Array.from({ length: 10 }, () => submit(id)))
      expect(await f.atProvider(key)).toHaveLength(1)
      expect(await f.events(id)).toEqual(['created', 'submitted'])
    }
  })

  it('takes no unknown failure for one that passes', () => {
    expect(['INSUFFICIENT_BALANCE', 'SOMETHING_NEW'].map(isRetryable)).toEqual([true, false])
  })

  it('moves along its table and nowhere else', async () => {
    const id = await f.create({ destination: waits })
    const { key, amountIdr, subjectId } = await f.row(id)
    const set = (status: PayoutStatus) => (work: Work) => {
      const calledAt = status === 'created' ? null : work.now
      return sql`
        update payouts set status = ${status}, called_at = ${calledAt}, submitted_at = ${work.now}, finished_at = ${work.now},
          provider_updated_at = ${secondsAfter(work.now, -1)} where id = ${id}`.execute(work.tx)
    }
    const says = (status: GatewayPayoutStatus) => (work: Work) =>
      applyPayoutAnswers(work, [{ id: 'disb-1', referenceId: key, status, amountIdr, updatedAt: work.now }])
    const acts = {
      claimed: (work: Work) => claimPayouts(work, [id]),
      'refused at once': (work: Work) =>
        applyPayoutAnswers(work, [], [{ id, failureCode: 'INVALID_DESTINATION' }]),
      dropped: (work: Work) => dropUnsent(work, [subjectId]),
      ACCEPTED: says('ACCEPTED'),
      SUCCEEDED: says('SUCCEEDED'),
      FAILED: says('FAILED'),
      REVERSED: says('REVERSED'),
    }
    type Act = keyof typeof acts
    // The state after each act. An act that is not listed changes nothing.
    const ends: Record<PayoutStatus, Partial<Record<Act, PayoutStatus>>> = {
      created: {
        claimed: 'submitted',
        dropped: 'failed',
        ACCEPTED: 'submitted',
        SUCCEEDED: 'succeeded',
        FAILED: 'failed',
        REVERSED: 'reversed',
      },
      submitted: {
        'refused at once': 'failed',
        SUCCEEDED: 'succeeded',
        FAILED: 'failed',
        REVERSED: 'reversed',
      },
      succeeded: { FAILED: 'reversed', REVERSED: 'reversed' },
      failed: { SUCCEEDED: 'succeeded' },
      reversed: { SUCCEEDED: 'succeeded' },
    }
    const reached: string[] = []
    for (const from of Object.keys(payoutTransitions) as PayoutStatus[]) {
      for (const [name, use] of Object.entries(acts) as [Act, (typeof acts)[Act]][]) {
        const trial = { set: set(from), use, read: stateIn('payouts', id) }
        const to = ends[from][name] ?? from
        expect([from, name, (await tried(f.laku, trial)).status]).toEqual([from, name, to])
        reached.push(`${from} ${to}`)
      }
    }
    const moves = Object.entries(payoutTransitions).flatMap(([from, next]) =>
      next.map((to) => `${from} ${to}`),
    )
    expect(moves.filter((move) => !reached.includes(move))).toEqual([])
  })
})
