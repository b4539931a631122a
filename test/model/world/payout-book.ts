import { ProviderFailure } from '../../../src/domain/kernel/index.ts'
import type { GatewayPayout, GatewayPayoutStatus, PayoutGateway } from '../../../src/domain/payout/index.ts'
import type { PayoutAnswer } from '../model/payouts.ts'

const statuses: { [answer in PayoutAnswer]: GatewayPayoutStatus } = {
  succeeded: 'SUCCEEDED',
  pending: 'ACCEPTED',
  failed: 'FAILED',
  lost: 'ACCEPTED',
  reversed: 'REVERSED',
}

/**
 * The provider's own records of payouts. A test sets the next answer, and the answer to a new payout may be
 * lost.
 */
export class PayoutBook {
  answer: PayoutAnswer = 'succeeded'
  readonly #payouts = new Map<string, GatewayPayout>()

  /** Returns the provider's present answer about a payout that it has. */
  say(key: string): GatewayPayout {
    const known = this.#payouts.get(key)
    if (!known) throw new Error(`the provider knows no payout ${key}`)
    const now = this.#now(known)
    this.#payouts.set(key, now)
    return now
  }

  readonly gateway = {
    createPayout: async ({ key, amountIdr }: { key: string; amountIdr: number }) => {
      const made: GatewayPayout = { id: `po-${key}`, referenceId: key, status: 'ACCEPTED', amountIdr }
      this.#payouts.set(key, made)
      if (this.answer === 'lost')
        throw new ProviderFailure({
          provider: 'xendit',
          operation: 'payout',
          outcome: 'unknown',
          code: 'timeout',
        })
      return this.say(key)
    },
    getPayout: async (id: string) => this.say(id.replace('po-', '')),
    balanceIdr: async () => 1_000_000_000,
    findPayouts: async (key: string) => (this.#payouts.has(key) ? [this.say(key)] : []),
  } as unknown as PayoutGateway

  #now(payout: GatewayPayout): GatewayPayout {
    const isOver = !['ACCEPTED', 'SUCCEEDED'].includes(payout.status)
    const sticks = payout.status === 'SUCCEEDED' && this.answer !== 'reversed'
    if (isOver || sticks) return payout
    const failure = this.answer === 'failed' ? { failureCode: 'INVALID_DESTINATION' } : {}
    return { ...payout, status: statuses[this.answer], ...failure }
  }
}
