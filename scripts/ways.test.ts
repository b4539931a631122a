import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { choreography } from '../src/domain/composition/choreography.ts'
import { readCode } from './code-graph.ts'
import { printWay } from './print-way.ts'
import { Ways } from './ways.ts'

const rows = Object.entries(choreography)
const jobs = new Map(rows.map(([event, { jobs = [] }]) => [event, jobs.map((rule) => rule.job)]))
const ways = new Ways(process.cwd(), readCode(process.cwd()), jobs)
const eventsFrom = (event: string) => ways.from(event).map((step) => step.event)

describe('the ways through the code', () => {
  it('know a function that emits each event', () => {
    const unknown = rows
      .map(([event]) => event)
      .filter((event) => ways.from(event)[0]?.emittedBy.length === 0)
    expect(unknown).toEqual([])
  })

  it('lead from a payment over a full session to its orders and parcels', () => {
    const [paid] = ways.from('payment.paid')
    expect(paid?.followers.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'reaction markOrdersPaid',
      'reaction confirmParticipants',
      'job notify',
    ])
    const events = ['payment.paid', 'session.moq_reached', 'order.paid', 'shipment.created']
    expect(eventsFrom('payment.paid')).toEqual(expect.arrayContaining(events))
  })

  it('follow an event of a helper, of a table and of a closure in the choreography', () => {
    expect(eventsFrom('session.failed')).toContain('refund.decided')
    expect(ways.job('refunds.submit').emits).toContain('refund.waiting')
    expect(ways.job('payouts.submit').emits).toContain('payout.reversed')
  })

  it('do not name an event that is only read', () => {
    expect(ways.job('notify').emits.toSorted()).toEqual([
      'notification.email_queued',
      'notification.push_queued',
      'whatsapp.queued',
    ])
  })

  it('print each follower with its files once, and the files in order', () => {
    const text = printWay(ways, 'settlement.paid', false)
    expect(text).toContain('notifyFactoriesOfSettlement -> whatsapp.queued')
    expect(text.match(/^ +src\/domain\/composition\/notify-factories\/settlement-paid\.ts$/gm)).toHaveLength(
      1,
    )
    const files = [...text.matchAll(/^ +\d+ {2}(\S+)$/gm)].map((match) => match[1] as string)
    expect(files.slice(1, 3)).toEqual([
      'src/domain/composition/choreography.ts',
      'src/domain/composition/notify-factories/settlement-paid.ts',
    ])
    expect(files.filter((file) => !existsSync(file))).toEqual([])
  })

  it('lead through files that emit nothing: they post, move a state or call a provider', () => {
    const text = printWay(ways, 'payment.paid', false)
    expect(text).toContain('src/domain/payment/escrow/release.ts  posts to the ledger\n')
    expect(text).toContain('src/domain/order/booking/book.ts  calls courier.createOrder\n')
    expect(text).toContain('src/domain/payment/payments/expire.ts  moves payment\n')
    expect(text).toMatch(/src\/domain\/payment\/refunds\/call-provider\.ts {2}calls .*gateway\.createRefund/)
  })

  it('name the condition of a job that follows only some events', () => {
    const jobsOf = (event: string) =>
      ways.from(event)[0]?.followers.flatMap(({ kind, name, when }) => (kind === 'job' ? [[name, when]] : []))
    expect(jobsOf('refund.decided')).toEqual([
      ['notify', 'only if payload.refundIdr > 0'],
      ['refunds.submit', "only if payload.destination === 'source'"],
    ])
    expect(jobsOf('participant.released')).toEqual([
      ['notify', undefined],
      ['payments.withdraw', "unless because === 'expired' || wasPaid"],
    ])
    expect(jobsOf('webhook.received')?.[1]).toEqual([
      'webhooks.biteship',
      "only if payload.provider === 'biteship'",
    ])
    expect(jobsOf('whatsapp.failed')?.[0]).toEqual(['otp.deliver', 'unless challengeId === undefined'])
    expect(printWay(ways, 'refund.decided', false)).toContain(
      "    refunds.submit (only if payload.destination === 'source') -> ",
    )
  })

  it('begin at the commands, routes, webhooks and jobs that lead to the event', () => {
    const [paid] = ways.from('payment.paid')
    const entrances = [
      'src/commands/payments/book.ts',
      'src/http/join-batcher.ts',
      'src/jobs/webhooks/xendit.ts',
    ]
    expect(paid?.entrances).toEqual(expect.arrayContaining(entrances))
    expect(paid?.entrances).not.toContain('src/commands/reviews/list.ts')
    expect(ways.from('order.paid')[0]?.after).toEqual(['payment.paid'])
  })

  it('leave out how messages are sent, unless they begin with a message', () => {
    expect(eventsFrom('order.paid')).not.toContain('notification.email_queued')
    expect(ways.from('whatsapp.queued')[0]?.followers.map(({ name }) => name)).toEqual(['whatsapp.send'])
  })

  it('begin with a job as well', () => {
    expect(printWay(ways, 'groups.fulfil', true)).toMatch(/^groups\.fulfil -> .*order\.paid/)
  })
})
