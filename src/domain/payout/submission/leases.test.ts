import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { someone } from '../../../../test/laku.ts'
import { expectPaidOnce } from '../../../../test/lost-calls.ts'
import { openPayoutFixture } from '../../../../test/payouts.ts'
import { points, Sleepers } from '../../../../test/sleepers.ts'
import { staff } from '../../../../test/staff.ts'
import { refusal } from '../../../../test/storefront.ts'
import { type CallLease, newId, secondsAfter } from '../../kernel/index.ts'
import { factoryAccount } from '../../ledger/index.ts'
import {
  applyPayoutAnswers,
  askAboutStuckPayout,
  declareDead,
  giveUpPayout,
  keepPayout,
  type NewGatewayPayout,
  requireNoneMoves,
  submitPayouts,
  sweepPayouts,
} from '../index.ts'

const waits = { channelCode: 'ID_CIMB', accountNumber: '131313', accountHolderName: 'PT Uji' }
const HOUR_S = 3600
type Staff = ReturnType<typeof someone>

let f: Awaited<ReturnType<typeof openPayoutFixture>>
beforeAll(async () => {
  f = await openPayoutFixture()
})
afterEach(async () => {
  await f.faults()
  await f.control('PUT', '/lists', { lag_s: 0 })
  expect(await f.broken()).toEqual([])
})
afterAll(() => f.laku.close())

it('one payout whose answer cannot be recorded, and one whose account cannot be opened, are set aside; the one beside them is paid', async () => {
  const keys = [newId(), newId(), newId()] as const
  const [odd, sealed, good] = [
    await f.create({ key: keys[0] }),
    await f.create({ key: keys[1] }),
    await f.create({ key: keys[2], destination: waits }),
  ]
  await f.laku.db
    .updateTable('payouts')
    .set({ accountNumber: 'v1:of-another-key' })
    .where('id', '=', sealed)
    .execute()
  const oddKey = (await f.row(odd)).key
  const payouts = {
    ...f.payouts,
    createPayout: async (payout: NewGatewayPayout, lease?: CallLease) => {
      const answer = await f.payouts.createPayout(payout, lease)
      return payout.key === oddKey ? { ...answer, status: 'SUCCEEDED' as const, amountIdr: 0.5 } : answer
    },
  }
  await submitPayouts({ ...f.context, payouts }, [odd, sealed, good])
  const [there] = await f.atProvider(keys[2])
  await f.move(there?.id as string, 'SUCCEEDED')
  f.laku.clock.shift(901)
  await sweepPayouts(f.context)
  expect(await f.row(good)).toMatchObject({ status: 'succeeded' })
  expect(await f.row(sealed)).toMatchObject({ status: 'created', calls: 0 })
  const told = await f.attention()
  expect(told).toEqual(expect.arrayContaining([`item_set_aside ${odd}`, `item_set_aside ${sealed}`]))
  expect(told).not.toContain(`item_set_aside ${good}`)
  // A payout that was postponed is handled as soon as possible.
  expect(await f.row(odd)).toMatchObject({ status: 'succeeded' })
  expect(await f.atProvider(keys[0])).toHaveLength(1)
  await f.laku.db.updateTable('payouts').set({ nextCheckAt: null }).where('id', '=', sealed).execute()
})

