import { sql } from 'kysely'
import { type Actor, DomainError, type UnitOfWork } from '../../kernel/index.ts'
import { createCoveredOrders, createUncheckedOrders } from './create-orders.ts'
import { fulfilDemand } from './fulfil-demand.ts'

export interface FulfilContext {
  unitOfWork: UnitOfWork
  actor: Actor
}

/**
 * Fulfils a closed session as far as there is stock: reserves the stock, then creates the orders and releases
 * the escrow. Returns the number of orders created.
 *
 * The reservation and the orders are two transactions, so that stock is not locked while thousands of orders
 * are written. After a crash between the two, the next run finds the reservation.
 *
 * If the check of the stock fails more than policy.fulfilRetries times in a row, the orders are created
 * without the check, and are on hold (service map, failure modes).
 * @throws group_buying.session_not_found, not_fulfillable, and whatever kept the stock from being checked
 */
export async function fulfilSession(context: FulfilContext, sessionId: string): Promise<number> {
  const { unitOfWork, actor } = context
  try {
    await unitOfWork.run(actor, (work) => fulfilDemand(work, { sessionId }))
  } catch (error) {
    if (isVerdict(error)) throw error
    if ((await countFailure(context, sessionId)) <= unitOfWork.policy.fulfilRetries) throw error
    return await unitOfWork.run(actor, (work) => createUncheckedOrders(work, sessionId))
  }
  return await unitOfWork.run(actor, (work) => createCoveredOrders(work, sessionId))
}

/**
 * Whether an error says that the session broke a rule of the domain. Any other error means that the session's
 * stock could not be checked.
 */
function isVerdict(error: unknown): boolean {
  return error instanceof DomainError && error.kind !== 'unavailable' && error.kind !== 'limited'
}

async function countFailure({ unitOfWork, actor }: FulfilContext, sessionId: string): Promise<number> {
  return await unitOfWork.run(actor, async ({ tx }) => {
    const { rows } = await sql<{ failures: number }>`
      update group_buying_sessions set fulfil_failures = fulfil_failures + 1 where id = ${sessionId}
      returning fulfil_failures as failures`.execute(tx)
    return rows[0]?.failures ?? 0
  })
}
