import type { Actor, UnitOfWork } from '../kernel/index.ts'
import type { PaymentGateway } from './gateway.ts'

/** The dependencies of code that calls the payment gateway (Xendit). */
export interface GatewayContext {
  unitOfWork: UnitOfWork
  actor: Actor
  gateway: PaymentGateway
}
