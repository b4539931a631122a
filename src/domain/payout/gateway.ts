import type { CallLease, Rupiah } from '../kernel/index.ts'
import type { BankAccount, ChannelOfProvider } from '../ops/index.ts'

/**
 * The provider's own state word. `verdictOf` gives its meaning; an unknown word is stored and waited for.
 */
export type GatewayPayoutStatus = string

export interface GatewayPayout {
  id: string
  /** The payout's key; null where it was made without one. */
  referenceId: string | null
  status: GatewayPayoutStatus
  amountIdr: Rupiah
  failureCode?: string
  /** The receiving account, where the provider shows it. */
  destination?: Pick<BankAccount, 'channelCode' | 'accountNumber'>
  /** When the provider last changed it, by its own clock. */
  updatedAt?: Date
}

export interface NewGatewayPayout {
  /**
   * Idempotency key and reference at once: the same key with the same content answers the first payout again.
   */
  key: string
  destination: BankAccount
  amountIdr: Rupiah
  /** The receiver may see it on their statement. */
  description: string
}

export type GatewayChannel = ChannelOfProvider

/** The provider that sends money out. Every method throws `ProviderFailure`; amounts are whole rupiah. */
export interface PayoutGateway {
  /**
   * Sends money, only while the lease holds: the lease is checked right before the request leaves. On an
   * unknown outcome the payout may be on its way: `findPayouts(key)` shows it.
   */
  createPayout(payout: NewGatewayPayout, lease?: CallLease): Promise<GatewayPayout>
  getPayout(id: string): Promise<GatewayPayout>
  /** Every payout made under our key that the provider's list shows by now; empty proves nothing. */
  findPayouts(key: string): Promise<GatewayPayout[]>
  /** Stops a payout that was accepted and not sent on yet; refused where it is too late. */
  cancelPayout(id: string): Promise<GatewayPayout>
  channels(): Promise<GatewayChannel[]>
  /** Returns the balance that the provider states it holds for us, after fees. */
  balanceIdr(): Promise<Rupiah>
}
