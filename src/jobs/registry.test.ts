import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { choreography } from '../domain/composition/choreography.ts'
import { type EventOf, type EventType, type JobRule, startJob, type Tx } from '../domain/kernel/index.ts'
import { noticeEvents } from '../domain/notification/index.ts'
import type { JobQueue } from '../runtime/queue.ts'
import { jobs } from './registry.ts'

const names = jobs.map((job) => job.name)
const notJobs = ['define-job', 'registry', 'webhook-queue', 'worker']

describe('the jobs', () => {
  it('are each a file of their own name, and each in the registry once', () => {
    // The job `payouts.submit` is in src/jobs/payouts/submit.ts.
    const files = globSync('src/jobs/**/*.ts').map((file) =>
      file.slice('src/jobs/'.length, -3).replace('/', '.'),
    )
    const jobFiles = files.filter((file) => !file.endsWith('.test') && !notJobs.includes(file))
    expect(names.toSorted()).toEqual(jobFiles.toSorted())
    expect(new Set(names).size).toBe(names.length)
  })

  it('are all that the choreography asks for; each is asked for, swept for, or on the calendar', () => {
    const asked = new Set<string>(
      Object.values(choreography).flatMap((row) => (row.jobs ?? []).map((rule) => rule.job)),
    )
    for (const name of asked) expect(names).toContain(name)
    const idle = jobs.filter((job) => !job.sweep && !job.cron && !asked.has(job.name)).map((job) => job.name)
    expect(idle).toEqual([])
  })

  it('cannot be asked for by another name, or with data that they do not take', () => {
    const right: JobRule<'payout.created'> = startJob({
      job: 'payouts.submit',
      data: ({ payload }) => ({ payoutId: payload.payoutId }),
    })
    // @ts-expect-error: there is no such job.
    const misspelt: JobRule<'payout.created'> = startJob({ ...right, job: 'payouts.submitt' })
    const nonsense: JobRule<'payout.created'> = startJob({
      job: 'payouts.submit',
      // @ts-expect-error: the job takes a payout, and no refund.
      data: () => ({ refundId: 'r' }),
    })
    const asked = choreography['payout.created'].jobs?.map(({ job }) => job)
    expect(asked).toEqual([right.job])
    expect(names).not.toContain(misspelt.job)
    expect(nonsense.job).toBe(right.job)
  })

  it('cannot be given a field that they do not take, by a rule or by a call of the queue', () => {
    const wide: JobRule<'payout.created'>[] = [
      // @ts-expect-error: a field too many in an object.
      startJob({ job: 'payouts.submit', data: ({ payload: { payoutId } }) => ({ payoutId, sum: 1 }) }),
      // @ts-expect-error: a field too many in one of two answers.
      startJob({ job: 'payouts.submit', data: ({ id }) => (id ? { payoutId: id, by: id } : undefined) }),
      // @ts-expect-error: a rule that `startJob` did not check.
      { job: 'payouts.submit', data: ({ payload }) => ({ payoutId: payload.payoutId }) },
    ]
    const whole: JobRule<'session.moq_reached'> = startJob({
      job: 'groups.fulfil',
      // @ts-expect-error: the whole payload of an event.
      data: ({ payload }) => payload,
    })
    const enqueue: JobQueue['enqueue'] = async () => {}
    const data = { payoutId: 'p', sum: 1 }
    const calls = (tx: Tx) => [
      enqueue(tx, [{ name: 'payouts.submit', data: { payoutId: 'p' } }]),
      // @ts-expect-error: a field too many in an object.
      enqueue(tx, [{ name: 'payouts.submit', data: { payoutId: 'p', sum: 1 } }]),
      // @ts-expect-error: a field too many in a variable.
      enqueue(tx, [{ name: 'payouts.submit', data }]),
    ]
    expect([...wide, whole].map(({ job }) => names.includes(job))).toEqual([true, true, true, true])
    expect(calls).toHaveLength(1)
  })

  it('tell buyers of every event that has a notice, and of no other', () => {
    const rows = Object.entries(choreography).filter(([, row]) =>
      row.jobs?.some((rule) => rule.job === 'notify'),
    )
    expect(rows.map(([type]) => type).toSorted()).toEqual([...noticeEvents].toSorted())
  })

  it('withdraw the invoice of a place that was given up unpaid, and of no other', () => {
    const rule = choreography['participant.released'].jobs?.find((job) => job.job === 'payments.withdraw')
    const withdraws = (because: string, wasPaid: boolean) =>
      rule?.data({ payload: { because, wasPaid, paymentId: 'p' } } as EventOf<EventType> & never) !==
      undefined
    expect([withdraws('left', false), withdraws('closed', false)]).toEqual([true, true])
    expect([withdraws('expired', false), withdraws('left', true)]).toEqual([false, false])
  })
})
