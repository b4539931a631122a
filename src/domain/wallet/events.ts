import type { WithdrawalStatus } from './transitions.ts'

/**
 * The payload of withdrawal.status_changed, the event that reports a new withdrawal or a withdrawal's new
 * state.
 */
export interface WithdrawalEventPayload {
  withdrawalId: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  from: WithdrawalStatus | null
  to: WithdrawalStatus
  /** Whether a staff member made this change of the withdrawal. */
  byStaff: boolean
  /**
   * True if the withdrawal pays out the whole wallet to close the user's account. The account is erased once
   * the money has arrived.
   */
  closesAccount: boolean
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'withdrawal.status_changed': WithdrawalEventPayload
    /** Staff added money to a wallet or took money out of it. */
    'wallet.adjusted': {
      adjustmentId: string
      userId: string
      changeIdr: number
      kind: 'goodwill' | 'correction'
    }
  }
}
