import type { Actor, UnitOfWork } from '../kernel/index.ts'
import type { PaymentGateway } from './gateway.ts'

/** The dependencies of a procedure that talks to the payment gateway. */
export interface GatewayContext {
  units: UnitOfWork
  actor: Actor
  gateway: PaymentGateway
}

/** Calls to the gateway that one process has under way at once; it takes 10 a second an endpoint. */
export const CALLS_AT_ONCE = 5
