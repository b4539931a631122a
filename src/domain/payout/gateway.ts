import type { CallLease, Rupiah } from '../kernel/index.ts'
import type { BankAccount, ChannelOfProvider } from '../ops/index.ts'

/**
 * The provider's own name of a payout's state. `verdictOf` gives its meaning; an unknown state is stored, and
 * laku waits for the next one.
 */
export type GatewayPayoutStatus = string

export interface GatewayPayout {
  id: string
  /** The payout's key; null if the payout was made without one. */
  referenceId: string | null
  status: GatewayPayoutStatus
  amountIdr: Rupiah
  failureCode?: string
  /** The receiving account, if the provider shows it. */
  destination?: Pick<BankAccount, 'channelCode' | 'accountNumber'>
  /** The time when the provider last changed the payout, by its own clock. */
  updatedAt?: Date
}

export interface NewGatewayPayout {
  /**
   * The idempotency key and the reference of the payout. For the same key with the same content, the provider
   * returns the first payout again.
   */
  key: string
  destination: BankAccount
  amountIdr: Rupiah
  /** A text that the receiver may see on their bank statement. */
  description: string
}

export type GatewayChannel = ChannelOfProvider

/** The provider that sends money out. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PayoutGateway {
  /**
   * Sends money, only while the lease holds: the lease is checked right before the request leaves. If the
   * outcome is unknown, the payout may be on its way: `findPayouts(key)` shows it.
   */
  createPayout(payout: NewGatewayPayout, lease?: CallLease): Promise<GatewayPayout>
  getPayout(id: string): Promise<GatewayPayout>
  /**
   * Returns every payout made under our key that the provider's list shows by now. An empty list proves
   * nothing.
   */
  findPayouts(key: string): Promise<GatewayPayout[]>
  /**
   * Cancels a payout that the provider accepted and has not sent on yet; the provider refuses if it is too
   * late.
   */
  cancelPayout(id: string): Promise<GatewayPayout>
  channels(): Promise<GatewayChannel[]>
  /** Returns the balance that the provider says it holds for us, after fees. */
  balanceIdr(): Promise<Rupiah>
}
