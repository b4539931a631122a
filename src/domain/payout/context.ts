import type { Actor, UnitOfWork, Work } from '../kernel/index.ts'
import type { PayoutGateway } from './gateway.ts'
import type { Outgoing } from './submission/plan-by-balance.ts'

/** The dependencies of a procedure that sends payouts. */
export interface PayoutContext {
  units: UnitOfWork
  actor: Actor
  payouts: PayoutGateway
  /**
   * Returns the refunds that wait for the same balance at the provider: payouts and refunds take turns by
   * age.
   */
  refundsWaiting?: (work: Work) => Promise<Outgoing[]>
}
