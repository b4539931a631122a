import type { WithdrawalStatus } from './transitions.ts'

/** A withdrawal and its change of state. */
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
  /** True where the withdrawal takes the whole wallet; the account is erased once the money has arrived. */
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
