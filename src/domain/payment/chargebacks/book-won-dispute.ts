import { sql } from 'kysely'
import type { Rupiah, Work } from '../../kernel/index.ts'
import { post } from '../../ledger/index.ts'
import { lockPayments } from '../payments/lock.ts'
import type { GatewayTransaction } from '../reconciliation/gateway-transactions.ts'
import { addChargedBack, lossOf } from './book.ts'
import { suspendChargeback } from './suspend.ts'

interface WonChargeback {
  id: string
  paymentId: string
  amountIdr: Rupiah
}

/**
 * Posts a won dispute: the chargeback's loss shrinks by the sum that the card issuer returned. Money that
 * laku withheld from the buyer because of the chargeback is then the buyer's again.
 */
export async function bookWonDispute(
  work: Work,
  { id: transactionId, amountIdr }: GatewayTransaction,
  { paymentId, userId }: { paymentId: string | null; userId: string | null },
): Promise<void> {
  const { rows } = await sql<WonChargeback>`
    select id, payment_id, amount_idr from chargebacks
    where payment_id = ${paymentId}::uuid and won_transaction_id is null and amount_idr - won_idr >= ${amountIdr}
    order by (amount_idr = ${amountIdr}) desc, id limit 1`.execute(work.tx)
  const [lost] = rows
  const payment = lost && (await lockPayments(work.tx, [lost.paymentId])).get(lost.paymentId)
  if (!lost || !payment) {
    await suspendChargeback(work, { transactionId, amountIdr: -amountIdr, userId }, 'no_chargeback')
    return
  }
  await sql`
    update chargebacks set won_idr = won_idr + ${amountIdr}, won_transaction_id = ${transactionId} where id = ${lost.id}`.execute(
    work.tx,
  )
  await post(work, [lossOf(`chargeback-won:${transactionId}`, payment.id, -amountIdr)])
  await addChargedBack(work, [{ paymentId: payment.id, amountIdr: -amountIdr }])
}
