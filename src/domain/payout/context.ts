import type { Actor, UnitOfWork } from '../kernel/index.ts'
import type { PayoutGateway } from './gateway.ts'

/** What a procedure that sends money works with. */
export interface PayoutContext {
  units: UnitOfWork
  actor: Actor
  payouts: PayoutGateway
}
