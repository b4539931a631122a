import { type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { credit, debit, type Entry, factoryAccount, type Posting, post } from '../../ledger/index.ts'
import { ensureWallets } from '../../wallet/index.ts'
import { goneBefore } from '../entitlement/read-gone.ts'
import { type Gone, type SplitRefund, splitRefund } from '../entitlement/rules.ts'
import { takeSurplus } from '../entitlement/surplus.ts'
import { paymentErrors } from '../errors.ts'
import { type LockedPayment, lockPayments } from '../payments/lock.ts'
import { recordReturned } from '../payments/record-returned.ts'
import { fundsOf, intoWallet } from './funds.ts'

export interface EscrowRelease {
  participantId: string
  sessionId: string
  paymentId: string
  userId: string
  /** The sum that the participant paid into escrow, shipping fee included. */
  paidIdr: Rupiah
  shippingIdr: Rupiah
  /** The rebate, credited to the buyer's wallet: (paid price - final price) x quantity. */
  rebateIdr: Rupiah
  items: { orderItemId: string; factoryId: string; goodsIdr: Rupiah; commissionIdr: Rupiah }[]
}

/**
 * Releases the escrow of participants whose orders exist. The money goes to the factories' accounts, the
 * accounts of commission and shipping, and as a rebate into the wallets. Participants whose escrow was
 * released before are left out. Returns the number and the sum of the releases made now.
 * @throws payment.not_releasable where a payment is not whole
 */
export async function releaseEscrow(
  work: Work,
  releases: readonly EscrowRelease[],
): Promise<{ count: number; amountIdr: Rupiah }> {
  const payments = await lockPayments(
    work.tx,
    releases.map((release) => release.paymentId),
  )
  const fresh = await leaveOutReleased(work, releases)
  if (fresh.length === 0) return { count: 0, amountIdr: 0 }
  for (const { paymentId, participantId, paidIdr } of fresh) {
    const payment = payments.get(paymentId)
    const whole = payment?.status === 'paid' && payment.returnedIdr === 0 && payment.amountIdr === paidIdr
    if (!whole || payment.participantId !== participantId) throw paymentErrors.not_releasable({ paymentId })
  }
  const rebates = fresh.filter((escrowRelease) => escrowRelease.rebateIdr > 0)
  await recordReturned(
    work,
    rebates.map(({ paymentId, rebateIdr }) => ({ paymentId, returnedIdr: rebateIdr, refundedIdr: 0 })),
  )
  await ensureWallets(
    work,
    rebates.map((rebate) => rebate.userId),
  )
  const splits = await splitRebates(work, rebates, payments)
  await post(
    work,
    fresh.map((escrowRelease) =>
      postingOf(
        escrowRelease,
        payments.get(escrowRelease.paymentId) as LockedPayment,
        splits.get(escrowRelease.paymentId) ?? noRebate,
      ),
    ),
  )
  await takeSurplus(
    work,
    rebates.map(({ paymentId, userId }) => {
      return { owner: paymentId, userId, amountIdr: splits.get(paymentId)?.buyerIdr ?? 0 }
    }),
  )
  return { count: fresh.length, amountIdr: sumIdr(fresh.map((escrowRelease) => escrowRelease.paidIdr)) }
}

const keyOf = ({ participantId }: EscrowRelease) => `participant:${participantId}:released`

/**
 * Leaves out participants whose escrow was released before. Their payments are locked, so nobody else
 * releases that escrow before it is posted here.
 */
async function leaveOutReleased(work: Work, releases: readonly EscrowRelease[]): Promise<EscrowRelease[]> {
  if (releases.length === 0) return []
  const rows = await work.tx
    .selectFrom('ledgerTransactions')
    .select('key')
    .where('key', 'in', releases.map(keyOf))
    .execute()
  const released = new Set(rows.map((row) => row.key))
  return releases.filter((release) => !released.has(keyOf(release)))
}

const noRebate: SplitRefund = { buyerIdr: 0, lossIdr: 0, subsidyIdr: 0 }

/**
 * Splits rebates between buyer and company. A rebate is always the first sum that laku returns of a payment.
 * But a card issuer, or the provider by itself, may have given money back before.
 */
async function splitRebates(
  work: Work,
  rebates: readonly EscrowRelease[],
  payments: ReadonlyMap<string, LockedPayment>,
): Promise<Map<string, SplitRefund>> {
  const own = rebates.map(({ paymentId }) => payments.get(paymentId) as LockedPayment)
  const gone = await goneBefore(work, new Map(own.map((payment) => [payment.id, payment])))
  return new Map(
    rebates.map(({ paymentId, rebateIdr }, i) => {
      const payment = { ...(own[i] as LockedPayment), returnedIdr: rebateIdr }
      return [paymentId, splitRefund(payment, rebateIdr, gone.get(paymentId) as Gone)]
    }),
  )
}

function postingOf(release: EscrowRelease, payment: LockedPayment, split: SplitRefund): Posting {
  const { participantId, sessionId, userId, paidIdr, shippingIdr, items } = release
  const buyer = { sessionId, userId }
  return {
    key: keyOf(release),
    kind: 'escrow.released',
    subject: ['participant', participantId],
    entries: [
      debit(fundsOf({ sessionId, orderId: null }), paidIdr, buyer),
      ...items.flatMap(({ orderItemId, factoryId, goodsIdr, commissionIdr }): Entry[] => {
        const sold = { sessionId, orderItemId, factoryId }
        return [
          credit(factoryAccount(factoryId), goodsIdr - commissionIdr, sold),
          credit('commission', commissionIdr, sold),
        ]
      }),
      credit('shipping', shippingIdr, buyer),
      ...intoWallet(payment, split),
    ],
  }
}
