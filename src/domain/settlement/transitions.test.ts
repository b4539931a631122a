import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../../test/laku.ts'
import { budi, openSettlementFixture, type SettlementFixture } from '../../../test/settlements.ts'
import { stateIn, tried } from '../../../test/tried.ts'
import { newId, type Work } from '../kernel/index.ts'
import { credit, debit, factoryAccount, post } from '../ledger/index.ts'
import {
  approveSettlement,
  holdSettlement,
  markSettlementsFailed,
  markSettlementsPaid,
  markSettlementsReversed,
  markSettlementsSubmitted,
  releaseSettlement,
  retrySettlement,
  type SettlementStatus,
  settlementTransitions,
  voidSettlement,
} from './index.ts'

let f: SettlementFixture
let one: { id: string; code: string; payoutId: string | null; netIdr: number; factoryId: string }

beforeAll(async () => {
  f = await openSettlementFixture()
  const factoryId = await f.factory('131313')
  await f.sell(factoryId)
  const code = await f.settled(factoryId)
  await f.approve(code)
  await f.pay(code)
  one = await f.laku.db
    .selectFrom('settlements')
    .select(['id', 'code', 'payoutId', 'netIdr', 'factoryId'])
    .where('code', '=', code)
    .executeTakeFirstOrThrow()
})
afterAll(() => f.laku.close())

/** The state of the payout in each state of the settlement. Before the payment there is no payout. */
const payoutOf: Partial<Record<SettlementStatus, string>> = {
  submitted: 'submitted',
  paid: 'succeeded',
  failed: 'failed',
  reversed: 'reversed',
}

const set = (status: SettlementStatus) => async (work: Work) => {
  await sql`update payouts set status = ${payoutOf[status] ?? 'failed'} where id = ${one.payoutId}`.execute(
    work.tx,
  )
  await sql`update settlements set status = ${status} where id = ${one.id}`.execute(work.tx)
}

const told = (type: string) => {
  const payload = {
    payoutId: one.payoutId,
    key: 'STL-1',
    purpose: 'settlement',
    route: 'provider',
    subjectId: one.id,
    amountIdr: one.netIdr,
    failureCode: null,
    retryable: true,
  }
  const about = {
    aggregateKind: 'payout',
    aggregateId: one.payoutId,
    occurredAt: f.laku.clock.now(),
    actor: system,
  }
  return [{ id: newId(), type, payload, ...about } as never]
}
const reason = 'a test'

const acts: Record<string, { to: SettlementStatus; run: (work: Work) => Promise<unknown> }> = {
  approve: { to: 'approved', run: (work) => approveSettlement(work, { settlement: one.code }) },
  retry: { to: 'approved', run: (work) => retrySettlement(work, { settlement: one.code }) },
  hold: { to: 'on_hold', run: (work) => holdSettlement(work, { settlement: one.code, reason }) },
  release: { to: 'calculated', run: (work) => releaseSettlement(work, { settlement: one.code }) },
  void: { to: 'void', run: (work) => voidSettlement(work, { settlement: one.code, reason }) },
  'its payout is sent': {
    to: 'submitted',
    run: (work) => markSettlementsSubmitted(work, told('payout.submitted')),
  },
  'its payout arrives': {
    to: 'paid',
    run: async (work) => {
      await inFlight(work)
      await markSettlementsPaid(work, told('payout.succeeded'))
    },
  },
  'its payout fails': {
    to: 'failed',
    run: async (work) => {
      await inFlight(work)
      await markSettlementsFailed(work, told('payout.failed'))
    },
  },
  'its payout comes back': {
    to: 'reversed',
    run: (work) => markSettlementsReversed(work, told('payout.reversed')),
  },
}

/** Posts the settlement's money as on its way, because that account may not go below zero in any state. */
const inFlight = (work: Work) =>
  post(work, [
    {
      key: `a test:${newId()}`,
      kind: 'settlement.submitted',
      subject: ['settlement', one.id],
      entries: [debit(factoryAccount(one.factoryId), one.netIdr), credit('payouts-in-flight', one.netIdr)],
    },
  ])

/**
 * A settlement that was never paid can be approved but not retried, and one that was paid can be retried but
 * not approved.
 */
const notBy: Record<string, readonly SettlementStatus[]> = {
  approve: ['failed', 'reversed'],
  retry: ['calculated'],
}

describe('a settlement moves along its table and nowhere else', () => {
  const states = Object.keys(settlementTransitions) as SettlementStatus[]
  const reached = new Set<string>()

  it.each(states)('from %s', async (from) => {
    for (const [name, { to, run }] of Object.entries(acts)) {
      const read = stateIn<SettlementStatus>('settlements', one.id)
      const { code, status } = await tried(f.laku, { set: set(from), use: run, read }, budi)
      const legal = settlementTransitions[from].includes(to) && !notBy[name]?.includes(from)
      expect([name, code === 'ok', status], code).toEqual([name, legal, legal ? to : from])
      if (legal) reached.add(`${from} ${to}`)
    }
  })

  it('every move of the table was made', () => {
    const moves = states.flatMap((from) => settlementTransitions[from].map((to) => `${from} ${to}`))
    expect(moves.filter((move) => !reached.has(move))).toEqual([])
  })
})
