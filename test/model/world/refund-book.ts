import { ProviderFailure } from '../../../src/domain/kernel/index.ts'
import type { GatewayRefund, PaymentGateway } from '../../../src/domain/payment/index.ts'
import type { GatewayAnswer } from '../model/payments.ts'

type NewRefund = Parameters<PaymentGateway['createRefund']>[0]

const failures = { failed: 'INSUFFICIENT_BALANCE', hopeless: 'REFUND_NOT_SUPPORTED' } as const

/**
 * The gateway's own records of refunds. A test sets the next answer. A call whose answer is lost has reached
 * the gateway, and its lists show the refund once the gateway answers again.
 */
export class RefundBook {
  answer: GatewayAnswer = 'succeeded'
  readonly #refunds = new Map<string, GatewayRefund>()
  readonly #calls = new Map<string, NewRefund>()

  /** The sum of refunds sent back to buyers (IDR). */
  get sentBackIdr(): number {
    const done = [...this.#refunds.values()].filter((refund) => refund.status === 'SUCCEEDED')
    return done.reduce((sum, refund) => sum + refund.amountIdr, 0)
  }

  readonly gateway = {
    createRefund: async (asked: NewRefund, lease?: () => Promise<number | undefined>) => {
      if (lease && (await lease()) === undefined) throw this.#failure('unreachable', 'lease_lost')
      this.#calls.set(asked.idempotencyKey, asked)
      return this.#say(asked.idempotencyKey)
    },
    getRefund: async (id: string) => this.#say(id),
    findRefunds: async () => ({ refunds: [...this.#calls.keys()].map((key) => this.#say(key, true)) }),
    refundedIdr: async () => undefined,
    // The balance is always large enough.
    balanceIdr: async () => Number.MAX_SAFE_INTEGER,
    getInvoice: async (id: string) => ({ id, paymentRequestId: `pr-${id}` }),
  } as unknown as PaymentGateway

  /**
   * Returns the gateway's answer about a refund. With `asItStands`, earlier answers are repeated, and only a
   * lost call gets its outcome now.
   */
  #say(key: string, asItStands = false): GatewayRefund {
    const [asked, known] = [this.#calls.get(key), this.#refunds.get(key)]
    if (!asked) throw new Error(`the gateway knows no refund ${key}`)
    if (this.answer === 'lost') throw this.#failure('unknown', 'timeout')
    if (known && (asItStands || known.status !== 'PENDING')) return known
    const refund = { id: key, referenceId: asked.referenceId, amountIdr: asked.amountIdr, ...this.#status() }
    this.#refunds.set(key, refund)
    return refund
  }

  #failure(outcome: 'unknown' | 'unreachable', code: string): ProviderFailure {
    return new ProviderFailure({ provider: 'xendit', operation: 'refund', outcome, code })
  }

  #status(): Pick<GatewayRefund, 'status' | 'failureCode'> {
    const { answer } = this
    if (answer === 'failed' || answer === 'hopeless')
      return { status: 'FAILED', failureCode: failures[answer] }
    return { status: answer === 'succeeded' ? 'SUCCEEDED' : 'PENDING' }
  }
}
