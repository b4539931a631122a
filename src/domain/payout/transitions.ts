import { machineOf, type Transitions } from '../kernel/index.ts'

export type PayoutStatus = 'created' | 'submitted' | 'succeeded' | 'failed' | 'reversed'

/**
 * The allowed transitions of a payout. A bank may send money back days later, so succeeded is not final. A
 * payout that failed or came back may have arrived after all, because the provider may contradict itself. A
 * payout that was never sent fails if an older payout of its settlement or withdrawal arrived.
 */
export const payoutTransitions: Transitions<PayoutStatus> = {
  created: ['submitted', 'failed'],
  submitted: ['succeeded', 'failed', 'reversed'],
  succeeded: ['reversed'],
  failed: ['succeeded'],
  reversed: ['succeeded'],
}

export type BankBatchStatus = 'made' | 'handed_out' | 'done' | 'cancelled'

/**
 * The allowed transitions of a batch of bank transfers. Once its file is handed out, the bank may have it.
 * The batch is done when the bank has confirmed or rejected every line.
 */
export const bankBatchTransitions: Transitions<BankBatchStatus> = {
  made: ['handed_out', 'cancelled'],
  handed_out: ['done', 'cancelled'],
  done: [],
  cancelled: [],
}

export const bankBatchMachine = machineOf('bank batch', 'bankBatches', bankBatchTransitions)

export const payoutMachine = machineOf('payout', 'payouts', payoutTransitions)

/** The states of a payout that has no result yet. */
export const pendingPayoutStates: readonly PayoutStatus[] = ['created', 'submitted']

/** The states of a payout that the provider has, or has paid. */
export const sentPayoutStates: readonly PayoutStatus[] = ['submitted', 'succeeded']

/** The states of a payout whose money leaves or has left, so that no second payout may be sent for it. */
export const livePayoutStates: readonly PayoutStatus[] = ['created', ...sentPayoutStates]

/** The states of a payout whose money did not arrive, or came back. */
export const failedPayoutStates: readonly PayoutStatus[] = ['failed', 'reversed']

/** The states of a payout that has its first result: the provider may still change it. */
export const endedOnceStates: readonly PayoutStatus[] = ['succeeded', 'failed']

/** The states of a payout whose money left laku's balance at the provider, even if the bank sent it back. */
export const executedPayoutStates: readonly PayoutStatus[] = ['succeeded', 'reversed']

/**
 * The results of a payout, in the order in which they are booked. The order matters, because a payout may get
 * several results at once.
 */
export const payoutSteps = ['submitted', 'succeeded', 'failed', 'reversed'] as const satisfies PayoutStatus[]
