import type { Actor, UnitOfWork } from '../kernel/index.ts'
import type { PaymentGateway } from './gateway.ts'

/** The dependencies of a procedure that talks to the payment gateway. */
export interface GatewayContext {
  units: UnitOfWork
  actor: Actor
  gateway: PaymentGateway
}
