import { moveState, type Rupiah, type Work } from '../../kernel/index.ts'
import { debit, post } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { goneBefore } from '../entitlement/read-gone.ts'
import { isPlain, type SplitRefund, splitRefund } from '../entitlement/rules.ts'
import { takeSurplus } from '../entitlement/surplus.ts'
import { dimensionsOf, intoWallet } from '../escrow/funds.ts'
import type { LockedPayment } from '../payments/lock.ts'
import { recordRefunded } from '../payments/record-returned.ts'
import { refundMachine } from '../transitions.ts'
import { refundEvent } from './refund-event.ts'

export interface FailedRefund {
  id: string
  code: string
  paymentId: string | null
  quarantineId: string | null
  amountIdr: Rupiah
  reason: string
  payment: LockedPayment
}

/**
 * Puts refunds into their buyers' wallets, because the bank, card or e-wallet that paid accepts no refund.
 * The caller has locked the refunds' rows. The money arrives in the wallet at once.
 */
export async function putIntoWallets(work: Work, refunds: readonly FailedRefund[]): Promise<void> {
  if (refunds.length === 0) return
  const ids = refunds.map((refund) => refund.id)
  const set = { destination: 'wallet', finishedAt: work.now, nextCheckAt: null, waitsSince: null }
  await moveState(work, refundMachine, { to: 'to_wallet', ids, set, all: true })
  await recordRefunded(work, refunds)
  await ensureWallets(
    work,
    refunds.map((refund) => refund.payment.userId),
  )
  const parts = await partsOf(work, refunds)
  await post(
    work,
    parts.map(({ id, amountIdr, payment, split }) => ({
      key: `refund:${id}:to_wallet`,
      kind: 'refund.to_wallet',
      subject: ['refund', id],
      entries: [debit('refunds-payable', amountIdr, dimensionsOf(payment)), ...intoWallet(payment, split)],
    })),
  )
  const into = parts.map(({ payment, split }) => {
    return { owner: payment.id, userId: payment.userId, amountIdr: split.buyerIdr }
  })
  const taken = await takeSurplus(work, into)
  for (const [i, part] of parts.entries()) {
    const amountIdr = part.split.buyerIdr - (taken[i] ?? 0)
    const facts = { ...part, amountIdr, destination: 'wallet' as const }
    work.emit(refundEvent('refund.succeeded', part.payment, facts))
  }
}

/**
 * Splits each refund between buyer and company, counting earlier refunds and those under way. A refund of
 * quarantined money belongs to the buyer alone, because that money was never part of the payment.
 */
async function partsOf(
  work: Work,
  refunds: readonly FailedRefund[],
): Promise<(FailedRefund & { split: SplitRefund })[]> {
  const gone = await goneBefore(work, new Map(refunds.map(({ payment }) => [payment.id, payment])))
  return refunds.map((refund) => {
    const { payment, quarantineId, amountIdr } = refund
    const went = gone.get(payment.id)
    const isWhole = quarantineId !== null || (isPlain(payment) && went?.writtenOffIdr === 0)
    if (isWhole || !went) return { ...refund, split: { buyerIdr: amountIdr, lossIdr: 0, subsidyIdr: 0 } }
    const beside = { ...went, underWayIdr: went.underWayIdr - amountIdr }
    const split = splitRefund(payment, amountIdr, beside)
    const { buyerIdr, lossIdr } = split
    gone.set(payment.id, {
      ...beside,
      arrivedIdr: went.arrivedIdr + buyerIdr,
      lossIdr: went.lossIdr + lossIdr,
    })
    return { ...refund, split }
  })
}
