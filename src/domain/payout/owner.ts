import type { LockedPayout } from './lock-payouts.ts'

/** The user or the factory whose money a payout takes out; whoever makes the payout says it. */
export interface PayoutOwner {
  userId?: string
  factoryId?: string
}

/** Returns the owner who had the money, so that only their account can be set against it. */
export function ownerOf({ userId, factoryId }: Pick<LockedPayout, 'userId' | 'factoryId'>): PayoutOwner {
  return { ...(userId && { userId }), ...(factoryId && { factoryId }) }
}