describe('issue 11, case 2: a worker that sleeps for 14 minutes within a call for a payout, with another beside it', () => {
  it.each(points)('stopped at the %s: one payment', async (point) => {
    await f.control('PUT', '/lists', { lag_s: HOUR_S })
    const key = newId()
    const id = await f.create({ key, destination: waits })
    const sleepers = new Sleepers()
    await sleepers.send(point, f.payouts.createPayout, (createPayout) =>
      submitPayouts({ ...f.context, payouts: { ...f.payouts, createPayout } }, [id]),
    )
    expect(await f.row(id)).toMatchObject({ status: 'submitted', leaseUntil: expect.any(Date) })
    await f.pass(14 * 60)
    await sweepPayouts(f.context)
    const [there] = await f.atProvider(key)
    if (there) await f.move(there.id, 'SUCCEEDED')
    f.laku.clock.shift(901)
    await sweepPayouts(f.context)
    await sleepers.wake()
    expect(await f.atProvider(key)).toHaveLength(1)
    expect(await f.row(id)).toMatchObject({ status: 'succeeded' })
    expect(await f.events(id)).toEqual(['created', 'submitted', 'succeeded'])
  })

  it('is heard although its lease ran out long ago', async () => {
    const id = await f.create({ destination: waits })
    const late = {
      ...f.payouts,
      createPayout: async (payout: NewGatewayPayout, lease?: CallLease) => {
        const answer = await f.payouts.createPayout(payout, lease)
        await f.faults({ provider: 'xendit', kind: 'error' })
        await f.pass(14 * 60)
        await sweepPayouts(f.context)
        return answer
      },
    }
    await submitPayouts({ ...f.context, payouts: late }, [id])
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
  })

  it('finds its refusal to prove nothing where another has sent it meanwhile', async () => {
    const key = newId()
    const id = await f.create({ key, destination: waits })
    await f.control('PUT', '/lists', { lag_s: HOUR_S })
    const refused = {
      ...f.payouts,
      createPayout: async (payout: NewGatewayPayout) => {
        await f.faults({
          provider: 'xendit',
          operation: 'createPayout',
          kind: 'commit_then_timeout',
          times: 1,
        })
        await f.pass(61)
        await sweepPayouts(f.context)
        await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'refuse', times: 1 })
        return await f.payouts.createPayout(payout)
      },
    }
    await submitPayouts({ ...f.context, payouts: refused }, [id])
    expect((await f.row(id)).status).toBe('submitted')
    await f.faults()
    await f.pass(HOUR_S)
    await sweepPayouts(f.context)
    expect(await f.atProvider(key)).toHaveLength(1)
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
  })
})

it.each(['INSUFFICIENT_BALANCE', 'API_VALIDATION_ERROR', 'DUPLICATE_ERROR'])(
  'a repeat that is refused with %s proves nothing of the first',
  async (code) => {
    await f.control('PUT', '/lists', { lag_s: 1800 })
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'commit_then_timeout', times: 1 })
    const key = newId()
    const id = await f.create({ key, destination: waits })
    await submitPayouts(f.context, [id])
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'refuse', code })
    for (let minute = 0; minute < 10; minute++) {
      await f.pass(60)
      await sweepPayouts(f.context)
    }
    expect((await f.row(id)).status).toBe('submitted')
    await f.pass(HOUR_S)
    await sweepPayouts(f.context)
    expect((await f.row(id)).providerPayoutId).not.toBeNull()
    expect(await f.atProvider(key)).toHaveLength(1)
  },
)

it.each(['timeout', 'commit_then_timeout'] as const)(
  'issue 11, case 1: lost calls (%s) are paid once each',
  async (kind) => {
    const own = await openPayoutFixture()
    await expectPaidOnce(own, 5, kind)
    expect(await own.broken()).toEqual([])
    await own.laku.close()
  },
)

