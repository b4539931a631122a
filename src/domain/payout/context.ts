import type { Actor, UnitOfWork, Work } from '../kernel/index.ts'
import type { PayoutGateway } from './gateway.ts'
import type { Outgoing } from './submission/plan-by-balance.ts'

/** The objects that a procedure needs to send payouts, such as the provider's client. */
export interface PayoutContext {
  unitOfWork: UnitOfWork
  actor: Actor
  payouts: PayoutGateway
  /**
   * Returns the refunds that wait because laku's balance at the provider is too small. Payouts wait for the
   * same balance, and the oldest payout or refund is sent first.
   */
  refundsWaiting?: (work: Work) => Promise<Outgoing[]>
}
