import type { CallLease, Rupiah } from '../kernel/index.ts'
import type { BankAccount, ChannelOfProvider } from '../ops/index.ts'

/**
 * The provider's own name for a payout's state. `verdictOf` returns its meaning. An unknown state is stored,
 * and laku waits for the provider's next state.
 */
export type GatewayPayoutStatus = string

export interface GatewayPayout {
  id: string
  /** The payout's key, set by laku; null if the payout was made without a key. */
  referenceId: string | null
  status: GatewayPayoutStatus
  amountIdr: Rupiah
  failureCode?: string
  /** The account that receives the payout, if the provider tells it. */
  destination?: Pick<BankAccount, 'channelCode' | 'accountNumber'>
  /** The time when the provider last changed the payout, by its own clock. */
  updatedAt?: Date
}

export interface NewGatewayPayout {
  /**
   * The idempotency key and the reference of the payout. If a payout with this key and content exists, the
   * provider returns it and makes no second one.
   */
  key: string
  destination: BankAccount
  amountIdr: Rupiah
  /** A text about the payout that the receiver may see on their bank statement. */
  description: string
}

export type GatewayChannel = ChannelOfProvider

/** The provider that sends payouts. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PayoutGateway {
  /**
   * Makes a payout, only while the worker's lease on it holds; the lease is checked right before the request
   * leaves. If the outcome is unknown, the payout may be on its way, and `findPayouts(key)` finds it.
   */
  createPayout(payout: NewGatewayPayout, lease?: CallLease): Promise<GatewayPayout>
  getPayout(id: string): Promise<GatewayPayout>
  /**
   * Returns every payout with this key that the provider's list has by now. An empty list does not prove that
   * there is none.
   */
  findPayouts(key: string): Promise<GatewayPayout[]>
  /**
   * Cancels a payout that the provider accepted and has not sent to a bank yet. If it is too late, the
   * provider refuses.
   */
  cancelPayout(id: string): Promise<GatewayPayout>
  channels(): Promise<GatewayChannel[]>
  /** Returns the balance, after fees, that the provider says it holds for laku. */
  balanceIdr(): Promise<Rupiah>
}
