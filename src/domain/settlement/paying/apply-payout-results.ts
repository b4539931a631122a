import { sql } from 'kysely'
import { type EventOf, moveState, secondsAfter, statesBefore, type Work } from '../../kernel/index.ts'
import { type AccountKey, credit, debit, factoryAccount, post } from '../../ledger/index.ts'
import { endAttention, undoUse } from '../../ops/index.ts'
import { BATCH_CANCELLED, setPayoutAside, UNSETTLED } from '../../payout/index.ts'
import { type LockedSettlement, lockSettlements, settlementEventPayload } from '../lock.ts'
import { retryAfterFailure } from '../rules.ts'
import { type SettlementStatus, settlementMachine, settlementTransitions } from '../transitions.ts'
import { reportUnpaid } from './report-unpaid.ts'

type PayoutEvent = EventOf<'payout.submitted' | 'payout.succeeded' | 'payout.failed' | 'payout.reversed'>

/**
 * The ledger accounts for each route of a payout's money (`provider` or `bank`): `inFlight` holds the money
 * on its way, and `from` is the account that pays.
 */
const waysOf = {
  provider: { inFlight: 'payouts-in-flight', from: 'gateway' },
  bank: { inFlight: 'bank-transfers-in-flight', from: 'bank' },
} as const satisfies Record<string, Record<string, AccountKey>>

interface Followed {
  settlement: LockedSettlement
  payout: PayoutEvent['payload']
}

/**
 * Reaction to payout.submitted: sets the settlement to submitted. The amount that laku owed to the factory is
 * booked as money on its way.
 */
export async function markSettlementsSubmitted(
  work: Work,
  events: EventOf<'payout.submitted'>[],
): Promise<void> {
  const all = await postPayoutResults(work, events, 'submitted', ({ factoryId }, { route }) => [
    factoryAccount(factoryId),
    waysOf[route].inFlight,
  ])
  await setStatus(work, all, 'submitted')
}

/**
 * Reaction to payout.succeeded: sets the settlement to paid. Its statement to the factory is then due to be
 * mailed.
 */
export async function markSettlementsPaid(work: Work, events: EventOf<'payout.succeeded'>[]): Promise<void> {
  const all = await postPayoutResults(work, events, 'confirmed', (_, { route }) => [
    waysOf[route].inFlight,
    waysOf[route].from,
  ])
  await setStatus(work, all, 'paid')
  await sql`
    update settlements set paid_at = ${work.now}, statement_next_at = ${work.now}
    where id = any(${all.map((followed) => followed.settlement.id)}::uuid[]) and status = 'paid'`.execute(
    work.tx,
  )
  for (const { settlement } of all) {
    const aggregate = ['settlement', settlement.id] as const
    work.emit({ type: 'settlement.paid', aggregate, payload: settlementEventPayload(settlement) })
  }
}

/**
 * Reaction to payout.revived: a payout that had failed or come back has arrived after all. A settlement that
 * waits to be paid again becomes paid. A settlement in any other state (on hold, calculated, void) stays as
 * it is, and the payout's money goes into suspense.
 */
export async function reviveSettlements(work: Work, events: EventOf<'payout.revived'>[]): Promise<void> {
  const updates = events.map((event) => event.payload).filter((payout) => payout.purpose === 'settlement')
  const settlements = await lockSettlements(
    work.tx,
    updates.map((payout) => payout.subjectId),
  )
  for (const payout of updates) {
    const settlement = settlements.get(payout.subjectId)
    if (!settlement) throw new Error(`payout ${payout.key} is of no settlement`)
    const { id, code, factoryId, status } = settlement
    if (!statesBefore(settlementTransitions, 'paid').includes(status) || status === 'submitted') {
      await setPayoutAside(work, payout.payoutId, `it arrived when ${code} was ${status.replace('_', ' ')}`)
      continue
    }
    const dimensions = { factoryId }
    await post(work, [
      {
        key: `settlement:${id}:confirmed:${payout.payoutId}:${payout.turn}`,
        kind: 'settlement.confirmed',
        subject: ['settlement', id],
        entries: [
          debit(factoryAccount(factoryId), payout.amountIdr, dimensions),
          credit(waysOf[payout.route].from, payout.amountIdr, dimensions),
        ],
      },
    ])
    await moveState(work, settlementMachine, {
      to: 'paid',
      ids: [id],
      all: true,
      set: {
        payoutId: payout.payoutId,
        statusReason: null,
        retryAt: null,
        paidAt: work.now,
        statementNextAt: work.now,
        updatedAt: work.now,
      },
    })
    // A person may have said that the bank did not pay it. That counted against the person's limits.
    await undoUse(work, 'settlement_returned', [payout.payoutId])
    await endAttention(work, 'settlement_unpaid', id, 'its payout arrived after all')
    work.emit({
      type: 'settlement.paid',
      aggregate: ['settlement', id],
      payload: settlementEventPayload(settlement),
    })
  }
}

/**
 * Reaction to payout.contradicted: stops the automatic retries of a settlement, because the provider's
 * reports about its payout contradict each other. A person decides whether the settlement is paid again.
 */
