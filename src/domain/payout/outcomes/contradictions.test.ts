import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { waitForLock } from '../../../../test/locked.ts'
import { openPayoutFixture } from '../../../../test/payouts.ts'
import { lockRows, newId } from '../../kernel/index.ts'
import { factoryAccount } from '../../ledger/index.ts'
import {
  applyPayoutAnswers,
  createPayout,
  processPayoutNotices,
  submitPayouts,
  sweepPayouts,
} from '../index.ts'
import type { PayoutInbox } from './process-notices.ts'

const waits = { channelCode: 'ID_CIMB', accountNumber: '131313', accountHolderName: 'PT Uji' }

describe('a provider that contradicts itself', () => {
  let f: Awaited<ReturnType<typeof openPayoutFixture>>
  beforeAll(async () => {
    f = await openPayoutFixture()
  })
  afterEach(async () => {
    await f.faults()
    expect(await f.broken()).toEqual([])
  })
  afterAll(() => f.laku.close())

  const submitted = async (subjectId = newId()) => {
    const id = await f.create({ subjectId, destination: waits })
    await submitPayouts(f.context, [id])
    const { providerPayoutId, key } = await f.row(id)
    return { id, key, subjectId, providerId: providerPayoutId as string }
  }
  const hear = async (providerId: string) => {
    const answer = await f.payouts.getPayout(providerId)
    await f.laku.system((work) => applyPayoutAnswers(work, [answer]))
  }
  const says = async (providerId: string, status: string, amount?: number) => {
    await f.force(providerId, status, amount)
    await hear(providerId)
  }
  const suspense = (key: string) => f.balance(`suspense:${key}`)

  it('pays the subject by what was said to have failed, and drops the newer one that was not sent', async () => {
    const old = await submitted()
    await says(old.providerId, 'FAILED')
    const again = await f.create({ subjectId: old.subjectId, destination: waits })
    await says(old.providerId, 'SUCCEEDED')
    expect(await f.row(old.id)).toMatchObject({ status: 'succeeded', setAside: false })
    expect(await f.row(again)).toMatchObject({ status: 'failed', failureCode: 'OLDER_ONE_ARRIVED' })
    await submitPayouts(f.context, [again])
    await sweepPayouts(f.context)
    expect((await f.row(again)).providerPayoutId).toBeNull()
    expect(await f.balance(factoryAccount(old.subjectId))).toBe(-50_000)
    expect(await f.events(old.id)).toEqual(['created', 'submitted', 'failed', 'revived', 'contradicted'])
  })

  it('drops a newer one that was made while the update of the older one waited for its lock', async () => {
    const old = await submitted()
    await says(old.providerId, 'FAILED')
    await f.force(old.providerId, 'SUCCEEDED')
    const answer = await f.payouts.getPayout(old.providerId)
    let heard: Promise<void> | undefined
    let again = ''
    await f.laku.system(async (work) => {
      // A retry of the settlement locks its payouts like this before it makes a new one.
      await lockRows(work.tx, { payout: { subjectId: [old.subjectId] } })
      heard = f.laku.system((other) => applyPayoutAnswers(other, [answer]))
      await waitForLock(f.laku)
      const asked = { subjectId: old.subjectId, key: newId(), purpose: 'settlement', owner: {} } as const
      again = await createPayout(work, { ...asked, destination: waits, amountIdr: 50_000 })
    })
    await heard
    expect(await f.row(old.id)).toMatchObject({ status: 'succeeded', setAside: false })
    expect(await f.row(again)).toMatchObject({ status: 'failed', failureCode: 'OLDER_ONE_ARRIVED' })
  })

  it('keeps what arrived beside a newer one in suspense, and takes it where the newer one fails', async () => {
    const old = await submitted()
    await says(old.providerId, 'FAILED')
    const again = await submitted(old.subjectId)
    await says(old.providerId, 'SUCCEEDED')
    expect(await f.row(old.id)).toMatchObject({ status: 'succeeded', setAside: true })
    expect(await suspense(old.key)).toBe(50_000)
    expect(await f.balance(factoryAccount(old.subjectId))).toBe(-50_000)
    await says(again.providerId, 'FAILED')
    expect(await f.row(old.id)).toMatchObject({ status: 'succeeded', setAside: false })
    expect(await suspense(old.key)).toBe(0)
    expect(await f.balance(factoryAccount(old.subjectId))).toBe(-50_000)
  })

  it('says so where both were paid, and lets it go when one comes back', async () => {
    const old = await submitted()
    await says(old.providerId, 'FAILED')
    const again = await submitted(old.subjectId)
    await says(again.providerId, 'SUCCEEDED')
    await says(old.providerId, 'SUCCEEDED')
    await hear(old.providerId)
    expect(await suspense(old.key)).toBe(50_000)
    await says(old.providerId, 'REVERSED')
    expect(await suspense(old.key)).toBe(0)
    expect(await f.row(old.id)).toMatchObject({ status: 'reversed', setAside: false })
    expect(await f.row(again.id)).toMatchObject({ status: 'succeeded', setAside: false })
  })

  it('books another amount as it is, and takes all of it back', async () => {
    const { id, key, subjectId, providerId } = await submitted()
    await says(providerId, 'SUCCEEDED', 60_000)
    expect((await f.row(id)).status).toBe('succeeded')
    expect(await suspense(key)).toBe(10_000)
    await says(providerId, 'SUCCEEDED', 45_000)
    await hear(providerId)
    expect(await suspense(key)).toBe(-5_000)
    expect(await f.balance(factoryAccount(subjectId))).toBe(-50_000)
    await says(providerId, 'REVERSED')
    expect([await suspense(key), await f.balance(factoryAccount(subjectId))]).toEqual([0, 0])
  })

  it('books a second payment under one key as money of its own', async () => {
    const { key, providerId } = await submitted()
    await says(providerId, 'SUCCEEDED')
    const second = { id: `disb-${newId()}`, referenceId: key, status: 'SUCCEEDED', amountIdr: 50_000 }
    await f.laku.system((work) => applyPayoutAnswers(work, [second]))
    await f.laku.system((work) => applyPayoutAnswers(work, [second]))
    expect(await suspense(key)).toBe(50_000)
    await f.laku.system((work) => applyPayoutAnswers(work, [{ ...second, status: 'REVERSED' }]))
    expect(await suspense(key)).toBe(0)
  })

  it('takes what it said before for old updates', async () => {
    const { id, providerId } = await submitted()
    await f.force(providerId, 'SUCCEEDED')
    const old = await f.payouts.getPayout(providerId)
    await says(providerId, 'REVERSED')
    await f.laku.system((work) => applyPayoutAnswers(work, [old]))
    expect((await f.row(id)).status).toBe('reversed')
  })

  it('does not believe a no that a delivery contradicts, until the provider says it twice', async () => {
    const { id, key, providerId } = await submitted()
    await f.force(providerId, 'FAILED')
    const inboxes: PayoutInbox[] = []
    const tell = (says: string, more: object = {}) =>
      processPayoutNotices(
        f.context,
        [{ inboxId: newId(), id: providerId, says, ...more }],
        async (_, inbox) => void inboxes.push(inbox),
      )
    await tell('SUCCEEDED')
    f.laku.clock.shift(3_600)
    await sweepPayouts(f.context)
    expect((await f.row(id)).status).toBe('submitted')
    expect(inboxes[0]?.failed).toMatchObject([{ tries: 3, command: `laku payouts show ${key}` }])
    await tell('FAILED')
    expect((await f.row(id)).status).toBe('failed')
    expect(inboxes[1]).toMatchObject({ processed: [expect.any(String)], failed: [] })
  })

  it('finds a payout by our key, where a delivery of the newer API has an id that the older one does not know', async () => {
    const { id, key, providerId } = await submitted()
    await f.force(providerId, 'SUCCEEDED')
    const notice = { inboxId: newId(), id: `po-${newId()}`, referenceId: key, says: 'SUCCEEDED' }
    await processPayoutNotices(f.context, [notice], async () => {})
    expect((await f.row(id)).status).toBe('succeeded')
  })

  it.each(['READY', 'EXPIRED', 'REJECTED', 'ROUTING', 'SOMETHING_NEW'])(
    'keeps %s, and waits',
    async (status) => {
      const { id, providerId } = await submitted()
      await says(providerId, status)
      expect(await f.row(id)).toMatchObject({ status: 'submitted', providerStatus: status })
      await says(providerId, 'SUCCEEDED')
      expect((await f.row(id)).status).toBe('succeeded')
    },
  )

  it('sends nothing for what failed and moves again, and is asked until it ends', async () => {
    const { id, providerId } = await submitted()
    await says(providerId, 'FAILED')
    await says(providerId, 'ACCEPTED')
    await hear(providerId)
    expect((await f.events(id)).filter((type) => type === 'contradicted')).toHaveLength(1)
    expect(await f.attention()).toContain(`payout_unexpected ${id}`)
    await f.force(providerId, 'SUCCEEDED')
    f.laku.clock.shift(901)
    await sweepPayouts(f.context)
    expect((await f.row(id)).status).toBe('succeeded')
  })
})
