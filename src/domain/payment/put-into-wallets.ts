import { sql } from 'kysely'
import type { Rupiah, Work } from '../kernel/index.ts'
import { credit, debit, post, walletAccount } from '../ledger/index.ts'
import { openWallets } from '../wallet/index.ts'
import { dimensionsOf } from './funds.ts'
import type { LockedPayment } from './lock-payments.ts'
import { recordRefunded } from './record-returned.ts'
import { refundNews } from './refund-news.ts'

export interface FailedRefund {
  id: string
  code: string
  paymentId: string | null
  quarantineId: string | null
  amountIdr: Rupiah
  reason: string
  payment: LockedPayment
}

/** Puts locked, failed refunds into their buyers' wallets, where the money is at once: their source takes nothing back. */
export async function putIntoWallets(work: Work, refunds: readonly FailedRefund[]): Promise<void> {
  if (refunds.length === 0) return
  const { numAffectedRows } = await sql`
    update refunds set status = 'to_wallet', destination = 'wallet', finished_at = ${work.now}, next_check_at = null
    where id = any(${refunds.map((one) => one.id)}::uuid[]) and status = 'failed'`.execute(work.tx)
  if (Number(numAffectedRows) !== refunds.length) throw new Error('a locked refund changed its state')
  await recordRefunded(work, refunds)
  await openWallets(
    work,
    refunds.map((one) => one.payment.userId),
  )
  await post(
    work,
    refunds.map(({ id, amountIdr, payment }) => ({
      key: `refund:${id}:to_wallet`,
      kind: 'refund.to_wallet',
      subject: ['refund', id],
      entries: [
        debit('refunds-payable', amountIdr, dimensionsOf(payment)),
        credit(walletAccount(payment.userId), amountIdr, dimensionsOf(payment)),
      ],
    })),
  )
  for (const one of refunds) {
    work.emit(refundNews('refund.succeeded', one.payment, { ...one, destination: 'wallet' }))
  }
}
