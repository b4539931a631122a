import type { Actor, UnitOfWork, Work } from '../kernel/index.ts'
import type { PayoutGateway } from './gateway.ts'
import type { Outgoing } from './plan-by-balance.ts'

/** The context that a procedure which sends money works with. */
export interface PayoutContext {
  units: UnitOfWork
  actor: Actor
  payouts: PayoutGateway
  /** Refunds that wait for the same balance: payouts and they have their turn by age. */
  refundsWaiting?: (work: Work) => Promise<Outgoing[]>
}
