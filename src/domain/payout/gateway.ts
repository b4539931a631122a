import type { BankAccount, Rupiah, ToldChannel } from '../kernel/index.ts'

/** As the provider says it. LOCKED and the compliance assessment wait for people over there. */
export type GatewayPayoutStatus =
  | 'ACCEPTED'
  | 'REQUESTED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELLED'
  | 'REVERSED'
  | 'LOCKED'
  | 'PENDING_COMPLIANCE_ASSESSMENT'
  | 'COMPLIANCE_REJECTED'

export interface GatewayPayout {
  id: string
  /** The payout's key. */
  referenceId: string
  status: GatewayPayoutStatus
  amountIdr: Rupiah
  failureCode?: string
}

export interface NewGatewayPayout {
  /** Idempotency key and reference at once: the same key with the same content answers the first payout again. */
  key: string
  destination: BankAccount
  amountIdr: Rupiah
  /** The receiver may see it on their statement. */
  description: string
}

export type GatewayChannel = ToldChannel

/** The provider that sends money out. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PayoutGateway {
  /** Sends money. On an unknown outcome it may be on its way: `findPayouts(key)` says. */
  createPayout(payout: NewGatewayPayout): Promise<GatewayPayout>
  getPayout(id: string): Promise<GatewayPayout>
  /** Every payout ever made under our key; empty when there is none. */
  findPayouts(key: string): Promise<GatewayPayout[]>
  /** Stops a payout that was accepted and not sent on yet; refused where it is too late. */
  cancelPayout(id: string): Promise<GatewayPayout>
  channels(): Promise<GatewayChannel[]>
}
