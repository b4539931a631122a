import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWalletFixture, type WalletFixture } from '../../../../test/wallets.ts'
import { defaultPolicy, newId, type Rupiah } from '../../kernel/index.ts'
import { credit, debit, paymentHold, post } from '../../ledger/index.ts'
import { withdrawalTerms } from '../rules.ts'
import { refundedMoney } from './refunded-money.ts'

/** A movement of a wallet, in the order of the ledger. */
interface WalletLine {
  /** The amount: positive for incoming money, negative for outgoing money. */
  amountIdr: Rupiah
  /**
   * The part that is refunded money, with the same sign: all of a refund, or the part that a withdrawal took
   * or gave back.
   */
  refundedIdr: Rupiah
}

/**
 * Returns how much of a wallet is refunded money (docs/adr/0013), in rupiah. Refunds add to it, withdrawals
 * use it first, and all other spending uses it last. So it never exceeds the balance.
 */
function refundedPart(lines: readonly WalletLine[]): Rupiah {
  let [balanceIdr, refundedIdr] = [0, 0]
  for (const line of lines) {
    balanceIdr += line.amountIdr
    refundedIdr = Math.max(0, Math.min(balanceIdr, refundedIdr + line.refundedIdr))
  }
  return refundedIdr
}

const line = (amountIdr: number, refundedIdr = 0): WalletLine => ({ amountIdr, refundedIdr })

describe('how much of a wallet is refunded money', () => {
  it.each([
    ['nothing of an empty one', [], 0],
    ['all of a refund', [line(100, 100)], 100],
    ['nothing of a rebate', [line(100)], 0],
    ['what is left when spending took the other money first', [line(100, 100), line(50), line(-60)], 90],
    ['no more than the balance', [line(100, 100), line(-80), line(200)], 20],
    ['what a withdrawal left of it', [line(100, 100), line(50), line(-30, -30)], 70],
    ['what came back from a failed withdrawal', [line(100, 100), line(-100, -100), line(100, 100)], 100],
  ])('%s', (_, lines, expected) => expect(refundedPart(lines)).toBe(expected))

  it.each([
    [50, 50, { feeIdr: 0, refundedIdr: 50, belowMinimum: false }],
    [51, 50, { feeIdr: 2_500, refundedIdr: 50, belowMinimum: true }],
    [10_000, 0, { feeIdr: 2_500, refundedIdr: 0, belowMinimum: false }],
  ])('%i of a wallet with %i refunded', (amount, refunded, terms) =>
    expect(withdrawalTerms(amount, { balanceIdr: 90_000, refundedIdr: refunded }, defaultPolicy)).toEqual(
      terms,
    ),
  )
})

it.each([
  [5_000, 5_000, true],
  [2_000, 2_000, true],
  [12_499, 12_499, true],
  [5_000, 4_999, false],
  [12_500, 12_500, false],
])(
  'issue 11, case 17: all of a rest of %i that is asked for as %i leaves free: %s',
  (balanceIdr, amountIdr, isFree) => {
    const terms = withdrawalTerms(amountIdr, { balanceIdr, refundedIdr: 0 }, defaultPolicy)
    expect(!terms.belowMinimum && terms.feeIdr === 0).toBe(isFree)
  },
)

describe('the ledger says the same', () => {
  let f: WalletFixture
  beforeAll(async () => {
    f = await openWalletFixture()
  })
  afterAll(() => f.laku.close())

  /** Holds a part of a wallet for a payment, or frees it. */
  const move = (userId: string, paymentId: string, amountIdr: number, what: 'held' | 'freed') =>
    f.laku.system(async (work) => {
      const [from, to] = [`wallet:${userId}`, paymentHold(paymentId)] as const
      const entries = [debit(from, amountIdr), credit(to, amountIdr)]
      const back = [debit(to, amountIdr), credit(from, amountIdr)]
      const subject: [string, string] = ['payment', paymentId]
      const key = `payment:${paymentId}:${what}`
      await post(work, [{ key, kind: `payment.${what}`, subject, entries: what === 'held' ? entries : back }])
    })

  it('after any history of refunds, gifts, spending, withdrawals, and payments that came to nothing', async () => {
    const step = fc.record({
      what: fc.constantFrom('refund', 'gift', 'spend', 'withdraw', 'hold', 'free'),
      amount: fc.integer({ min: 1, max: 40_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const userId = await f.user()
        let lines: WalletLine[] = []
        const holds: { id: string; held: WalletLine }[] = []
        let balance = 0
        for (const { what, amount } of steps) {
          if (what === 'refund') await f.fill(userId, amount, 'refund.decided')
          if (what === 'gift') await f.fill(userId, amount)
          if (what === 'refund' || what === 'gift') lines.push(line(amount, what === 'refund' ? amount : 0))
          else if (what === 'spend' && amount <= balance) {
            await f.spend(userId, amount)
            lines.push(line(-amount))
          } else if (what === 'hold' && amount <= balance) {
            const [id, held] = [newId(), line(-amount)]
            await move(userId, id, amount, 'held')
            lines.push(held)
            holds.push({ id, held })
          } else if (what === 'free' && holds[0]) {
            const { id, held } = holds.shift() as (typeof holds)[number]
            await move(userId, id, -held.amountIdr, 'freed')
            lines = lines.filter((line) => line !== held)
          } else if (what === 'withdraw') {
            const terms = withdrawalTerms(
              amount,
              { balanceIdr: balance, refundedIdr: refundedPart(lines) },
              defaultPolicy,
            )
            const taken = amount + terms.feeIdr
            if (terms.belowMinimum || taken > balance) continue
            await f.withdraw(userId, amount)
            lines.push(line(-taken, -terms.refundedIdr))
          }
          balance = lines.reduce((sum, line) => sum + line.amountIdr, 0)
        }
        expect(await f.laku.system((work) => refundedMoney(work.tx, userId))).toBe(refundedPart(lines))
      }),
      { numRuns: 25 },
    )
  })
})
