import type { Actor, UnitOfWork } from '../kernel/index.ts'
import { createOrdersOf } from './create-orders.ts'
import { fulfilDemand } from './fulfil-demand.ts'

export interface FulfilContext {
  units: UnitOfWork
  actor: Actor
}

/**
 * Takes a closed session as far as it goes: stock, then orders and escrow. Two transactions, so that stock is
 * locked only while it is reserved and not while thousands of orders are written; a crash between them leaves a
 * reservation that the next run finds. Returns the number of orders made.
 * @throws group_buying.session_not_found, not_fulfillable
 */
export async function fulfilSession({ units, actor }: FulfilContext, sessionId: string): Promise<number> {
  const { outcome } = await units.run(actor, (work) => fulfilDemand(work, { sessionId }))
  if (outcome === 'pending_stock') return 0
  const { count } = await units.run(actor, (work) => createOrdersOf(work, { sessionId }))
  return count
}
