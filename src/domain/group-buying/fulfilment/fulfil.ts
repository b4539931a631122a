import { sql } from 'kysely'
import { type Actor, DomainError, type UnitOfWork } from '../../kernel/index.ts'
import { createCoveredOrders, createUncheckedOrders } from './create-orders.ts'
import { fulfilDemand } from './fulfil-demand.ts'

export interface FulfilContext {
  units: UnitOfWork
  actor: Actor
}

/**
 * Fulfils a closed session as far as its stock allows: reserves the stock, then makes the orders and releases
 * the escrow. There are two transactions, so that stock is locked only while it is reserved, and not while
 * thousands of orders are written. A crash between the two leaves a reservation that the next run finds. If
 * the stock cannot be checked more than policy.fulfilRetries times in a row, the orders are made all the
 * same, on hold (service map, failure modes). Returns the number of orders made.
 * @throws group_buying.session_not_found, not_fulfillable, and whatever kept the stock from being checked
 */
export async function fulfilSession(context: FulfilContext, sessionId: string): Promise<number> {
  const { units, actor } = context
  try {
    await units.run(actor, (work) => fulfilDemand(work, { sessionId }))
  } catch (error) {
    if (isVerdict(error)) throw error
    if ((await countFailure(context, sessionId)) <= units.policy.fulfilRetries) throw error
    return await units.run(actor, (work) => createUncheckedOrders(work, sessionId))
  }
  return await units.run(actor, (work) => createCoveredOrders(work, sessionId))
}

/**
 * Whether an error means that the session did not meet a rule of the domain. Any other error means that the
 * stock could not be checked.
 */
function isVerdict(error: unknown): boolean {
  return error instanceof DomainError && error.kind !== 'unavailable' && error.kind !== 'limited'
}

async function countFailure({ units, actor }: FulfilContext, sessionId: string): Promise<number> {
  return await units.run(actor, async ({ tx }) => {
    const { rows } = await sql<{ failures: number }>`
      update group_buying_sessions set fulfil_failures = fulfil_failures + 1 where id = ${sessionId}
      returning fulfil_failures as failures`.execute(tx)
    return rows[0]?.failures ?? 0
  })
}
