import { ProviderFailure } from '../../../src/domain/kernel/index.ts'
import type { GatewayRefund, PaymentGateway } from '../../../src/domain/payment/index.ts'
import type { GatewayAnswer } from '../model/payments.ts'

type NewRefund = Parameters<PaymentGateway['createRefund']>[0]

const failures = { failed: 'INSUFFICIENT_BALANCE', hopeless: 'REFUND_NOT_SUPPORTED' } as const

/** The gateway's own book of refunds: what it says next is told it, and a key is good for one refund. */
export class RefundBook {
  answer: GatewayAnswer = 'succeeded'
  readonly #refunds = new Map<string, GatewayRefund>()

  /** What it sent back to buyers, in rupiah. */
  get sentBackIdr(): number {
    const done = [...this.#refunds.values()].filter((refund) => refund.status === 'SUCCEEDED')
    return done.reduce((sum, refund) => sum + refund.amountIdr, 0)
  }

  readonly gateway = {
    createRefund: async (asked: NewRefund) => this.#say(asked.idempotencyKey, asked),
    getRefund: async (id: string) => this.#say(id),
  } as unknown as PaymentGateway

  #say(key: string, asked?: NewRefund): GatewayRefund {
    const known = this.#refunds.get(key)
    if (!known && !asked) throw new Error(`the gateway knows no refund ${key}`)
    if (this.answer === 'lost')
      throw new ProviderFailure({
        provider: 'xendit',
        operation: 'refund',
        outcome: 'unknown',
        code: 'timeout',
      })
    if (known?.status === 'SUCCEEDED') return known
    const about = known ?? { id: key, referenceId: asked!.referenceId, amountIdr: asked!.amountIdr }
    const refund = { ...about, ...this.#status() }
    this.#refunds.set(key, refund)
    return refund
  }

  #status(): Pick<GatewayRefund, 'status' | 'failureCode'> {
    const { answer } = this
    if (answer === 'failed' || answer === 'hopeless')
      return { status: 'FAILED', failureCode: failures[answer] }
    return { status: answer === 'succeeded' ? 'SUCCEEDED' : 'PENDING' }
  }
}