describe('declaring a payout dead', () => {
  const lost = async (subjectId = newId()) => {
    await f.faults({ provider: 'xendit', operation: 'createPayout', kind: 'timeout' })
    const id = await f.create({ subjectId, destination: waits })
    await submitPayouts(f.context, [id])
    const { key } = await f.row(id)
    return { id, key, subjectId }
  }
  const dead = (payout: string, actor = staff('finance', 'a test')) =>
    f.laku.as(actor, (work) => declareDead(work, { payout }))
  const pass = async (hours: number) => {
    await f.pass(hours * HOUR_S)
    await sweepPayouts(f.context)
  }

  it('is shown to a person within an hour, and nothing is sent after the life of its key', async () => {
    const { id } = await lost()
    for (let minutes = 0; minutes < 60; minutes += 10) await pass(1 / 6)
    const row = await f.laku.db
      .selectFrom('attention')
      .selectAll()
      .where('subjectId', '=', id)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      kind: 'payout_stuck',
      details: { listed: 0, balanceIdr: expect.any(Number) },
    })
    await pass(12)
    const { calls } = await f.row(id)
    await f.faults()
    await pass(1)
    await pass(1)
    expect(await f.row(id)).toMatchObject({ status: 'submitted', calls, providerPayoutId: null })
  })

  it('takes two people, the life of its key and a whole day of the list without it', async () => {
    const { id, key, subjectId } = await lost()
    expect(await refusal(dead(id))).toBe('payout.too_early')
    await pass(13)
    expect(await refusal(dead(id))).toBe('payout.too_early')
    await pass(12)
    const lease = (leaseUntil: Date | null) =>
      f.laku.db.updateTable('payouts').set({ leaseUntil }).where('id', '=', id).execute()
    await lease(secondsAfter(f.laku.clock.now(), 30))
    expect(await refusal(dead(id))).toBe('payout.lease_alive')
    await lease(null)
    const first = staff('finance', 'ticket 4711')
    expect(await dead(id, first)).toMatchObject({ status: 'submitted', deadAskedBy: 'staff:finance' })
    expect(await refusal(dead(id, first))).toBe('payout.same_person')
    expect(await refusal(f.create({ subjectId }))).toBe('payout.under_way')
    expect(await dead(id, someone({ role: 'finance', reason: 'ticket 4711', name: 'budi' }))).toMatchObject({
      status: 'failed',
      failureCode: 'DECLARED_DEAD',
    })
    await f.faults()
    const again = await f.create({ subjectId, destination: waits })
    await submitPayouts(f.context, [again])
    const { providerPayoutId } = await f.row(again)
    // The first payout turns out to have arrived, and then the second one arrives as well.
    const ghost = { id: `disb-${newId()}`, referenceId: key, status: 'SUCCEEDED', amountIdr: 50_000 }
    await f.laku.system((work) => applyPayoutAnswers(work, [ghost]))
    await f.force(providerPayoutId as string, 'SUCCEEDED')
    const answer = await f.payouts.getPayout(providerPayoutId as string)
    await f.laku.system((work) => applyPayoutAnswers(work, [answer]))
    expect(await f.balance(`suspense:${key}`)).toBe(50_000)
    expect(await f.balance(factoryAccount(subjectId))).toBe(-50_000)
  })

  describe('that the provider shows as under way for ever', () => {
    const DAYS = 24
    const giveUp = async (payout: string, actor: Staff, ticket = 'XND-4711') => {
      await askAboutStuckPayout({ ...f.context, actor }, payout)
      return await f.laku.as(actor, (work) => giveUpPayout(work, { payout, ticket }))
    }
    const [ana, budi] = ['ana', 'budi'].map((name) =>
      someone({ role: 'finance', reason: 'their support wrote', name }),
    ) as [Staff, Staff]
    const underWay = async (status = 'LOCKED') => {
      await f.faults()
      const subjectId = newId()
      const id = await f.create({ subjectId, destination: waits })
      await submitPayouts(f.context, [id])
      const { providerPayoutId, key } = await f.row(id)
      await f.force(providerPayoutId as string, status)
      await pass(1)
      return { id, key, subjectId, providerId: providerPayoutId as string }
    }

    it.each(['ACCEPTED', 'LOCKED', 'FROZEN'])(
      '%s: two persons give it up by the ticket of the provider, and its money is paid again once',
      async (status) => {
        const { id, subjectId } = await underWay(status)
        expect(await refusal(giveUp(id, ana))).toBe('payout.not_stuck_yet')
        await pass(7 * DAYS)
        expect(await giveUp(id, ana)).toMatchObject({ status: 'submitted', givenUpTicket: 'XND-4711' })
        const told = f.laku.db.selectFrom('attention').select('command').where('subjectId', '=', id)
        expect(
          (await told.where('resolvedAt', 'is', null).execute()).map(({ command }) => command),
        ).toContainEqual(expect.stringMatching(/^laku payouts declare-dead \S+ --ticket XND-4711$/))
        expect(await refusal(giveUp(id, ana))).toBe('payout.same_person')
        expect(await refusal(giveUp(id, budi, 'XND-1'))).toBe('payout.other_ticket')
        expect(await giveUp(id, budi, ' xnd-4711')).toMatchObject({
          status: 'failed',
          failureCode: 'GIVEN_UP',
        })
        await pass(25)
        expect(await f.row(id)).toMatchObject({ status: 'failed', turns: 0 })
        const key = newId()
        const again = await f.create({ key, subjectId, destination: waits })
        await submitPayouts(f.context, [again])
        expect(await f.atProvider(key)).toHaveLength(1)
        expect(await refusal(giveUp(id, ana))).toBe('payout.not_found')
      },
    )

    it('one that the provider makes after all, beside the second one, lies in suspense', async () => {
      const { id, key, subjectId, providerId } = await underWay()
      await pass(7 * DAYS)
      await giveUp(id, ana)
      await giveUp(id, budi)
      const again = await f.create({ subjectId, destination: waits })
      await submitPayouts(f.context, [again])
      const second = (await f.row(again)).providerPayoutId as string
      for (const one of [second, providerId]) {
        await f.force(one, 'SUCCEEDED')
        const answer = await f.payouts.getPayout(one)
        await f.laku.system((work) => applyPayoutAnswers(work, [answer]))
      }
      expect(await f.balance(`suspense:${key}`)).toBe(50_000)
      expect(await f.balance(factoryAccount(subjectId))).toBe(-50_000)
    })

    it('one that ended while nobody looked is booked, and not given up', async () => {
      const { id, providerId } = await underWay()
      await pass(7 * DAYS)
      await giveUp(id, ana)
      await f.force(providerId, 'SUCCEEDED')
      expect(await refusal(giveUp(id, budi))).toBe('payout.not_under_way')
      expect(await f.row(id)).toMatchObject({ status: 'succeeded', givenUpBy: null })
    })

    it('one that had failed and moves again lets its money go by another payout once it is given up', async () => {
      const { id, subjectId, providerId } = await underWay('FAILED')
      expect((await f.row(id)).status).toBe('failed')
      await f.force(providerId, 'LOCKED')
      const answer = await f.payouts.getPayout(providerId)
      await f.laku.system((work) => applyPayoutAnswers(work, [answer]))
      const moves = () => f.laku.system((work) => requireNoneMoves(work.tx, [subjectId]))
      expect(await refusal(moves())).toBe('payout.moves_again')
      await pass(7 * DAYS)
      await giveUp(id, ana)
      expect(await f.laku.as(budi, (work) => keepPayout(work, { payout: id }))).toMatchObject({
        givenUpTicket: null,
      })
      await giveUp(id, ana)
      await giveUp(id, budi)
      expect(await refusal(moves())).toBe('ok')
    })

    it('is refused of a call whose outcome is unknown, which has no ticket', async () => {
      const { id } = await lost()
      await pass(8 * DAYS)
      expect(await refusal(giveUp(id, ana))).toBe('payout.not_under_way')
      await f.faults()
    })
  })

  it('is refused of what the provider shows, and of what another person wants to keep', async () => {
    const { id } = await lost()
    await pass(1)
    await pass(25)
    await dead(id)
    const budi = someone({ role: 'finance', reason: 'they look', name: 'budi' })
    expect(await f.laku.as(budi, (work) => keepPayout(work, { payout: id }))).toMatchObject({
      deadAskedBy: null,
    })
    expect(await refusal(f.laku.as(budi, (work) => keepPayout(work, { payout: id })))).toBe(
      'payout.nothing_asked',
    )
    await f.faults()
    const known = await f.create({ destination: waits })
    await submitPayouts(f.context, [known])
    expect(await refusal(dead(known))).toBe('payout.not_unknown')
  })
})
