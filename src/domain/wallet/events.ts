import type { WithdrawalStatus } from './transitions.ts'

/** A withdrawal and how it stands. */
export interface WithdrawalEventPayload {
  withdrawalId: string
  code: string
  userId: string
  amountIdr: number
  feeIdr: number
  from: WithdrawalStatus | null
  to: WithdrawalStatus
  /** A member of the staff asked for it, or decided it. */
  byStaff: boolean
  /** It is all that was in the wallet, and the account is erased once it has arrived. */
  closesAccount: boolean
}

declare module '../kernel/events.ts' {
  interface EventPayloads {
    'withdrawal.status_changed': WithdrawalEventPayload
    /** Staff gave to a wallet or took from it. */
    'wallet.adjusted': {
      adjustmentId: string
      userId: string
      changeIdr: number
      kind: 'goodwill' | 'correction'
    }
  }
}