export async function stopRetries(work: Work, events: EventOf<'payout.contradicted'>[]): Promise<void> {
  const updates = events.map((event) => event.payload).filter((payout) => payout.purpose === 'settlement')
  const ids = updates.map((payout) => payout.subjectId)
  const { rows } = await sql<{ id: string; code: string }>`
    update settlements set retry_at = null where id = any(${ids}::uuid[]) and status = 'failed' and retry_at is not null
    returning id, code`.execute(work.tx)
  for (const row of rows) {
    const payout = updates.find((update) => update.subjectId === row.id)
    reportUnpaid(
      work,
      row,
      `the provider now says ${payout?.says} about ${payout?.key}, which was ${payout?.from} before. Check at the provider before you pay it again.`,
    )
  }
}

/**
 * Reaction to payout.failed: books the settlement's money as owed to the factory again. If the failure is
 * temporary, the settlement is paid again automatically; otherwise a person decides.
 */
export async function markSettlementsFailed(work: Work, events: EventOf<'payout.failed'>[]): Promise<void> {
  const all = await postPayoutResults(work, events, 'failed', ({ factoryId }, { route }) => [
    waysOf[route].inFlight,
    factoryAccount(factoryId),
  ])
  await setStatus(work, all, 'failed')
  for (const { settlement, payout } of all) {
    const { failureCode, retryable } = payout
    const payload = {
      ...settlementEventPayload(settlement),
      failureCode: failureCode ?? 'unknown',
      retryable,
    }
    work.emit({ type: 'settlement.failed', aggregate: ['settlement', settlement.id], payload })
    // Staff cancelled the batch of bank transfers before the bank answered. The settlement's approval stays
    // valid, and the settlement can be paid or exported again.
    if (failureCode === BATCH_CANCELLED) {
      await moveState(work, settlementMachine, {
        to: 'approved',
        from: 'failed',
        ids: [settlement.id],
        all: true,
      })
      continue
    }
    const afterS = retryAfterFailure(payload.failureCode, retryable, settlement.payouts, work.policy)
    if (afterS === undefined) {
      reportUnpaid(
        work,
        settlement,
        `its payout failed (${failureCode}${retryable ? ', perhaps only for now' : ''}). Fix the cause, then pay it again.`,
      )
    } else {
      await sql`
        update settlements set retry_at = ${secondsAfter(work.now, afterS)} where id = ${settlement.id}`.execute(
        work.tx,
      )
      if (failureCode === UNSETTLED && settlement.payouts >= work.policy.payoutTries)
        reportUnpaid(
          work,
          settlement,
          'the balance at the provider is too low. Add money there; laku then pays it automatically.',
        )
    }
  }
}

/**
 * Reaction to payout.reversed: the bank sent a paid settlement's money back, so the amount is owed to the
 * factory again.
 */
export async function markSettlementsReversed(
  work: Work,
  events: EventOf<'payout.reversed'>[],
): Promise<void> {
  const all = await postPayoutResults(work, events, 'reversed', ({ factoryId }, { route }) => [
    waysOf[route].from,
    factoryAccount(factoryId),
  ])
  await setStatus(work, all, 'reversed')
  for (const { settlement } of all) {
    const aggregate = ['settlement', settlement.id] as const
    work.emit({ type: 'settlement.reversed', aggregate, payload: settlementEventPayload(settlement) })
    reportUnpaid(
      work,
      settlement,
      'the bank sent the money back. Check the bank account of the factory, then pay it again.',
    )
  }
}

/**
 * Locks the settlements that these payouts pay, and books each payout's result once in the ledger. Payouts
 * that pay something else, such as a withdrawal, are ignored.
 */
async function postPayoutResults(
  work: Work,
  events: readonly PayoutEvent[],
  verb: string,
  accounts: (
    settlement: LockedSettlement,
    payout: PayoutEvent['payload'],
  ) => [debit: AccountKey, credit: AccountKey],
): Promise<Followed[]> {
  const updates = events.map((event) => event.payload).filter((payout) => payout.purpose === 'settlement')
  const settlements = await lockSettlements(
    work.tx,
    updates.map((payout) => payout.subjectId),
  )
  const all = updates.map((payout): Followed => {
    const settlement = settlements.get(payout.subjectId)
    if (settlement?.payoutId !== payout.payoutId) {
      throw new Error(`payout ${payout.key} is not the one of its settlement`)
    }
    return { settlement, payout }
  })
  await post(
    work,
    all.map(({ settlement, payout }) => {
      const [from, to] = accounts(settlement, payout)
      const dimensions = { factoryId: settlement.factoryId }
      return {
        key: `settlement:${settlement.id}:${verb}:${payout.payoutId}${payout.turn > 0 ? `:${payout.turn}` : ''}`,
        kind: `settlement.${verb}`,
        subject: ['settlement', settlement.id],
        entries: [debit(from, payout.amountIdr, dimensions), credit(to, payout.amountIdr, dimensions)],
      }
    }),
  )
  return all
}

async function setStatus(work: Work, all: readonly Followed[], to: SettlementStatus): Promise<void> {
  const ids = all.map((followed) => followed.settlement.id)
  const set = { statusReason: null, updatedAt: work.now }
  // A settlement and its payout must change state together. If the settlement cannot change, this error also
  // undoes the payout's change, and a person must act.
  await moveState(work, settlementMachine, { to, ids, set, all: true })
}
